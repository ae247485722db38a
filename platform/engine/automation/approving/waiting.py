"""Approvals as they stand: what is asked, who decides, what each said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.access.assigning import USER
from hanok.engine.automation.run import LIVING
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say
from hanok.engine.store.approval_tables import approval, approver
from hanok.engine.store.automation_tables import run

OPEN, APPROVED, REJECTED = "open", "approved", "rejected"
YES, NO, DELEGATED = "yes", "no", "delegated"
ASKED, ESCALATED = "asked", "escalated"
NONE_SUCH = say("There is no such approval, or it does not wait for you.")
#: How many are listed.
MOST = 200


@dataclass(frozen=True, slots=True)
class Voice:
    """One who is asked: `state` is open, yes, no or delegated, `how` she came to it, `by` who delegated to her."""

    user: UUID
    name: str
    how: str
    by: UUID | None
    state: str
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Approval:
    """What is asked. `text` is by language, `title` what the record was called then (None: it is about no record)."""

    id: UUID
    run: UUID
    workflow: str
    about: tuple[str, UUID] | None
    title: str
    text: Mapping[str, str]
    need: int
    state: str
    at: datetime
    due: datetime | None
    voices: tuple[Voice, ...]

    @property
    def agreed(self) -> tuple[Voice, ...]:
        return tuple(one for one in self.voices if one.state == YES)

    @property
    def awaited(self) -> tuple[Voice, ...]:
        return tuple(one for one in self.voices if one.state == OPEN)

    def waits_for(self, user: UUID | None) -> bool:
        """Whether this user may decide now."""
        return self.state == OPEN and any(one.user == user for one in self.awaited)


def open_approvals(
    conn: sa.Connection, catalog: Catalog, actor: Actor, *, about: tuple[str, UUID] | None = None
) -> tuple[Approval, ...]:
    """What waits for the actor, what is due first of all; only that `about` a record where one is given."""
    mine = [approver.c.user_id == actor.id, approver.c.state == OPEN, approval.c.state == OPEN, run.c.state.in_(LIVING)]
    if about is not None:
        mine += [approval.c.module == about[0], approval.c.record == about[1]]
    asked = (
        sa.select(approval, run.c.workflow).join(approver, approver.c.approval == approval.c.id)
        .join(run, run.c.id == approval.c.run).where(*mine)
        .order_by(approval.c.due.is_(None), approval.c.due, approval.c.at, approval.c.id).limit(MOST)
    )  # fmt: skip
    return _whole(conn, catalog, conn.execute(asked).mappings().all())


def approval_of(conn: sa.Connection, catalog: Catalog, id: UUID, *, lock: bool = False) -> Approval:
    """One of them, held to the end of the transaction where `lock`. Raises NotFound."""
    if lock and conn.dialect.name == "postgresql":
        conn.execute(sa.select(approval.c.id).where(approval.c.id == id).with_for_update())
    asked = sa.select(approval, run.c.workflow).join(run, run.c.id == approval.c.run).where(approval.c.id == id)
    found = _whole(conn, catalog, conn.execute(asked).mappings().all())
    if not found:
        raise NotFound(NONE_SUCH)
    return found[0]


def of_step(conn: sa.Connection, catalog: Catalog, key: UUID) -> Approval | None:
    """The one that a step asked for, held to the end of the transaction."""
    id = conn.scalar(sa.select(approval.c.id).where(approval.c.key == key))
    return None if id is None else approval_of(conn, catalog, id, lock=True)


def _whole(conn: sa.Connection, catalog: Catalog, rows: Sequence[Any]) -> tuple[Approval, ...]:
    users = catalog.whole.module(USER).table
    asked = (
        sa.select(approver, users.c.title).join(users, users.c.id == approver.c.user_id)
        .where(approver.c.approval.in_([row["id"] for row in rows])).order_by(approver.c.at, users.c.title, users.c.id)
    )  # fmt: skip
    voices: dict[UUID, list[Voice]] = {row["id"]: [] for row in rows}
    for row in conn.execute(asked) if rows else ():
        one = Voice(row.user_id, row.title, row.how, row.by_id, row.state, row.comment, row.at)
        voices[row.approval].append(one)
    return tuple(
        Approval(
            row["id"], row["run"], row["workflow"], (row["module"], row["record"]) if row["record"] else None,
            row["title"], row["text"], row["need"], row["state"], row["at"], row["due"], tuple(voices[row["id"]]),
        ) for row in rows
    )  # fmt: skip
