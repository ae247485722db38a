"""What people are told of jobs: that their own ended, and what a change of many records did for others."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.jobs.housekeeping import BATCH, in_batches
from hanok.engine.jobs.job import DONE, FAILED, Job
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.schedules import Schedule
from hanok.engine.jobs.work import Work
from hanok.engine.records.bulk import ASSIGN, CHANGED, Bulk
from hanok.engine.records.handing.plan import HANDED, Plan
from hanok.engine.records.importing import keeping
from hanok.engine.records.importing.keeping import NEW, Import
from hanok.engine.records.telling.kinds import ENDED
from hanok.engine.records.telling.many import told_followers, told_given
from hanok.engine.records.telling.notices import forget, tell
from hanok.engine.store.account_tables import handover_row
from hanok.engine.store.desk_tables import bulk_row, import_row

#: The fact that names the job of a notice.
JOB = "of_job"
ENDS: Mapping[str, Message] = {DONE: say("“{job}” is done."), FAILED: say("“{job}” failed.")}
#: How long notices stay that were read, and those that never were.
READ_DAYS, DAYS = 90, 365


def told_end(conn: sa.Connection, one: Job, state: str, label: Message) -> None:
    """Tells whoever asked for a job that it is done or failed, in the transaction that ends it."""
    if one.actor_id is not None and state in ENDS:
        text = Message(ENDS[state].text, {"job": one.title or label, JOB: str(one.id)})
        tell(conn, [one.actor_id], ENDED, text, key=f"job:{one.id}:{one.claims}")


def told_bulk(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Bulk) -> None:
    """Tells those whom a change of many gave records, and those who follow some that changed."""
    done = sa.select(bulk_row.c.record).where(bulk_row.c.bulk == plan.id, bulk_row.c.state == CHANGED)
    if plan.action == ASSIGN:
        told_given(conn, catalog, actor, plan.module, done, key=f"bulk:{plan.id}")
    told_followers(conn, catalog, actor, plan.module, done, key=f"bulk:{plan.id}")


def told_import(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Import) -> None:
    """The same of an import: who has the new records, and who follows those that changed."""
    def rows(action: str) -> sa.Select[Any]:
        return sa.select(import_row.c.record).where(import_row.c.import_id == plan.id, import_row.c.action == action,
                                                    import_row.c.record.is_not(None))  # fmt: skip

    told_given(conn, catalog, actor, plan.module, rows(NEW), key=f"import:{plan.id}")
    told_followers(conn, catalog, actor, plan.module, rows(keeping.CHANGED), key=f"import:{plan.id}")


def told_handover(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Plan) -> None:
    """The same of a hand-over, module by module."""
    for part in plan.parts.values():
        done = sa.select(handover_row.c.record).where(
            handover_row.c.handover == plan.id, handover_row.c.module == part.module, handover_row.c.state == HANDED
        )
        told_given(conn, catalog, actor, part.module, done, key=f"handover:{plan.id}")


def forget_notices(work: Work) -> dict[str, int]:
    """Deletes notices that were read long ago, or told very long ago."""
    now = datetime.now(UTC)
    read, made = now - timedelta(days=READ_DAYS), now - timedelta(days=DAYS)
    return {"notices": in_batches(work, lambda conn: forget(conn, read, made, most=BATCH))}


KINDS = (Kind("notices.forget", say("Forget old notices"), forget_notices),)
SCHEDULES = (Schedule("notices.forget", "notices.forget", say("Forget old notices"), "35 3 * * *"),)
