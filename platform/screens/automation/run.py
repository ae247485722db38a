"""One run as a page: its head, what caused it, its trace, what it led to, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanok.engine.automation.run import CANCELLED, FAILED, LIVING, STOPPED, Run
from hanok.engine.automation.tracing import Traced
from hanok.engine.errors import Message, say
from hanok.screens.admin.words import as_json
from hanok.screens.automation.eyes import Eyes
from hanok.screens.automation.pages import FlowShown
from hanok.screens.automation.rows import RunRow
from hanok.screens.automation.trace import FAILED as NOT_TOLD
from hanok.screens.automation.trace import Change, TraceRow, change_of, rows_of

#: Runs that may begin again where they ended.
AGAIN = (FAILED, STOPPED, CANCELLED)


@dataclass(frozen=True, slots=True)
class CauseSaid:
    """What began it: by whom, what changed, what came along."""

    by: str
    changes: tuple[Change, ...]
    facts: str
    event: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run. `every` is the number of seconds between two looks while it lives; `more` that its trace goes on.

    `taken` are the places of the steps that were done, for the drawing of its workflow (`flow`), None where there is
    none to draw.
    """

    row: RunRow
    run: Run
    cause: CauseSaid
    trace: tuple[TraceRow, ...]
    more: str
    children: tuple[RunRow, ...]
    parent: RunRow | None
    flow: FlowShown | None
    every: int
    whole: bool
    error: Message | None
    may_cancel: bool
    may_resume: bool
    may_repeat: bool
    problem: Message | None = None

    @property
    def taken(self) -> Mapping[str, TraceRow]:
        """By the place of each step the last that is told of it."""
        return {one.path: one for one in self.trace}

    @property
    def ways(self) -> frozenset[str]:
        """The lanes that were taken: the places of their branches with the numbers of the ways."""
        within = (path for path in self.taken if ".branch." in path or ".approval." in path)
        return frozenset(path.rpartition(".do.")[0] for path in within)


def page_of(
    run: Run, row: RunRow, steps: Sequence[Traced], eyes: Eyes, *, more: str, children: tuple[RunRow, ...],
    parent: RunRow | None, flow: FlowShown | None, every: int,
) -> RunPage:  # fmt: skip
    """The page of a run for whoever has these eyes; only administrators do anything about it."""
    whole, lives = eyes.whole, run.state in LIVING
    return RunPage(
        row=row, run=run, cause=cause_of(run, eyes),
        trace=rows_of(steps, run.module, str(run.record or ""), eyes), more=more, children=children, parent=parent,
        flow=flow if whole else None, every=every if lives else 0, whole=whole,
        error=run.error if whole or run.error is None else NOT_TOLD,
        may_cancel=whole and lives, may_resume=whole and run.state in AGAIN and run.checkpoint is not None,
        may_repeat=whole and not lives,
    )  # fmt: skip


def cause_of(run: Run, eyes: Eyes) -> CauseSaid:
    """What began a run. What came along (of a web form, a webhook) is told to administrators alone."""
    said: Mapping[str, Any] = run.cause
    changes = tuple(_changes(run, eyes))
    rest = {key: value for key in ("values", "facts") if (value := said.get(key))}
    return CauseSaid(str(said.get("by") or ""), changes, as_json(rest) if rest and eyes.whole else "",
                     str(said.get("event") or "") if eyes.whole else "")  # fmt: skip


def _changes(run: Run, eyes: Eyes) -> Sequence[Change]:
    found = []
    for key, pair in (run.cause.get("changes") or {}).items():
        field = eyes.field(run.module, key)
        if field is not None and isinstance(pair, list) and len(pair) == 2:
            found.append(change_of(field, pair, eyes))
    return found


GONE = say("There is no such run, or you may not see it.")
