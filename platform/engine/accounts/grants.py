"""Which roles users, teams and security groups have: data, not metadata; and who gave or took them is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Refused, say
from hanok.engine.fields import Linked
from hanok.engine.language import unknown as nearest
from hanok.engine.records.guarding import keep_administrators
from hanok.engine.records.trail import ROLES, leave
from hanok.engine.store.tables import grant as grants

USER, TEAM, GROUP = "user", "team", "security_group"
#: The modules whose records hold roles.
HOLDERS = (USER, TEAM, GROUP)


@dataclass(frozen=True, slots=True)
class Source:
    """A role that a user has, and from whom: the user, the team or a security group."""

    role: str
    holder: Linked


def roles_of(conn: sa.Connection, holder: UUID) -> tuple[str, ...]:
    """The keys of the roles that were given to this user, team or group itself, in order."""
    rows = conn.scalars(sa.select(grants.c.role).where(grants.c.holder == holder).order_by(grants.c.role))
    return tuple(rows)


def grant(conn: sa.Connection, holder: UUID, role: str) -> None:
    """Writes that somebody has a role, unasked and untold; `give` is for people. Twice changes nothing."""
    if role not in roles_of(conn, holder):
        conn.execute(grants.insert().values(holder=holder, role=role))


def give(conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID, role: str) -> bool:
    """Gives a role to a user, team or group; False when it was there. Raises NotFound, Denied or Refused."""
    holder, before = _holder(conn, catalog, actor, module, id)
    if role not in (ADMINISTRATOR, *catalog.roles):
        raise Refused(nearest(role, (ADMINISTRATOR, *catalog.roles), noun=say("role")))
    if role == ADMINISTRATOR and module != USER:
        raise Refused(say("Only users are administrators. Give the role to each of them."))
    if role in before:
        return False
    grant(conn, id, role)
    _leave(conn, catalog, actor, holder, before)
    return True


def revoke(conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID, role: str) -> bool:
    """Takes a role away, one that the metadata lost, too; False when it was not there.

    Raises NotFound, Denied, and Refused for the role of the last administrator.
    """
    holder, before = _holder(conn, catalog, actor, module, id)
    if role not in before:
        return False
    if role == ADMINISTRATOR:
        keep_administrators(conn, catalog, catalog.module(USER), [id], but=id)
    conn.execute(grants.delete().where(grants.c.holder == id, grants.c.role == role))
    _leave(conn, catalog, actor, holder, before)
    return True


def _holder(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID
) -> tuple[records.Record, tuple[str, ...]]:
    """Whose roles are changed, and those that there are now."""
    if not actor.governs:
        raise Denied(say("Only administrators give and take roles."))
    if module not in HOLDERS:
        raise Refused(say("Roles are given to users, teams and security groups."))
    return records.get(conn, catalog, actor, module, id), roles_of(conn, id)


def _leave(
    conn: sa.Connection, catalog: Catalog, actor: Actor, holder: records.Record, before: tuple[str, ...]
) -> None:
    told = {ROLES: [list(before), list(roles_of(conn, holder.id))]}
    module, at = catalog.module(holder.module), datetime.now(UTC)
    leave(conn, catalog, actor, module, holder.id, "changed", told, at=at, version=holder.version)


def keyed(conn: sa.Connection, catalog: Catalog, module: str, key: str) -> UUID | None:
    """The id of the team or security group of this key, None where there is none."""
    found = catalog.module(module)
    field, table = found.field("key"), found.table
    column = table.c[field.columns[field.type.compared(field)]]
    wanted = column == field.type.comparable(field, key)
    return conn.scalar(sa.select(table.c.id).where(wanted, table.c.deleted_at.is_(None)))


def held(conn: sa.Connection, catalog: Catalog, *, role: str = "") -> Mapping[str, tuple[Linked, ...]]:
    """By role, who holds it: users first, then teams, then groups, each in the order of titles."""
    found: dict[str, list[Linked]] = defaultdict(list)
    for key in HOLDERS:
        table = catalog.module(key).table
        known = (table.c.deleted_at.is_(None), grants.c.role == role if role else sa.true())
        rows = sa.select(grants.c.role, table.c.id, table.c.title).where(grants.c.holder == table.c.id, *known)
        for row in conn.execute(rows.order_by(table.c["title$folded"], table.c.id)):
            found[row.role].append(Linked(key, row.id, row.title))
    return {key: tuple(holders) for key, holders in found.items()}


@dataclass(frozen=True, slots=True)
class Bearer:
    """A user who has a role, and from whom: herself, her team, her security groups."""

    user: Linked
    active: bool
    holders: tuple[Linked, ...]


def bearers(conn: sa.Connection, catalog: Catalog, role: str, *, most: int = 500) -> tuple[Bearer, ...]:
    """The users who have a role, by title; of the ways by which they have it `most` are looked at."""
    people, team, group = (catalog.whole.module(key) for key in HOLDERS)
    through = group.ends["users"].through
    assert through is not None, "the users of a group are tied"
    me, table, bundle = people.table, team.table, group.table
    active, mine = me.c[people.field("active").columns[""]], me.c[people.field("team").columns[""]]

    def way(module: str, holder: sa.FromClause, source: sa.FromClause) -> sa.Select[tuple[object, ...]]:
        columns = (me.c.id, me.c.title, me.c["title$folded"], active.label("active"), holder.c.id.label("holder"),
                   holder.c.title.label("holder_title"), sa.literal(module).label("module"))  # fmt: skip
        found = sa.select(*columns).select_from(source.join(grants, grants.c.holder == holder.c.id))
        return found.where(grants.c.role == role, me.c.deleted_at.is_(None), holder.c.deleted_at.is_(None))

    tied = me.join(through, through.c.right == me.c.id).join(bundle, bundle.c.id == through.c.left)
    ways = sa.union_all(way(USER, me, me), way(TEAM, table, me.join(table, table.c.id == mine)),
                        way(GROUP, bundle, tied)).subquery()  # fmt: skip
    rows = sa.select(ways).order_by(ways.c["title$folded"], ways.c.id, ways.c.module, ways.c.holder).limit(most)
    found: dict[UUID, Bearer] = {}
    for row in conn.execute(rows):
        known = found.get(row.id) or Bearer(Linked(USER, row.id, row.title), bool(row.active), ())
        holder = Linked(row.module, row.holder, row.holder_title)
        found[row.id] = replace(known, holders=(*known.holders, holder))
    return tuple(found.values())


def sources(conn: sa.Connection, catalog: Catalog, user: UUID) -> tuple[Source, ...]:
    """The roles that a user has and from where, own ones first; one that comes from several stands several times."""
    people, team, group = (catalog.module(key) for key in HOLDERS)
    through = group.ends["users"].through
    assert through is not None, "the users of a group are tied"
    me, table, bundle = people.table, team.table, group.table
    own = sa.select(me.c.id, me.c.title).where(me.c.id == user)
    mine = me.c[people.field("team").columns[""]]
    of_team = sa.select(table.c.id, table.c.title).join_from(me, table, table.c.id == mine)
    of_team = of_team.where(me.c.id == user, table.c.deleted_at.is_(None))
    of_groups = sa.select(bundle.c.id, bundle.c.title).join_from(through, bundle, bundle.c.id == through.c.left)
    of_groups = of_groups.where(through.c.right == user, bundle.c.deleted_at.is_(None)).order_by(bundle.c.title)
    found = []
    for key, holders in zip(HOLDERS, (own, of_team, of_groups), strict=True):
        for row in conn.execute(holders).all():
            found += [Source(role, Linked(key, row.id, row.title)) for role in roles_of(conn, row.id)]
    return tuple(found)
