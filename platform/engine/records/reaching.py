"""How the rows that an actor may see are found: the one predicate, in the shape that is quickest for her.

Whose groups hold few records has them gathered; whose groups hold many finds a page of them soon, walking along the
index that the list is sorted by. What is in between is settled by `docs/decisions/0022`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor
from hanok.engine.access.levels import grant_of, owners
from hanok.engine.access.rows import apart, is_mixed, own_records, predicate, records_of_groups
from hanok.engine.catalog import Catalog, Module
from hanok.engine.store.gathering import Gathered

#: So many records of groups are gathered, sorted and cut rather than met on the way along an index.
FEW = 3000
#: Of more than these PostgreSQL is kept from making a list before it looks at the first row.
MANY = 20_000
#: Of so many times as many records of groups as are wanted enough are there mostly: not deleted, and fitting a filter.
SPARE = 4
#: For so many seconds it is remembered how many they are: it decides how long a question takes, never its answer.
FRESH = 300
#: So many sets of groups are remembered for a module; beyond that it begins anew.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Way:
    """A predicate that finds rows by itself; `gathered`: all that it finds are few, and sorted afterwards."""

    rule: ColumnElement[bool]
    gathered: bool = False


def ways(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, action: str, table: Any, sort: str
) -> tuple[Way, ...]:  # fmt: skip
    """The actor's predicate over `table` as ways, any of which is enough: the first rows by any are those of all.

    `sort` is the key of the field that the rows are sorted by first.
    """
    if not is_mixed(catalog, actor, module, action):
        return (Way(predicate(catalog, actor, module, action, table)),)
    held = _by_groups(conn, catalog, actor, module, action)
    if held > FEW:
        walked = sort == "title" or any(index[:1] == (sort,) for index in module.index)
        return (Way(predicate(catalog, actor, module, action, table, by_row=walked and held > MANY)),)
    own, groups, fitting = apart(catalog, actor, module, action, table)
    written = any(index[:2] == (key, sort) for index in module.index for key in owners(module))
    indexed = written or sort == _listed(module)
    few = bool(own) and not indexed and _own(conn, catalog, actor, module, action) <= FEW
    return (
        *(Way(rule, gathered=few) for rule in own), *(Way(rule, gathered=True) for rule in groups),
        *(Way(rule) for rule in fitting),
    )  # fmt: skip


def _listed(module: Module) -> str:
    """What the module's list is sorted by first: an index of each owner's records has that order (`deploy.indexes`)."""
    return next((key.removeprefix("-") for key in module.views.list.sort), "")


def counted(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, action: str, table: Any, *, cap: int | None
) -> Iterator[ColumnElement[bool]]:
    """Predicates to count by: one that is enough where it finds more than `cap`, and at last the actor's own."""
    if is_mixed(catalog, actor, module, action):
        held = _by_groups(conn, catalog, actor, module, action)
        if held <= FEW:
            found = apart(catalog, actor, module, action, table)
            yield sa.or_(sa.false(), *(rule for rules in found for rule in rules))
            return
        if cap is not None and held > cap:
            yield Gathered(table.c.id, records_of_groups(actor, module).limit(cap * SPARE))
    yield predicate(catalog, actor, module, action, table)


def _by_groups(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, action: str) -> int:
    if not grant_of(catalog, actor, module.key, action).group:
        return 0
    return _held(conn, module, actor.groups, lambda: (records_of_groups(actor, module),))


def _own(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, action: str) -> int:
    return _held(conn, module, (actor.id, action), lambda: own_records(catalog, actor, module, action))


def _held(conn: sa.Connection, module: Module, whose: Hashable, asked: Callable[[], Sequence[sa.Select[Any]]]) -> int:
    """How many records these are, counted up to `MANY` + 1; one that is there in several ways counts several times."""
    kept = module.table.info.setdefault("held", {})
    known, at = kept.get(whose, (0, 0.0))
    if at and time.monotonic() - at < FRESH:
        return int(known)
    ids = asked()
    some = sa.union_all(*ids) if len(ids) > 1 else ids[0]
    found = conn.scalar(sa.select(sa.func.count()).select_from(some.limit(MANY + 1).subquery())) or 0
    if len(kept) >= MOST:
        kept.clear()
    kept[whose] = found, time.monotonic()
    return found
