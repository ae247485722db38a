"""The plain list: 25 of many rows with one filter and one sort, by three ways, with its index and without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.ext.compiler import compiles

from hanok.app import create_app
from hanok.cli.bench.bare import handler
from hanok.cli.bench.clock import Timing, Work, in_turns
from hanok.cli.bench.house import MODULE, House
from hanok.engine import records
from hanok.engine.deploy.ddl import create_index, drop_index
from hanok.engine.deploy.physical import Physical
from hanok.engine.records import Page, Query
from hanok.web.visit import SESSION_COOKIE

APP, PAGE, BARE = "app", "page", "bare"
WAYS: Mapping[str, str] = {
    APP: "whole request",
    PAGE: "records.page",
    BARE: "bare handler",
}
COLUMNS = ("stage", "amount$base", "id")
FAR_STEPS, FAR_SIZE = 8, 1000


@dataclass(frozen=True, slots=True)
class Measured:
    """One situation: timings by way, the plan of the page's statement, and the composite index when that names it."""

    name: str
    timings: Mapping[str, Timing]
    plan: tuple[str, ...]
    index: str | None

    def ratio(self, way: str) -> float:
        return self.timings[way].quick / self.timings[BARE].quick


@dataclass(frozen=True, slots=True)
class Lists:
    """What `hanok bench list` found. `statements` are the queries of one whole request; `bytes` its length."""

    database: str
    rows: int
    statements: int
    bytes: int
    situations: tuple[Measured, ...]


class Explain(sa.sql.expression.Executable, sa.sql.expression.ClauseElement):
    """How the database would run a statement."""

    inherit_cache = False

    def __init__(self, statement: sa.Select[Any]) -> None:
        self.statement = statement


@compiles(Explain, "sqlite")
def _explain_sqlite(element: Explain, compiler: Any, **named: Any) -> str:
    return "EXPLAIN QUERY PLAN " + str(compiler.process(element.statement, **named))


@compiles(Explain, "postgresql")
def _explain_postgresql(element: Explain, compiler: Any, **named: Any) -> str:
    return "EXPLAIN (COSTS OFF) " + str(compiler.process(element.statement, **named))


def measure(house: House, *, seconds: float) -> Lists:
    """The list with its composite index, then far in, then without the index. `seconds` are for all of it."""
    clients = Clients(house)
    statements, size = clients.weigh()
    share = seconds / 3
    first = _situation(house, clients, "with the composite index", _query(), seconds=share)
    far = _situation(house, clients, "the same, far in", _query(after=_far(house)), seconds=share)
    with without(house, COLUMNS):
        bare = _situation(house, clients, "without the composite index", _query(), seconds=share)
    return Lists(house.live.store.dialect, house.rows, statements, size, (first, far, bare))


class Clients:
    """The application and the bare handler, each behind a client of the same kind."""

    def __init__(self, house: House) -> None:
        app = create_app(house.live, {"secret_key": "of the bench"})
        self.house = house
        self.app: FlaskClient = app.test_client()
        self.app.set_cookie(SESSION_COOKIE, house.token)
        self.bare: FlaskClient = handler(house).test_client()

    def ask(self, after: str | None = None) -> int:
        """One whole request; how many bytes came back."""
        asked = {"stage": "won", "sort": "-amount", **({"after": after} if after else {})}
        answer = self.app.get(f"/{MODULE}", query_string=asked)
        if answer.status_code != 200:
            raise RuntimeError(f"the list answered {answer.status}")
        return len(answer.get_data())

    def weigh(self) -> tuple[int, int]:
        """Queries and bytes of one request."""
        self.ask()
        with _seen(self.house) as statements:
            size = self.ask()
        return len(statements), size

    def ask_bare(self) -> int:
        return len(self.bare.get(f"/{MODULE}").get_data())


def _situation(house: House, clients: Clients, name: str, query: Query, *, seconds: float) -> Measured:
    works: dict[str, Work] = {
        APP: partial(clients.ask, query.after), PAGE: partial(_page, house, query), BARE: clients.ask_bare,
    }  # fmt: skip
    timings = in_turns(works, seconds=seconds)
    plan = _plan(house, query)
    wanted = _index(house, COLUMNS)
    return Measured(name, timings, plan, wanted if any(wanted in line for line in plan) else None)


def _query(*, after: str | None = None, size: int = 25) -> Query:
    columns = ("name", "account", "stage", "amount", "close_date", "owner")
    return Query(module=MODULE, asked={"stage": "won"}, sort=("-amount",), columns=columns, size=size, after=after)


def _page(house: House, query: Query) -> Page:
    with house.live.read() as (conn, catalog):
        return records.page(conn, catalog, house.actor, query)


def _far(house: House) -> str | None:
    """The cursor of a page some eight thousand rows in, where there are as many."""
    after: str | None = None
    for _ in range(FAR_STEPS):
        after = _page(house, _query(after=after, size=FAR_SIZE)).next or after
    return after


def _plan(house: House, query: Query) -> tuple[str, ...]:
    with _seen(house) as statements:
        _page(house, query)
    house.live.store.dispose()  # a connection of SQLite may remember the plan of before
    with house.live.store.read() as conn:
        rows = conn.execute(Explain(statements[-1])).all()
    return tuple(str(row[-1]) for row in rows)


@contextmanager
def _seen(house: House) -> Iterator[list[Any]]:
    """The queries that run meanwhile."""
    reading = house.live.store.engines[0]
    found: list[Any] = []

    def see(conn: sa.Connection, element: Any, *_: Any) -> None:
        if isinstance(element, sa.Select | sa.CompoundSelect):
            found.append(element)

    sa.event.listen(reading, "before_execute", see)
    try:
        yield found
    finally:
        sa.event.remove(reading, "before_execute", see)


def _index(house: House, columns: tuple[str, ...]) -> str:
    """The name of the index that the engine planned for these columns."""
    physical = Physical.of(house.live.catalog, house.live.store.dialect)
    table = house.module.table.name
    found = [name for name in physical.indexes_of(table) if physical.indexes[name].columns == columns]
    if not found:
        raise RuntimeError(f"no index of {table} has the columns {columns}")
    return found[0]


@contextmanager
def without(house: House, columns: tuple[str, ...]) -> Iterator[None]:
    """The index is gone meanwhile."""
    name = _index(house, columns)
    physical = Physical.of(house.live.catalog, house.live.store.dialect)
    with house.live.store.write() as conn:
        conn.execute(drop_index(name, house.module.table.name))
    yield
    with house.live.store.write() as conn:
        conn.execute(create_index(physical.index(name)))
