"""A site to measure rights on: contacts of many people in many security groups, filled past the validator.

A few groups hold a known share of the contacts, for the people who are measured; all others are of the sizes that
groups have in life, a few large and many small, and everybody else is in one to five of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.cli.bench.house import Progress, administrator, empty, row_of, some_accounts
from hanok.engine import accounts
from hanok.engine.access import Actor
from hanok.engine.accounts.acting import actor_with
from hanok.engine.accounts.sessions import open_session
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import new_id
from hanok.engine.store.tables import group_record

MODULE = "contact"
GROUPS, USERS, ACCOUNTS, BATCH = 200, 500, 1000, 5000
GROUP, OWNER, CONDITION = "bench_group", "bench_owner", "bench_condition"
LEVELS = {GROUP: "group", OWNER: "owner", CONDITION: "{source: seminar}"}
FILES = {
    f"roles/{key}.yaml": f"label: {{en: Bench}}\ndefault: {{list: all, view: all}}\nmodules: {{{MODULE}: "
    f"{{list: {level}, view: {level}, edit: owner}}}}\n"
    for key, level in LEVELS.items()
}
#: The groups of those who are measured: the share of the contacts that they hold, anywhere or the oldest ones.
SPREAD: Mapping[str, float] = {"half": 0.5, "tenth": 0.1, "hundredth": 0.01, "thousandth": 0.001, "nothing": 0}
OLDEST: Mapping[str, float] = {"oldest_tenth": 0.1, "oldest_hundredth": 0.01}
#: How many of the other groups a contact is in, in a hundred contacts.
IN_SO_MANY = (25, 35, 25, 15)
SOURCES = {"seminar": 5, "website": 95}
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is measured, logged in."""

    actor: Actor
    token: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """The filled site and the people by the names of their cases; `admin` is one of them."""

    live: Live
    people: Mapping[str, Person]
    rows: int
    in_groups: int


@contextmanager
def crowded(folder: Path, *, rows: int, database: str, progress: Progress) -> Iterator[Crowd]:
    """The site in an empty folder, on SQLite or in this empty PostgreSQL database, which is empty again afterwards."""
    with empty(folder, database=database, files=FILES) as live:
        yield _Filling(live, random.Random(1), rows, progress).crowd()  # noqa: S311  # rows to look at, no secrets


@dataclass(slots=True)
class _Filling:
    """Writes people, groups and contacts."""

    live: Live
    chance: random.Random
    rows: int
    progress: Progress

    def crowd(self) -> Crowd:
        admin, token = administrator(self.live)
        with self.live.store.write() as conn:
            users = self._people(conn, admin)
            groups = self._groups(conn, admin)
            self._members(conn, users, groups)
            given = some_accounts(conn, self.live.catalog, admin)
        made = self._contacts(admin, users, groups, given)
        self.live.store.analyze(*(one.table.name for one in self.live.catalog.modules.values()), group_record.name)
        people = {name: self._let_in(id) for name, id in users.items() if not name.isdigit()}
        return Crowd(self.live, {"admin": Person(admin, token), **people}, self.rows, made)

    def _people(self, conn: sa.Connection, admin: Actor) -> dict[str, UUID]:
        module = self.live.catalog.module("user")
        cases = [*SPREAD, *OLDEST, "usual", "stranger", OWNER, CONDITION]
        names = cases + [str(number) for number in range(USERS - len(cases))]
        rows = [row_of(module, admin, name, {"username": name, "last_name": name, "active": True}) for name in names]
        conn.execute(sa.insert(module.table), rows)
        found = {name: row["id"] for name, row in zip(names, rows, strict=True)}
        for name, id in found.items():
            accounts.grant(conn, id, name if name in LEVELS else GROUP)
        return found

    def _groups(self, conn: sa.Connection, admin: Actor) -> dict[str, UUID]:
        module = self.live.catalog.module("security_group")
        cases = [*SPREAD, *OLDEST]
        names = cases + [str(number) for number in range(GROUPS - len(cases))]
        rows = [row_of(module, admin, name, {"name": name, "key": f"g_{name}"}) for name in names]
        conn.execute(sa.insert(module.table), rows)
        return {name: row["id"] for name, row in zip(names, rows, strict=True)}

    def _members(self, conn: sa.Connection, users: Mapping[str, UUID], groups: Mapping[str, UUID]) -> None:
        """Whoever is measured is in the one group of that case, or as usual in three of middling size."""
        others = [name for name in groups if name.isdigit()]
        pairs: list[tuple[str, str]] = [(name, name) for name in (*SPREAD, *OLDEST)]
        pairs += [("usual", name) for name in others[20:80:20]]
        for user in (name for name in users if name.isdigit()):
            pairs += [(user, group) for group in self._some(others, self.chance.randint(1, 5))]
        through = self.live.catalog.module("security_group").ends["users"].through
        assert through is not None, "the users of a group are tied"
        rows = [
            {"id": new_id(), "left": groups[group], "right": users[user], "tied_at": BEGAN} for user, group in pairs
        ]
        conn.execute(sa.insert(through), rows)

    def _some(self, names: Sequence[str], count: int) -> set[str]:
        """Some of the groups: the n-th is drawn half as often as the one that stands at n/2."""
        weights = list(accumulate(1 / (place + 4) for place in range(len(names))))
        return set(self.chance.choices(names, cum_weights=weights, k=count))

    def _contacts(
        self, admin: Actor, users: Mapping[str, UUID], groups: Mapping[str, UUID], given: Sequence[UUID]
    ) -> int:
        module, made = self.live.catalog.module(MODULE), 0
        drawn = self._drawn(self.live.catalog, admin, users, given)
        for done in range(0, self.rows, BATCH):
            batch = [next(drawn) for _ in range(min(BATCH, self.rows - done))]
            ties = [
                {"module": MODULE, "record": row["id"], "group_id": groups[name], "via": "owner",
                 "created_at": row["created_at"], "updated_at": row["updated_at"]}
                for place, row in enumerate(batch) for name in sorted(self._groups_of(done + place, groups))
            ]  # fmt: skip
            with self.live.store.write() as conn:
                conn.execute(sa.insert(module.table), batch)
                conn.execute(sa.insert(group_record), ties)
            made += len(ties)
            self.progress("Filling", done + len(batch), self.rows)
        return made

    def _groups_of(self, number: int, groups: Mapping[str, UUID]) -> set[str]:
        others = [name for name in groups if name.isdigit()]
        found = self._some(others, self.chance.choices(range(4), IN_SO_MANY)[0])
        found |= {name for name, share in SPREAD.items() if self.chance.random() < share}
        return found | {name for name, share in OLDEST.items() if number < share * self.rows}

    def _drawn(
        self, catalog: Catalog, admin: Actor, users: Mapping[str, UUID], given: Sequence[UUID]
    ) -> Iterator[dict[str, Any]]:
        """Contacts without end, made one after the other, each changed last some time later."""
        module = catalog.module(MODULE)
        owners = [id for name, id in users.items() if name != "stranger"]
        sources, weights = list(SOURCES), list(SOURCES.values())
        number = 0
        while True:
            number += 1
            made = BEGAN + timedelta(seconds=number * 100)
            name = f"{self.chance.randrange(10**7):07}"
            changed = made + timedelta(seconds=self.chance.randrange(100_000))
            values = {
                "last_name": name, "account": self.chance.choice(given), "owner": self.chance.choice(owners),
                "source": self.chance.choices(sources, weights)[0],
            }  # fmt: skip
            yield row_of(module, admin, name, values) | {"created_at": made, "updated_at": changed}

    def _let_in(self, id: UUID) -> Person:
        """Somebody as after logging in."""
        now = datetime.now(UTC)
        with self.live.store.write() as conn:
            token = open_session(conn, id, address="127.0.0.1", agent="", now=now)
            return Person(actor_with(conn, self.live.catalog, id), token)
