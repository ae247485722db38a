"""Who follows a record: she is told when it changes. Whoever may view a record may follow it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.access import Actor
from hanok.engine.access.assigning import USER
from hanok.engine.catalog import Catalog
from hanok.engine.fields import Linked
from hanok.engine.records.preferences import ASSIGNED, FOLLOWS, MADE
from hanok.engine.records.read import get
from hanok.engine.store.desk_tables import follow as table
from hanok.engine.store.desk_tables import preference
from hanok.engine.store.moments import now

#: Followers that are told of, and shown.
MOST, SHOWN = 1000, 50


def follow(conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID) -> None:
    """The actor follows it from now on. Raises NotFound for a record that she may not view."""
    get(conn, catalog, actor, module, id)
    row = _insert(conn)(table).values(user_id=actor.id, module=module, record=id, at=now(conn))
    conn.execute(row.on_conflict_do_nothing())


def unfollow(conn: sa.Connection, actor: Actor, module: str, id: UUID) -> None:
    """She does not any more; nothing where she did not."""
    conn.execute(table.delete().where(table.c.user_id == actor.id, table.c.module == module, table.c.record == id))


def followers(conn: sa.Connection, catalog: Catalog, module: str, id: UUID) -> tuple[Linked, ...]:
    """Who follows a record, by name. The caller saw that it may be viewed."""
    users = catalog.whole.module(USER).table.alias()
    asked = (
        sa.select(users.c.id, users.c.title).join(table, table.c.user_id == users.c.id)
        .where(table.c.module == module, table.c.record == id, users.c.deleted_at.is_(None))
        .order_by(users.c.title, users.c.id).limit(SHOWN)
    )  # fmt: skip
    return tuple(Linked(USER, row.id, row.title) for row in conn.execute(asked))


def following(conn: sa.Connection, module: str, id: UUID) -> Sequence[UUID]:
    """The ids of those who follow a record."""
    asked = sa.select(table.c.user_id).where(table.c.module == module, table.c.record == id)
    return conn.scalars(asked.order_by(table.c.user_id).limit(MOST)).all()


def follow_by_itself(
    conn: sa.Connection, catalog: Catalog, module: str, id: UUID, *, maker: UUID | None, given: Iterable[UUID],
    at: datetime,
) -> None:  # fmt: skip
    """Whoever made the record and whom it was given to follow it, but for those who do not want that."""
    asked = sorted({*given, *([maker] if maker else [])})
    if not asked:
        return
    users = catalog.whole.module(USER).table
    given_it = sa.literal(FOLLOWS + ASSIGNED)
    why = sa.case((users.c.id == maker, FOLLOWS + MADE), else_=given_it) if maker else given_it
    against = sa.exists().where(preference.c.user_id == users.c.id, preference.c.key == why)
    rows = sa.select(users.c.id, sa.literal(module), sa.literal(id, table.c.record.type), sa.literal(
        at, table.c.at.type)).where(users.c.id.in_(asked), users.c.deleted_at.is_(None), sa.not_(against))  # fmt: skip
    names = ["user_id", "module", "record", "at"]
    conn.execute(_insert(conn)(table).from_select(names, rows).on_conflict_do_nothing())


def _insert(conn: sa.Connection) -> Any:
    return sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
