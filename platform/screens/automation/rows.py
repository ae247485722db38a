"""Runs as rows of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hanok.engine.automation.run import LIVING, Run
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message
from hanok.engine.fields import in_language
from hanok.screens.admin.words import State, lasting
from hanok.screens.automation.triggers import icon_of, kind_said
from hanok.screens.automation.words import state_of


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list. `record_url` is "" where it is about no record; `by` is who caused it, "" for the system."""

    id: UUID
    url: str
    workflow: str
    workflow_url: str
    module: str
    icon: str
    title: str
    record_url: str
    trigger: Message | str
    trigger_icon: str
    by: str
    state: State
    lives: bool
    when: datetime
    due: datetime | None
    took: Message | None
    error: Message | None


def row_of(
    run: Run, catalog: Catalog, language: str, *, now: datetime, base: str = "/admin/runs", whole: bool = True
) -> RunRow:
    """A run as a row; `base` is the address that its own begins with. Only `whole` it tells the reason of an error,
    whose facts may be values that not everybody reads."""
    workflow, module = catalog.workflows.get(run.workflow), catalog.every.get(run.module)
    began, ended = run.started_at or run.created_at, run.ended_at
    lives = run.state in LIVING
    return RunRow(
        id=run.id,
        url=f"{base}/{run.id}",
        workflow=in_language(workflow.label, language) if workflow else run.workflow,
        workflow_url=f"/workflow/{run.workflow}" if workflow else "",
        module=in_language(module.label, language) if module else run.module,
        icon=module.icon if module else "table",
        title=run.title,
        record_url=f"/{run.module}/{run.record}" if run.record and module and module.parent is None else "",
        trigger=kind_said(run.trigger),
        trigger_icon=icon_of(run.trigger),
        by=str(run.cause.get("by") or ""),
        state=state_of(run),
        lives=lives,
        when=run.created_at,
        due=run.due if lives else None,
        took=lasting((ended or now) - began) if run.started_at and run.due is None else None,
        error=run.error if whole else None,
    )


def rows_of(
    runs: Iterable[Run], catalog: Catalog, language: str, *, now: datetime, base: str = "/admin/runs",
    whole: bool = True,
) -> tuple[RunRow, ...]:  # fmt: skip
    return tuple(row_of(one, catalog, language, now=now, base=base, whole=whole) for one in runs)


