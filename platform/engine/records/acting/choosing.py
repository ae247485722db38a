"""Who of several gets a record: one after the other, or whoever has the fewest open ones.

Whose turn it was stands in a row that is held until the transaction ends, so two workers never give two records on one
turn, and a turn that was rolled back was none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import SYSTEM, context_of
from hanok.engine.access.assigning import GROUP, TEAM, USER, assignable, holding_role
from hanok.engine.catalog import Catalog, Module, ModuleScope
from hanok.engine.conditions import parse, to_sql
from hanok.engine.errors import Message, Refused, say
from hanok.engine.fields import Field, Linked
from hanok.engine.records.handing.holdings import END, past_of
from hanok.engine.store.automation_tables import turn
from hanok.engine.store.moments import here

#: Nobody's turn yet.
NOBODY = UUID(int=0)
ROUND_ROBIN, LEAST_BUSY = "round_robin", "least_busy"
#: The field of a user that says that she is away: a yes or no, or a period.
AWAY = "away"


def whose_turn(
    conn: sa.Connection, catalog: Catalog, module: Module, owner: Field, said: Mapping[str, Mapping[str, str]]
) -> Linked:
    """Who gets a record of the module now, by `{round_robin: {team: sales}}` or `{least_busy: …}`.

    `owner` is the field that says whose a record is. Raises Refused where nobody may be given it.
    """
    ((way, them),) = said.items()
    key = ":".join((module.key, way, *(f"{what}={name}" for what, name in sorted(them.items()))))
    last = _held(conn, key)
    people = _people(conn, catalog, module, them)
    if not people:
        raise Refused(say("Nobody who may be given this is there: {people}.", people=_named(them)))
    found = _next(people, last) if way == ROUND_ROBIN else _least_busy(conn, catalog, module, owner, people)
    _keep(conn, key, found.id)
    if way == LEAST_BUSY:
        _held(conn, _given(module, found.id))
        _keep(conn, _given(module, found.id), found.id)
    return found


def check_assignable(conn: sa.Connection, catalog: Catalog, module: Module, id: UUID) -> None:
    """Raises Refused for somebody who may not be given records of the module."""
    users = catalog.whole.module(USER).table
    row = conn.execute(sa.select(users.c.title, assignable(catalog, module.key, users)).where(users.c.id == id)).first()
    if row is None or not row[1]:
        raise Refused(say("“{name}” may not be given this.", name=row[0] if row else ""))


# -- among whom ----------------------------------------------------------------------------------------------------
def members(
    conn: sa.Connection, catalog: Catalog, them: Mapping[str, str], *more: ColumnElement[bool]
) -> tuple[Linked, ...]:
    """The people of a team, a security group (each by its key or id) and a role, in one order that stays.

    All that is said holds. Raises Refused for what there is not.
    """
    users = catalog.whole.module(USER).table
    asked = sa.select(users.c.id, users.c.title).where(*_conditions(conn, catalog, users, them), *more)
    return tuple(Linked(USER, row.id, row.title) for row in conn.execute(asked.order_by(users.c.id)))


def _people(conn: sa.Connection, catalog: Catalog, module: Module, them: Mapping[str, str]) -> Sequence[Linked]:
    """Those who may be given records of the module and are not away."""
    users = catalog.whole.module(USER).table
    return members(conn, catalog, them, assignable(catalog, module.key, users), *_present(catalog, users))


def _conditions(
    conn: sa.Connection, catalog: Catalog, users: Any, them: Mapping[str, str]
) -> Iterator[ColumnElement[bool]]:
    user, groups = catalog.whole.module(USER), catalog.whole.module(GROUP)
    yield users.c.deleted_at.is_(None)
    yield users.c[user.field("active").columns[""]]
    if "team" in them:
        yield users.c[user.field(TEAM).columns[""]] == _keyed(conn, catalog, TEAM, them["team"])
    if "security_group" in them:
        tie = groups.ends["users"].through
        assert tie is not None, "the users of a group are tied"
        mine = sa.select(tie.c.right).where(tie.c.left == _keyed(conn, catalog, GROUP, them["security_group"]))
        yield users.c.id.in_(mine)
    if "role" in them:
        if them["role"] not in catalog.whole.roles:
            raise Refused(say("There is no role “{key}”.", key=them["role"]))
        yield holding_role(catalog.whole, users, them["role"])


def _keyed(conn: sa.Connection, catalog: Catalog, module: str, key: str) -> UUID:
    """The team or group with this key, or id. Raises Refused."""
    found = catalog.whole.module(module)
    table = found.table
    mine = table.c.id == UUID(key) if "-" in key else table.c[found.field("key").columns[""]] == key
    id: UUID | None = conn.scalar(sa.select(table.c.id).where(mine, table.c.deleted_at.is_(None)))
    if id is None:
        raise Refused(say("There is no {module} “{key}”.", module=found.label, key=key))
    return id


def _present(catalog: Catalog, users: Any) -> Iterator[ColumnElement[bool]]:
    """Those who are not away, where the model says who is."""
    user = catalog.whole.module(USER)
    away = user.fields.get(AWAY)
    if away is None:
        return
    if away.type.part_field(away, END) is not None:
        said: Mapping[str, Any] = {f"{AWAY}.start": {"lte": "today"}, f"{AWAY}.{END}": {"gte": "today"}}
    else:
        said = {AWAY: True}
    node = parse({"not": said}, ModuleScope(user, catalog.whole.every))
    yield to_sql(node, users, context_of(SYSTEM, catalog))


def _named(them: Mapping[str, str]) -> Message | str:
    return ", ".join(f"{what} “{key}”" for what, key in them.items())


# -- who of them ---------------------------------------------------------------------------------------------------
def _next(people: Sequence[Linked], last: UUID) -> Linked:
    """The one after the last, in the order of ids; the first where it was the last one's turn."""
    return next((one for one in people if one.id > last), people[0])


def _least_busy(
    conn: sa.Connection, catalog: Catalog, module: Module, owner: Field, people: Sequence[Linked]
) -> Linked:
    """Whoever has the fewest open records; of several the one who was given one longest ago."""
    table, ids = catalog.whole.every[module.key].table, [one.id for one in people]
    column = table.c[owner.columns[""]]
    open_ones: list[ColumnElement[bool]] = [table.c.deleted_at.is_(None), column.in_(ids)]
    past = past_of(catalog.whole, catalog.whole.every[module.key])
    if past is not None:
        open_ones.append(sa.not_(to_sql(past, table, context_of(SYSTEM, catalog))))
    counts = {row[0]: row[1] for row in
              conn.execute(sa.select(column, sa.func.count()).where(*open_ones).group_by(column))}  # fmt: skip
    keys = {_given(module, id): id for id in ids}
    given = sa.select(turn.c.key, turn.c.at).where(turn.c.key.in_(keys))
    times = {keys[row.key]: row.at.timestamp() for row in conn.execute(given)}
    return min(people, key=lambda one: (counts.get(one.id, 0), times.get(one.id, 0.0), one.id))


def _given(module: Module, user: UUID) -> str:
    return f"{module.key}:given:{user}"


# -- the row -------------------------------------------------------------------------------------------------------
def _held(conn: sa.Connection, key: str) -> UUID:
    """Whose turn it was, with the row held to the end of the transaction."""
    insert: Any = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    row = insert(turn).values(key=key, user_id=NOBODY, at=here(conn))
    held = row.on_conflict_do_update(index_elements=[turn.c.key], set_={"key": row.excluded.key})
    found: UUID = conn.execute(held.returning(turn.c.user_id)).scalar_one()
    return found


def _keep(conn: sa.Connection, key: str, user: UUID) -> None:
    conn.execute(turn.update().where(turn.c.key == key).values(user_id=user, at=here(conn)))
