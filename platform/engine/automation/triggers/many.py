"""Many runs of one workflow at once: a batch of records costs a handful of statements, however many they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from hanok.engine.automation.beginning import NONE, RUN, job_key
from hanok.engine.automation.cause import Cause
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.fields import Linked
from hanok.engine.jobs.job import WHENEVER
from hanok.engine.jobs.queue import enqueue_many
from hanok.engine.records.within_trace import keep_version
from hanok.engine.store import new_id
from hanok.engine.store.automation_tables import once, run
from hanok.engine.store.moments import now


@dataclass(frozen=True, slots=True)
class Begun:
    """A record for which a run shall begin, and what is known of it alone."""

    record: Linked
    facts: Mapping[str, Any] = field(default_factory=lambda: NONE)


def begin_many(conn: sa.Connection, workflow: Workflow, several: Sequence[Begun], cause: Cause) -> int:
    """Begins a run for each of these records, in the caller's transaction, behind whatever people wait for; how many.

    Those for which a workflow that runs once a record ran already are left out.
    """
    left = _not_yet(conn, workflow, several) if workflow.run == "once" else several
    if not left:
        return 0
    keep_version(conn, workflow)
    moment, kept = now(conn), cause.kept(NONE)
    rows = [
        {"id": new_id(), "workflow": workflow.key, "hash": workflow.hash, "module": workflow.module,
         "record": one.record.id, "title": one.record.title, "state": "waiting", "trigger": cause.kind,
         "cause": {**kept, "facts": {**cause.facts, **one.facts}}, "depth": cause.depth, "parent": cause.parent,
         "watches": False, "created_at": moment}
        for one in left
    ]  # fmt: skip
    conn.execute(run.insert(), rows)
    enqueue_many(conn, RUN, [({"run": str(row["id"])}, job_key(row["id"])) for row in rows], priority=WHENEVER)
    return len(rows)


def _not_yet(conn: sa.Connection, workflow: Workflow, several: Sequence[Begun]) -> list[Begun]:
    ids = [one.record.id for one in several]
    ran = set(conn.scalars(sa.select(once.c.record).where(once.c.workflow == workflow.key, once.c.record.in_(ids))))
    return [one for one in several if one.record.id not in ran]
