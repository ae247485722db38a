"""The laws of merging, on models made up at random: nothing points at a record that went, and an undo undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record, create, update
from hanok.engine.records.merging.asked import ALL, MINE
from hanok.engine.records.merging.undoing import left_of
from hanok.engine.store import Store
from hanok.engine.store.desk_tables import follow
from tests.builders import a_catalog, a_record, a_user, an_administrator, with_tables
from tests.records.mergers import MODEL, everything, merged, pointing, undone

SEEDS = (1, 2, 3, 4)
CHOSEN = ("name", "phone", "code", "worth", "kinds", "rival", "above", "chief")


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog(MODEL)


def maybe(drawn: Random, some: Sequence[Record], chance: float = 0.6) -> str | None:
    return str(drawn.choice(some).id) if some and drawn.random() < chance else None


def a_world(store: Store, catalog: Catalog, drawn: Random) -> tuple[list[Record], list[Record]]:
    """Firms and people that lead to each other in every way that there is."""
    firms: list[Record] = []
    humans: list[Record] = []
    for number in range(7):
        raw: dict[str, Any] = {
            "name": drawn.choice(("한빛", "한빛전자", "가온")), "code": f"c{number}" if drawn.random() < 0.5 else None,
            "phone": f"02-111-{1000 + number}" if drawn.random() < 0.7 else None, "above": maybe(drawn, firms),
            "rival": maybe(drawn, firms), "kinds": drawn.sample(("big", "far"), drawn.randrange(3)),
            "rows": [{"what": f"l{at}", "price": str(at), "from": maybe(drawn, firms)}
                     for at in range(drawn.randrange(3))],
        }  # fmt: skip
        with store.write() as conn:
            firms.append(create(conn, catalog, an_administrator(), "firm", raw, despite_duplicates=True))
    for number in range(6):
        about = drawn.choice((f"firm:{drawn.choice(firms).id}", None))
        kin = [f"firm:{one.id}" for one in drawn.sample(firms, drawn.randrange(3))]
        kin += [f"human:{one.id}" for one in drawn.sample(humans, min(len(humans), drawn.randrange(2)))]
        raw = {"name": f"h{number}", "firm": maybe(drawn, firms), "about": about, "kin": kin}
        humans.append(a_record(store, catalog, "human", **raw))
    for firm in firms:
        ties = {
            "partners": [{"id": str(one.id), "since": f"20{drawn.randrange(10, 30)}-01-01"}
                         for one in drawn.sample(firms, drawn.randrange(3)) if one.id != firm.id],
            "humans": [{"id": str(one.id), "role": drawn.choice("abc")}
                       for one in drawn.sample(humans, drawn.randrange(4))],
        }  # fmt: skip
        with store.write() as conn:
            update(conn, catalog, an_administrator(), "firm", firm.id, ties, version=firm.version,
                   despite_duplicates=True)  # fmt: skip
    return firms, humans


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_points_at_what_went_and_all_of_it_comes_back(store: Store, catalog: Catalog, seed: int) -> None:
    drawn = Random(seed)
    with_tables(store, catalog)
    user = a_user(store, catalog, "boss")
    boss = Actor(user.id, "boss", user.title, admin=True, roles=(ADMINISTRATOR,))
    firms, _ = a_world(store, catalog, drawn)
    with store.write() as conn:
        for firm in drawn.sample(firms, 3):
            values = {"user_id": user.id, "module": "firm", "record": firm.id, "at": datetime.now(UTC)}
            conn.execute(follow.insert().values(values))
    stays, *goes = drawn.sample(firms, drawn.randrange(2, 6))
    before = everything(store, catalog)
    take = {key: drawn.choice((stays, *goes)) for key in CHOSEN}
    lines = drawn.choice((MINE, ALL, str(goes[0].id)))
    plan = merged(store, catalog, boss, stays, goes, take=take, lines={"rows": lines})
    assert pointing(store, catalog, "firm", [one.id for one in goes]) == {}
    table = catalog.module("firm").table
    with store.read() as conn:
        up = dict(conn.execute(sa.select(table.c.id, table.c.above).where(table.c.deleted_at.is_(None))).all())
    for id in up:
        seen, here = set(), id
        while here is not None and here not in seen:
            seen.add(here)
            here = up.get(here)
        assert here is None, "the tree runs in a circle"
    assert left_of(undone(store, catalog, boss, plan)) == ()
    assert everything(store, catalog) == before
