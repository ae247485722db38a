"""Finishing as a job: what a deploy whose process ended has left, a worker does.

It does what `hanok deploy` would, and waits where somebody else deploys or finishes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.deploy.finish import REFRESHES, Refresh, finish
from hanok.engine.deploy.revisions import open_steps
from hanok.engine.errors import Message, say
from hanok.engine.jobs import WHENEVER, Kind, Later, Schedule, Work, enqueue

KEY = "deploy.finish"
LABEL = say("Finish what a deploy left")
#: The same as that of its schedule, so that one waits or runs at a time.
UNIQUE = f"schedule:{KEY}"
#: How long to wait for somebody else who deploys or finishes.
PATIENCE = timedelta(minutes=1)


def resume(conn: sa.Connection) -> UUID | None:
    """Puts the job into the queue where a revision has something left to do."""
    return enqueue(conn, KEY, priority=WHENEVER, unique=UNIQUE) if open_steps(conn) else None


def run(work: Work) -> dict[str, int] | None:
    """Does what is left, step by step. Each step is kept by itself, so nothing of it is in vain."""
    with work.read() as (conn, _):
        before = len(open_steps(conn))
    if not before:
        return None
    live = work.surroundings.live

    def told(phase: str, sentence: Message, done: int, total: int) -> None:
        work.progress(done, total, sentence)

    minded = {kind: _minded(work, refresh) for kind, refresh in REFRESHES.items()}
    if finish(live.store, live.types, progress=told, refreshes=minded):
        raise Later(PATIENCE)
    work.progress(before, before)
    return {"steps": before}


def _minded(work: Work, refresh: Refresh) -> Refresh:
    """The same, ended between two batches when the job shall end."""

    def batch(conn: sa.Connection, catalog: Catalog, module: str, **rest: Any) -> UUID | None:
        work.check()
        return refresh(conn, catalog, module, **rest)

    return batch


KINDS = (Kind(KEY, LABEL, run, long=True),)
SCHEDULES = (Schedule(KEY, KEY, LABEL, "40 * * * *"),)
