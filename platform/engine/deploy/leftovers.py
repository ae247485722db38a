"""What models of the past left in the database: columns and tables that nothing live uses, and who may need them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Names
from hanok.engine.deploy.physical import Present
from hanok.engine.deploy.revisions import PREPARED
from hanok.engine.store.tables import revision


@dataclass(frozen=True, slots=True)
class Leftover:
    """A retired table, or the retired columns of one field in a table that lives.

    `key` is what people call it: "person", "company.size", and where a field has several, "company.size (size$2)".
    `rows` counts records (of a table) or values; `size` is about how many bytes they take. `needed` are the revisions
    that would miss it after a rollback; what a refused deploy prepared is needed by none.
    """

    key: str
    table: str
    columns: tuple[str, ...] = ()
    rows: int = 0
    size: int = 0
    needed: tuple[int, ...] = ()


def leftovers(conn: sa.Connection, catalog: Catalog) -> tuple[Leftover, ...]:
    """Everything in the module tables that the live catalog does not know, with sizes. Reads the tables."""
    present, history = Present.of(conn), _History.of(conn)
    live = catalog.metadata.tables
    found: list[Leftover] = []
    for table, columns in present.columns.items():
        if table not in live:
            found.append(_measured(conn, history.table(table), columns))
            continue
        extra = sorted(columns - set(live[table].c.keys()))
        found += [_measured(conn, left, left.columns) for left in history.columns(table, extra)]
    return tuple(sorted(found, key=lambda left: (left.table, left.columns)))


def _measured(conn: sa.Connection, left: Leftover, columns: Sequence[str] | frozenset[str]) -> Leftover:
    here = sa.table(left.table, *map(sa.column, sorted(columns)))
    rows = sa.func.count()
    if left.columns:
        rows = sa.func.count(here.c[left.columns[0]])
    size = sum((sa.func.coalesce(sa.func.sum(_bytes(conn, column)), 0) for column in here.c), sa.literal(0))
    counted, taken = conn.execute(sa.select(rows, size).select_from(here)).one()
    return Leftover(left.key, left.table, left.columns, counted, int(taken), left.needed)


def _bytes(conn: sa.Connection, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    if conn.dialect.name == "postgresql":
        return sa.func.pg_column_size(column)
    return sa.func.length(sa.cast(column, sa.LargeBinary))


@dataclass(frozen=True, slots=True)
class _Past:
    """One kept revision and its names."""

    number: int
    names: Names


@dataclass(frozen=True, slots=True)
class _History:
    """The revisions that went live, what tables are called, and by table whose each stem of columns is."""

    past: tuple[_Past, ...]
    tables: Mapping[str, str]
    stems: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, conn: sa.Connection) -> _History:
        kept = sa.select(revision.c.id, revision.c.state, revision.c.names).order_by(revision.c.id)
        past, every = [], []
        for row in conn.execute(kept):
            names = Names.from_json(row.names)
            every.append(names)
            if row.state != PREPARED:
                past.append(_Past(row.id, names))
        tables = {table: key for names in every for key, table in _tables(names)}
        return cls(tuple(past), tables, _stems(every))

    def table(self, table: str) -> Leftover:
        """What a table was made for, and when."""
        key = self.tables.get(table, table)
        needed = [
            each.number for each in self.past
            if any(table == name and place not in each.names.gone for place, name in _tables(each.names))
        ]  # fmt: skip
        return Leftover(key, table, needed=tuple(needed))

    def columns(self, table: str, columns: Sequence[str]) -> Iterator[Leftover]:
        """The fields that these columns were made for, and when."""
        stems = self.stems.get(table, {})
        grouped: dict[str, list[str]] = {}
        for name in columns:
            own = [stem for stem in stems if name == stem or name.startswith(f"{stem}$")]
            grouped.setdefault(max(own, key=len, default=name), []).append(name)
        for stem, parts in grouped.items():
            place = stems.get(stem, f"{table}.{stem}")
            several = list(stems.values()).count(place) > 1
            needed = [each.number for each in self.past if _lives(each, place, stem)]
            yield Leftover(f"{place} ({stem})" if several else place, table, tuple(parts), needed=tuple(needed))


def _lives(each: _Past, place: str, stem: str) -> bool:
    gone = {place, place.rpartition(".")[0]} & each.names.gone
    return not gone and stem.removeprefix("$") in [name.stem for name in each.names.columns.get(place, ())[:1]]


def _stems(every: Sequence[Names]) -> dict[str, dict[str, str]]:
    """Own fields of ties stand in the tables of their links, behind a dollar sign."""
    tables: dict[str, set[str]] = {}
    for names in every:
        for key, table in _tables(names):
            tables.setdefault(key, set()).add(table)
    modules = {table for names in every for table in names.tables.values()}
    found: dict[str, dict[str, str]] = {}
    for names in every:
        for place, known in names.columns.items():
            for table in tables.get(place.rpartition(".")[0], ()):
                mark = "" if table in modules else "$"
                found.setdefault(table, {}).update({mark + name.stem: place for name in known})
    return found


def _tables(names: Names) -> Iterator[tuple[str, str]]:
    yield from names.tables.items()
    for place, known in names.links.items():
        yield from ((place, name.stem) for name in known)
