"""A site to measure lists on: one module of deals that link to accounts and users, filled past the validator.

Rows are written as the types write them, in batches. Saving them one by one as people do would take many minutes, and
lists would read the same rows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hanok.app import field_types, live_of
from hanok.engine import accounts
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.deploy import Live, Site, deploy, init_site, open_site, plan_site
from hanok.engine.errors import Refused, say
from hanok.engine.fields.text import fold
from hanok.engine.store import new_id
from hanok.settings import SETTINGS

ACCOUNTS, BATCH = 1000, 2000
#: How often each stage occurs in a hundred deals. The list that is measured asks for `won`.
STAGES = {"new": 30, "talking": 25, "offer": 20, "lost": 15, "won": 10}
FILES = {
    "options/bench_stage.yaml": "label: {en: Stage, ko: 단계}\noptions:\n"
    + "".join(f"  {key}: {{label: {{en: {key.title()}}}, color: blue}}\n" for key in STAGES),
    "modules/bench_deal.yaml": """\
label: {en: Deal, ko: 거래}
traits: [owned]
fields:
  name:       {type: text, required: true, search: true}
  account:    {type: link, to: account}
  stage:      {type: choice, options: bench_stage}
  amount:     {type: money}
  close_date: {type: date}
views:
  list: {columns: [name, account, stage, amount, close_date, owner], sort: [-close_date]}
saved_filters:
  won: {label: {en: Won}, where: {stage: won}, sort: [-amount]}
""",
}
MODULE = "bench_deal"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class House:
    """The filled site with somebody who has logged in."""

    live: Live
    actor: Actor
    token: str
    rows: int

    @property
    def module(self) -> Module:
        return self.live.catalog.module(MODULE)


@contextmanager
def built(folder: Path, *, rows: int, database: str, progress: Progress) -> Iterator[House]:
    """The site in an empty folder, on SQLite or in this empty PostgreSQL database. Raises Refused when that is not.

    Afterwards the database is empty again.
    """
    with _tidied(_site(folder, database), database) as site:
        yield _filled(site, rows, progress)


@contextmanager
def empty(folder: Path, *, database: str, files: Mapping[str, str] = FILES) -> Iterator[Live]:
    """The same without any record, and with these files of metadata."""
    with _tidied(_site(folder, database, files), database) as site:
        site.store.upgrade()
        deploy(site.store, plan_site(site), by="bench", message="bench")
        yield live_of(site)


@contextmanager
def _tidied(site: Site, database: str) -> Iterator[Site]:
    """A site whose database was empty, and is afterwards."""
    try:
        _refuse_tables(site)
        try:
            yield site
        finally:
            if database:
                _empty_again(site)
    finally:
        site.store.dispose()


def _site(folder: Path, database: str, files: Mapping[str, str] = FILES) -> Site:
    init_site(folder, SETTINGS)
    for name, text in files.items():
        file = folder / "metadata" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    environment = {"HANOK_DATABASE": database} if database else {}
    return open_site(folder, field_types(), SETTINGS, environment=environment)


def _refuse_tables(site: Site) -> None:
    with site.store.read() as conn:
        if sa.inspect(conn).get_table_names():
            raise Refused(say("This database is not empty. The bench needs one of its own."))


def _filled(site: Site, rows: int, progress: Progress) -> House:
    site.store.upgrade()
    deploy(site.store, plan_site(site), by="bench", message="bench")
    live = live_of(site)
    actor, token = administrator(live)
    with site.store.write() as conn:
        given = some_accounts(conn, live.catalog, actor)
    _fill(live, actor, given, rows, progress)
    site.store.analyze(*(module.table.name for module in live.catalog.modules.values()))
    return House(live, actor, token, rows)


def _empty_again(site: Site) -> None:
    """Takes out everything: all of it was made here."""
    with site.store.write() as conn:
        found = sa.MetaData()
        found.reflect(conn)
        found.drop_all(conn)


def administrator(live: Live) -> tuple[Actor, str]:
    raw = {"username": "bench", "last_name": "Bench"}
    id = live.write(lambda conn, catalog: accounts.create_administrator(
        conn, catalog, raw, password=accounts.hash_password("bench-bench-bench")
    ))  # fmt: skip
    token, _ = accounts.log_in(live.store, live.catalog, "bench", "bench-bench-bench", address="127.0.0.1", agent="")
    zone = live.catalog.app.zone
    return Actor(id, "bench", "Bench", admin=True, roles=(ADMINISTRATOR,), language="en", zone=zone), token


def some_accounts(conn: sa.Connection, catalog: Catalog, actor: Actor) -> list[Any]:
    module = catalog.module("account")
    rows = [row_of(module, actor, f"한빛 {number}", {"name": f"한빛 {number}"}) for number in range(ACCOUNTS)]
    conn.execute(sa.insert(module.table), rows)
    return [row["id"] for row in rows]


def _fill(live: Live, actor: Actor, given: list[Any], rows: int, progress: Progress) -> None:
    module = live.catalog.module(MODULE)
    drawn = _deals(module, actor, given, random.Random(1))  # noqa: S311  # rows to look at, no secrets
    for done in range(0, rows, BATCH):
        batch = [next(drawn) for _ in range(min(BATCH, rows - done))]
        with live.store.write() as conn:
            conn.execute(sa.insert(module.table), batch)
        progress("Filling", done + len(batch), rows)


def _deals(module: Module, actor: Actor, given: list[Any], chance: random.Random) -> Iterator[dict[str, Any]]:
    """Rows without end. Amounts come from a few thousand that were validated once."""
    amount = module.field("amount")
    amounts = [amount.type.value(amount).deserialize(chance.randrange(10**9)) for _ in range(5000)]
    stages, weights = list(STAGES), list(STAGES.values())
    first, number = date(2020, 1, 1), 0
    while True:
        number += 1
        name = f"거래 {number:,}"
        yield row_of(module, actor, name, {
            "name": name, "account": chance.choice(given), "stage": chance.choices(stages, weights)[0],
            "amount": chance.choice(amounts) if number % 20 else None,
            "close_date": first + timedelta(days=chance.randrange(3000)), "owner": actor.id,
        })  # fmt: skip


def row_of(module: Module, actor: Actor, title: str, values: dict[str, Any]) -> dict[str, Any]:
    now = datetime.now(UTC)
    row: dict[str, Any] = {
        "id": new_id(), "title": title, "title$folded": fold(title), "version": 1, "created_at": now,
        "updated_at": now, "created_by": actor.id, "updated_by": actor.id,
    }  # fmt: skip
    for key, value in values.items():
        field = module.field(key)
        row |= {field.columns[part]: bound for part, bound in field.type.write(field, value).items()}
    return row
