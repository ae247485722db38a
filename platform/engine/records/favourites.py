"""Favourites: records that somebody marked with a star, hers alone."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Refused, say
from hanok.engine.records.desk import AtHand, at_hand
from hanok.engine.records.read import get
from hanok.engine.store.desk_tables import favourite

MOST = 100


def star(conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID) -> None:
    """Marks a record. Raises NotFound for one that she may not view, and Refused where there are too many."""
    get(conn, catalog, actor, module, id)
    own = sa.select(sa.func.count()).select_from(favourite).where(favourite.c.user_id == actor.id)
    if (conn.scalar(own) or 0) >= MOST:
        raise Refused(say("You have {most} favourites. Take the star off another one first.", most=MOST))
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    row = insert(favourite).values(user_id=actor.id, module=module, record=id, at=datetime.now(UTC))
    conn.execute(row.on_conflict_do_nothing())


def unstar(conn: sa.Connection, actor: Actor, module: str, id: UUID) -> None:
    """Takes the star off; nothing where there is none."""
    conn.execute(favourite.delete().where(*_is(actor, module, id)))


def is_favourite(conn: sa.Connection, actor: Actor, module: str, id: UUID) -> bool:
    return conn.scalar(sa.select(favourite.c.record).where(*_is(actor, module, id))) is not None


def favourites(conn: sa.Connection, catalog: Catalog, actor: Actor) -> tuple[AtHand, ...]:
    """Her favourites that she may view, the latest star first."""
    kept = (
        sa.select(favourite.c.module, favourite.c.record)
        .where(favourite.c.user_id == actor.id).order_by(favourite.c.at.desc(), favourite.c.record).limit(MOST)
    )  # fmt: skip
    return at_hand(conn, catalog, actor, [(row.module, row.record) for row in conn.execute(kept)])


def _is(actor: Actor, module: str, id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return favourite.c.user_id == actor.id, favourite.c.module == module, favourite.c.record == id
