"""Processes that write to the same quotes and the same account at once."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from random import Random
from typing import Any

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import load_live
from hanok.engine.errors import Conflict, NotFound
from hanok.engine.store import open_store
from tests.builders import TYPES, an_administrator

ADMIN = an_administrator()
FILES = {
    "modules/account.yaml": (
        "label: {en: Account}\nfields:\n  name: {type: text}\n"
        "  owed: {type: decimal, places: 2, rollup: {sum: quotes.total}}\n"
        "  twice: {type: decimal, places: 2, formula: owed * 2}\n"
    ),
    "modules/quote.yaml": (
        "label: {en: Quote}\ntitle: '{{ name }} {{ total }}'\nfields:\n  name: {type: text}\n"
        "  account: {type: link, to: account, reverse: quotes}\n"
        "  lines: {type: lines, of: {name: {type: text}, price: {type: decimal, places: 2}, times: {type: integer},\n"
        "                           net: {type: decimal, places: 2, formula: price * times}}}\n"
        "  many: {type: integer, rollup: {count: lines}}\n"
        "  total: {type: decimal, places: 2, rollup: {sum: lines.net}}\n"
    ),
}


@dataclass
class Done:
    """What a writer did: works that were saved, works that met somebody else's, and errors."""

    saved: int = 0
    conflicts: int = 0
    errors: list[str] = field(default_factory=list)


def write_lines(address: str, seed: int, rounds: int, quotes: list[str], accounts: list[str], told: Any) -> None:
    """Adds lines by themselves and through forms, changes and deletes them, and moves quotes between accounts."""
    store, done = open_store(address), Done()
    live, drawn = load_live(store, TYPES), Random(seed)
    works = (add_line, add_line, add_line, change_line, drop_line, save_form, move_quote)
    for _ in range(rounds):
        work, quote = drawn.choice(works), drawn.choice(quotes)
        turn = Random(drawn.random())
        try:
            live.write(lambda conn, catalog: work(conn, catalog, turn, quote, accounts))  # noqa: B023  # runs at once
            done.saved += 1
        except (Conflict, NotFound):  # somebody changed it meanwhile, or deleted it
            done.conflicts += 1
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells
            done.errors.append("".join(traceback.format_exception(error))[-3000:])
    told.put(done)
    store.dispose()


def a_line(drawn: Random) -> dict[str, Any]:
    return {"name": "x", "price": f"{drawn.randint(1, 500) / 4:.2f}", "times": drawn.randint(1, 5)}


def add_line(conn: sa.Connection, catalog: Catalog, drawn: Random, quote: str, accounts: list[str]) -> None:
    records.create(conn, catalog, ADMIN, "quote.lines", {"parent": quote, **a_line(drawn)})


def some_line(conn: sa.Connection, catalog: Catalog, drawn: Random, quote: str) -> records.Record | None:
    found = records.get(conn, catalog, ADMIN, "quote", quote)
    lines = records.related(conn, catalog, ADMIN, found)["lines"]
    return drawn.choice(lines) if lines else None


def change_line(conn: sa.Connection, catalog: Catalog, drawn: Random, quote: str, accounts: list[str]) -> None:
    line = some_line(conn, catalog, drawn, quote)
    if line is not None:
        records.update(conn, catalog, ADMIN, "quote.lines", line.id, a_line(drawn), version=line.version)


def drop_line(conn: sa.Connection, catalog: Catalog, drawn: Random, quote: str, accounts: list[str]) -> None:
    line = some_line(conn, catalog, drawn, quote)
    if line is not None:
        records.delete(conn, catalog, ADMIN, "quote.lines", line.id, version=line.version)


def save_form(conn: sa.Connection, catalog: Catalog, drawn: Random, quote: str, accounts: list[str]) -> None:
    """What a form sends: the lines that are there, one of them another way, and a new one."""
    found = records.get(conn, catalog, ADMIN, "quote", quote)
    lines = [{"id": str(line.id)} for line in records.related(conn, catalog, ADMIN, found)["lines"]]
    if lines:
        drawn.choice(lines).update(a_line(drawn))
    raw = {"lines": [*lines, a_line(drawn)]}
    records.update(conn, catalog, ADMIN, "quote", quote, raw, version=found.version)


def move_quote(conn: sa.Connection, catalog: Catalog, drawn: Random, quote: str, accounts: list[str]) -> None:
    found = records.get(conn, catalog, ADMIN, "quote", quote)
    records.update(conn, catalog, ADMIN, "quote", quote, {"account": drawn.choice(accounts)}, version=found.version)
