"""The hand-overs that have begun, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.records.handing.plan import DRAFT, Plan
from hanok.engine.store.account_tables import handover

SIZE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hand-overs; `last` is the id of its last one where more follow."""

    plans: tuple[Plan, ...]
    last: UUID | None


def past(conn: sa.Connection, actor: Actor, *, after: UUID | None = None, size: int = SIZE) -> Found:
    """Those that the actor may see: administrators all, others their own. Ids grow with time."""
    asked = sa.select(handover).where(handover.c.state != DRAFT)
    if not actor.governs:
        asked = asked.where(handover.c.actor_id == actor.id)
    if after is not None:
        asked = asked.where(handover.c.id < after)
    rows = conn.execute(asked.order_by(handover.c.id.desc()).limit(size + 1)).mappings().all()
    plans = tuple(Plan.of(dict(row)) for row in rows[:size])
    return Found(plans, plans[-1].id if len(rows) > size else None)
