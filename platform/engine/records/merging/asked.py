"""What somebody wants merged: which records, which values, whose lines; and where that is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, may
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.fixed import FIXED
from hanok.engine.errors import Denied, NotFound, Refused, say
from hanok.engine.store import new_id
from hanok.engine.store.merge_tables import merge, merged

#: Modules of which the platform itself keeps more than records: who holds which roles, who logs in by what.
OWN = frozenset({*FIXED, "inbound_account", "login_provider", "outbound_account"})
MOST = 5
#: What becomes of lines: those of the one that stays, those of all of them, or those of the record of this id.
MINE, ALL = "mine", "all"
BEGUN, DONE, FAILED, UNDOING, UNDONE = "begun", "done", "failed", "undoing", "undone"
GONE = say("There is no such merge, or it is not yours.")
BACK_ALREADY = say("This was taken back already.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted: the record that stays, those that go, the version of each, whose value each field takes (by the
    record's id), and what becomes of the lines of a field: "mine", "all" or the id of the record whose they are."""

    module: str
    stays: UUID
    goes: tuple[UUID, ...]
    versions: Mapping[UUID, int]
    take: Mapping[str, UUID] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)

    @property
    def all(self) -> tuple[UUID, ...]:
        return (self.stays, *self.goes)


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge as it is written down. `facts` is what came of it: titles, counts by place, changes, problems."""

    id: UUID
    at: datetime
    user_id: UUID
    wish: Wish
    state: str
    facts: Mapping[str, Any]
    job: UUID | None = None

    @property
    def moved(self) -> int:
        """How many rows moved along."""
        return sum(self.facts.get("counts", {}).values())


def can_merge(module: Module) -> bool:
    """Whether records of a module can be merged at all."""
    return module.parent is None and module.key not in OWN


def may_merge(catalog: Catalog, actor: Actor, module: Module) -> bool:
    """Whether this actor may merge records of a module: some of them she changes, some she deletes."""
    return can_merge(module) and all(may(catalog, actor, module.key, right) for right in ("view", "edit", "delete"))


def begin(conn: sa.Connection, catalog: Catalog, actor: Actor, wish: Wish) -> Merge:
    """Writes down what will be done; no record changes yet. Raises NotFound, Denied, and Refused for what cannot be."""
    if not may_merge(catalog, actor, catalog.module(wish.module)) or actor.id is None:
        raise Denied(say("You may not merge records here."))
    if not 2 <= len(set(wish.all)) <= MOST or len(set(wish.all)) != len(wish.all):
        raise Refused(say("Choose two to {most} records to merge.", most=MOST))
    made = Merge(new_id(), datetime.now(UTC), actor.id, wish, BEGUN, {})
    conn.execute(merge.insert().values(
        id=made.id, at=made.at, user_id=actor.id, module=wish.module, stays=wish.stays, state=BEGUN, facts=_said(wish)
    ))  # fmt: skip
    return made


def merge_of(conn: sa.Connection, actor: Actor, id: UUID, *, lock: bool = False) -> Merge:
    """What the actor merged under this id. Raises NotFound."""
    asked = sa.select(merge).where(merge.c.id == id, merge.c.user_id == actor.id)
    row = conn.execute(asked.with_for_update() if lock else asked).mappings().first()
    if row is None:
        raise NotFound(GONE)
    facts = row["facts"]
    wish = Wish(
        row["module"], row["stays"], tuple(map(UUID, facts["goes"])),
        {UUID(id): version for id, version in facts["versions"].items()},
        {key: UUID(id) for key, id in facts["take"].items()}, facts["lines"],
    )  # fmt: skip
    return Merge(row["id"], row["at"], row["user_id"], wish, row["state"], facts, row["job"])


def mark(conn: sa.Connection, plan: Merge, facts: Mapping[str, Any] | None = None, **values: Any) -> None:
    """Writes how far it is, and what came of it."""
    if facts is not None:
        values["facts"] = {**_said(plan.wish), **facts}
    conn.execute(merge.update().where(merge.c.id == plan.id).values(**values))


def begin_undo(conn: sa.Connection, actor: Actor, id: UUID) -> Merge:
    """Marks it as being taken back. Raises NotFound, and Refused where it was or is under way."""
    plan = merge_of(conn, actor, id, lock=True)
    if plan.state in (UNDOING, UNDONE):
        raise Refused(BACK_ALREADY)
    if plan.state != DONE:
        raise Refused(say("This merge is still under way."))
    mark(conn, plan, state=UNDOING)
    return merge_of(conn, actor, id)


# -- where old addresses lead ------------------------------------------------------------------------------------------
def point(conn: sa.Connection, plan: Merge) -> None:
    """From now on the addresses of those that went lead to the one that stays."""
    forget(conn, plan.wish.module, plan.wish.goes)
    rows = [{"module": plan.wish.module, "record": id, "stays": plan.wish.stays, "merge": plan.id}
            for id in plan.wish.goes]  # fmt: skip
    conn.execute(merged.insert(), rows)


def forget(conn: sa.Connection, module: str, ids: Sequence[UUID]) -> None:
    conn.execute(merged.delete().where(merged.c.module == module, merged.c.record.in_(list(ids))))


def went_into(conn: sa.Connection, module: str, id: UUID) -> UUID | None:
    """The record that one which is gone was merged into; None where it was not."""
    return conn.scalar(sa.select(merged.c.stays).where(merged.c.module == module, merged.c.record == id))


def _said(wish: Wish) -> dict[str, Any]:
    return {
        "goes": [str(id) for id in wish.goes], "versions": {str(id): number for id, number in wish.versions.items()},
        "take": {key: str(id) for key, id in wish.take.items()}, "lines": dict(wish.lines),
    }  # fmt: skip
