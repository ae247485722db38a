"""The rows of the module `user`, as accounts need them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import ADMINISTRATOR, SYSTEM, Actor
from hanok.engine.accounts.grants import USER, give
from hanok.engine.accounts.membership import Membership
from hanok.engine.accounts.passwords import set_password
from hanok.engine.catalog import Catalog
from hanok.engine.records.deeds import tell
from hanok.engine.records.guarding import zones


@dataclass(frozen=True, slots=True)
class UserColumns:
    """The columns of the user table that accounts read, whatever they are called in this database."""

    id: sa.Column[Any]
    title: sa.Column[Any]
    username: sa.Column[Any]
    folded: sa.Column[Any]
    email: sa.Column[Any]
    active: sa.Column[Any]
    language: sa.Column[Any]
    zone: sa.Column[Any]
    deleted_at: sa.Column[Any]

    @classmethod
    def of(cls, catalog: Catalog) -> UserColumns:
        module = catalog.module("user")

        def column(key: str, part: str = "") -> sa.Column[Any]:
            return module.table.c[module.field(key).columns[part]]

        name = module.field("username")
        return cls(
            id=module.table.c.id, title=module.table.c.title, username=column("username"),
            folded=column("username", name.type.compared(name)), email=column("email"), active=column("active"),
            language=column("language"), zone=column("time_zone"), deleted_at=module.table.c.deleted_at,
        )  # fmt: skip

    @property
    def present(self) -> sa.ColumnElement[bool]:
        """The user may log in."""
        return sa.and_(self.deleted_at.is_(None), self.active)


def folded_username(catalog: Catalog, username: str) -> str:
    """A user name as it is compared, without the signs that no database stores."""
    field = catalog.module("user").field("username")
    return str(field.type.comparable(field, username.replace("\x00", "").strip()))


def actor_from(catalog: Catalog, row: Mapping[str, Any], known: Membership) -> Actor:
    """The actor of a row with id, username, title, language and zone; the site's own where the user says nothing."""
    return Actor(
        id=row["id"], username=row["username"], title=row["title"], admin=ADMINISTRATOR in known.roles,
        roles=known.roles, teams=known.teams, groups=known.groups,
        language=row["language"] or catalog.app.languages[0],
        zone=zone_or(row["zone"], catalog.app.zone),
    )  # fmt: skip


def zone_or(zone: str | None, other: str) -> str:
    """A user's zone is a text that somebody typed; one that is none would fail on every page."""
    return zone if zone and zone in zones() else other


def find_user(conn: sa.Connection, catalog: Catalog, username: str) -> UUID | None:
    """The id of the user of this name, active or not."""
    user = UserColumns.of(catalog)
    wanted = folded_username(catalog, username)
    return conn.scalar(sa.select(user.id).where(user.folded == wanted, user.deleted_at.is_(None)))


def create_user(
    conn: sa.Connection, catalog: Catalog, actor: Actor, raw: Mapping[str, Any], *, password: str = "",
    roles: Sequence[str] = (), initial: bool = False,
) -> UUID:  # fmt: skip
    """A new user from the raw values of its fields. `password` is a hash made beforehand; without it nobody logs in.
    `initial`: she has to choose another one when she logs in with it."""
    user_id = records.create(conn, catalog, actor, "user", raw).id
    if password:
        set_password(conn, user_id, password, initial=initial)
        tell(conn, actor, "password", "set", about=user_id)
    for role in roles:
        give(conn, catalog, actor, USER, user_id, role)
    return user_id


def create_administrator(
    conn: sa.Connection, catalog: Catalog, raw: Mapping[str, Any], *, password: str, initial: bool = False
) -> UUID:
    """The first user of a site: an administrator. `password` and `initial` as `create_user` takes them."""
    return create_user(conn, catalog, SYSTEM, raw, password=password, roles=(ADMINISTRATOR,), initial=initial)
