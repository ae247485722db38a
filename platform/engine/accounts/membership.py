"""What a person is in, and which roles come of it: her own, those of her team and those of her security groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.store.tables import grant


@dataclass(frozen=True, slots=True)
class Membership:
    """The ids of the team (one or none) and of the security groups, and the keys of the roles, in order."""

    teams: tuple[UUID, ...] = ()
    groups: tuple[UUID, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """What a statement over the user table joins to learn of memberships: a row for each group and role.

    `columns` are labelled `team`, `group_id` and `role`.
    """

    columns: tuple[sa.ColumnElement[Any], ...]
    joins: tuple[tuple[Any, sa.ColumnElement[bool]], ...]

    def to(self, source: sa.FromClause) -> sa.FromClause:
        """The source with what was joined to it."""
        for there, tied in self.joins:
            source = source.outerjoin(there, tied)
        return source


def joined(catalog: Catalog, users: sa.FromClause) -> Joined:
    """The joins to a table of users (the module's, or an alias)."""
    groups, user = catalog.module("security_group"), catalog.module("user")
    through = groups.ends["users"].through
    assert through is not None, "the users of a group are tied"
    tie, group, team = through.alias("ms"), groups.table.alias("mg"), catalog.module("team").table.alias("mt")
    joins = (
        (team, sa.and_(team.c.id == users.c[user.field("team").columns[""]], team.c.deleted_at.is_(None))),
        (tie, tie.c.right == users.c.id),
        (group, sa.and_(group.c.id == tie.c.left, group.c.deleted_at.is_(None))),
        (grant, sa.or_(grant.c.holder == users.c.id, grant.c.holder == team.c.id, grant.c.holder == group.c.id)),
    )
    columns = (team.c.id.label("team"), group.c.id.label("group_id"), grant.c.role.label("role"))
    return Joined(columns, joins)


def gathered(rows: Iterable[Mapping[str, Any]]) -> Membership:
    """What the rows of one user say together."""
    found = list(rows)

    def each(name: str) -> tuple[Any, ...]:
        return tuple(sorted({row[name] for row in found if row[name] is not None}))

    return Membership(each("team"), each("group_id"), each("role"))


def membership_of(conn: sa.Connection, catalog: Catalog, user_id: UUID) -> Membership:
    """What this user is in; one statement."""
    users = catalog.module("user").table
    more = joined(catalog, users)
    rows = conn.execute(sa.select(*more.columns).select_from(more.to(users)).where(users.c.id == user_id)).mappings()
    return gathered(map(dict, rows))
