"""Notices as they are shown: sentences with names in them, and where each leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import g
from markupsafe import Markup

from hanok.engine.access import Actor
from hanok.engine.accounts.hearing import unheard
from hanok.engine.automation.approving.asking import OF
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, NotFound, say
from hanok.engine.jobs import bulk
from hanok.engine.jobs.queue import job_of
from hanok.engine.jobs.telling import JOB
from hanok.engine.records import Record
from hanok.engine.records.bulk import bulk_of
from hanok.engine.records.importing.keeping import import_of
from hanok.engine.records.telling.kinds import KINDS
from hanok.engine.records.telling.reading import Notice, Notices
from hanok.screens import approving
from hanok.web.notices import notify
from hanok.web.visit import connection

PAGE = "/mine/notices"
#: What has no record leads to one's work in the background.
ELSEWHERE = "/mine/jobs"
NAMES = ("by", "record")


@dataclass(frozen=True, slots=True)
class Row:
    """One notice: `text` with the names in bold, `icon` where nobody did it."""

    id: UUID
    text: Message
    by: str
    icon: str
    notice: Notice


def rows_of(found: Notices) -> tuple[Row, ...]:
    return tuple(Row(one.id, _bold(one.text), one.by, _icon(one.kind), one) for one in found.rows)


def _icon(kind: str) -> str:
    return KINDS[kind].icon if kind in KINDS else "bell"


def _bold(text: Message) -> Message:
    names = {key: Markup("<b>{}</b>").format(text.facts[key]) for key in NAMES
             if isinstance(text.facts.get(key), str)}  # fmt: skip
    return Message(text.text, {**text.facts, **names})


def address_of(conn: sa.Connection, catalog: Catalog, actor: Actor, facts: Mapping[str, Any]) -> str:
    """Where a notice leads that is about no record: to an approval; to what a job made, as far as it is there."""
    if OF in facts:
        return f"{approving.PAGE}#approval-{facts[OF]}"
    try:
        one = job_of(conn, UUID(facts[JOB]))
        if one.kind in (bulk.KEY, bulk.UNDO):
            plan = bulk_of(conn, actor, UUID(one.payload["bulk"]))
            return f"/{plan.module}/_bulk/{plan.id}" if plan.module in catalog.modules else ELSEWHERE
        if "import" in one.payload:
            run = import_of(conn, actor, UUID(one.payload["import"]))
            return f"/{run.module}/_import/{run.id}" if run.module in catalog.modules else ELSEWHERE
        if "handover" in one.payload:
            return f"/handover/{one.payload['handover']}"
    except (KeyError, NotFound, ValueError):
        return ELSEWHERE
    return ELSEWHERE


def tell_unheard(saved: Record) -> None:
    """Says to the writer whom her text names in vain: who may not view the record is told nothing of it."""
    names = unheard(connection(), g.catalog, saved)
    if names:
        notify(say("{names} may not view this record and was told nothing.", names=list(names)), kind="failed")
