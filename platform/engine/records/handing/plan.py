"""A hand-over as its row says: from whom to whom, why, and which records of which modules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.errors import NotFound, Refused, say
from hanok.engine.store.account_tables import handover, handover_row

#: Why: somebody leaves, does other work from now on, or two change places.
LEAVER, MOVED, SWAP = REASONS = ("leaver", "moved", "swap")
#: How far it is.
DRAFT, BEGUN, DONE, UNDOING, UNDONE = "draft", "begun", "done", "undoing", "undone"
#: What became of a row of it (`store.account_tables.handover_row`).
PICKED, HANDED, NOT_HANDED, GONE, GIVEN_BACK, KEPT = "picked", "done", "refused", "gone", "undone", "kept"
#: Which records of a module: all but those that were picked, or only those.
BUT, ONLY = "but", "only"
MISSING = say("There is no such hand-over, or it is not yours.")


@dataclass(frozen=True, slots=True)
class Part:
    """What of one module is handed over: `closed` takes what is finished along; without `to` it is the plan's."""

    module: str
    to: UUID | None = None
    mode: str = BUT
    closed: bool = False

    def written(self) -> dict[str, Any]:
        return {"to": str(self.to) if self.to else None, "mode": self.mode, "closed": self.closed}


@dataclass(frozen=True, slots=True)
class Plan:
    """One hand-over. `parts` by module, in their order; `result` is what came of it, once it ended."""

    id: UUID
    at: datetime
    actor_id: UUID | None
    from_id: UUID
    to_id: UUID | None
    reason: str
    state: str
    parts: Mapping[str, Part]
    deactivate: bool
    team: UUID | None
    facts: Mapping[str, Any]
    job: UUID | None
    ended: datetime | None
    undone: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Plan:
        facts = row["facts"]
        plain = {name: row[name] for name in ("id", "at", "actor_id", "from_id", "to_id", "reason", "state", "job",
                                              "ended", "undone")}  # fmt: skip
        parts = {key: Part(key, _id(said["to"]), said["mode"], said["closed"]) for key, said in facts["parts"].items()}
        return cls(**plain, parts=parts, deactivate=facts.get("deactivate", False), team=_id(facts.get("team")),
                   facts=facts)  # fmt: skip

    @property
    def people(self) -> tuple[UUID, ...]:
        """Those who give something."""
        return (self.from_id, self.to_id) if self.reason == SWAP and self.to_id else (self.from_id,)

    def ways(self, part: Part) -> Mapping[UUID, UUID]:
        """To whom the records of each of them go."""
        to = part.to or self.to_id
        if to is None:
            raise Refused(say("Choose to whom the records go."))
        return {self.from_id: to, to: self.from_id} if self.reason == SWAP else {self.from_id: to}

    @property
    def result(self) -> Mapping[str, Any]:
        """By module how many rows became what, `problem` where the person could not be changed."""
        found: Mapping[str, Any] = self.facts.get("result", {})
        return found


def facts_of(parts: Mapping[str, Part], *, deactivate: bool, team: UUID | None, **rest: Any) -> dict[str, Any]:
    """The facts as they are stored."""
    return {"parts": {key: part.written() for key, part in parts.items()}, "deactivate": deactivate,
            "team": str(team) if team else None, **rest}  # fmt: skip


def plan_of(conn: sa.Connection, actor: Actor, id: UUID, *, lock: bool = False) -> Plan:
    """A hand-over of the actor's own; administrators see all. Raises NotFound."""
    asked = sa.select(handover).where(handover.c.id == id)
    row = conn.execute(asked.with_for_update() if lock else asked).mappings().first()
    if row is None or not (actor.governs or (actor.id is not None and row["actor_id"] == actor.id)):
        raise NotFound(MISSING)
    return Plan.of(dict(row))


def rows_of(plan: Plan, *states: str) -> sa.ColumnElement[bool]:
    """The rows of the hand-over in one of these states."""
    return sa.and_(handover_row.c.handover == plan.id, handover_row.c.state.in_(states))


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None
