"""On whose behalf a command acts."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.accounts.membership import membership_of
from hanok.engine.accounts.people import UserColumns, actor_from, folded_username
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say


def actor_named(conn: sa.Connection, catalog: Catalog, username: str) -> Actor:
    """The active user of this name with her roles, as she would be after logging in. Raises NotFound."""
    user = UserColumns.of(catalog)
    found = _actor(conn, catalog, user, user.folded == folded_username(catalog, username))
    if found is None:
        raise NotFound(say("There is no active user {username}.", username=username))
    return found


def actor_with(conn: sa.Connection, catalog: Catalog, id: UUID) -> Actor:
    """The active user with this id, with the roles of today. Raises NotFound."""
    user = UserColumns.of(catalog)
    found = _actor(conn, catalog, user, user.id == id)
    if found is None:
        raise NotFound(say("Whoever asked for this may not log in any more."))
    return found


def _actor(
    conn: sa.Connection, catalog: Catalog, user: UserColumns, wanted: sa.ColumnElement[bool]
) -> Actor | None:
    statement = sa.select(
        user.id.label("id"), user.username.label("username"), user.title.label("title"),
        user.language.label("language"), user.zone.label("zone"),
    ).where(wanted, user.present)  # fmt: skip
    row = conn.execute(statement).mappings().first()
    return actor_from(catalog, dict(row), membership_of(conn, catalog, row["id"])) if row else None
