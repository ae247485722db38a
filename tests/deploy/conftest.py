"""A store on which the small model went live, and words for deploying changes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine.deploy import Live, Plan, deploy, load_live, make_plan
from hanok.engine.store import Store
from tests.builders import CORE, SMALL, TYPES, a_layer, a_record


class House:
    """The small model in a database; `files` are the site's documents as they stand now."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.files: dict[str, str] = dict(SMALL)

    def plan(self) -> Plan:
        return make_plan(self.store, [CORE, a_layer(self.files)], TYPES)

    def deploy(self, *, accept: Collection[str] = (), **options: Any) -> int:
        return deploy(self.store, self.plan(), accept=accept, **options)

    def change(self, old: str, new: str, *, file: str = "modules/company.yaml") -> None:
        """Replaces a piece of a document."""
        assert old in self.files[file]
        self.files[file] = self.files[file].replace(old, new)

    def live(self) -> Live:
        return load_live(self.store, TYPES)

    def steps(self) -> list[tuple[str, str, str]]:
        """The plan's steps but for documents and refreshing, as (phase, kind, key)."""
        return [(s.phase, s.kind, s.key) for s in self.plan().steps if s.kind not in ("document", "refresh", "derive")]

    def rows(self, table: str, *columns: str) -> list[Mapping[str, Any]]:
        """What stands in a table, by the order of its first column."""
        known = sa.table(table, *(sa.column(name) for name in columns))
        with self.store.read() as conn:
            return [dict(row) for row in conn.execute(sa.select(known).order_by(known.c[columns[0]])).mappings()]


@pytest.fixture
def house(store: Store) -> House:
    """Not deployed yet."""
    return House(store)


@pytest.fixture
def lived_in(house: House) -> House:
    """Deployed once, with three companies and a person."""
    house.deploy()
    live = house.live()
    for number, name in enumerate(["한빛", "Ångström", "한라"]):
        made = a_record(
            house.store, live.catalog, "company",
            name=name, size=str(number * 10), rate="1.25", stage="open", founded="2001-02-03",
        )  # fmt: skip
    a_record(house.store, live.catalog, "person", family="김", company=str(made.id))
    return house
