"""Line items come in by the wizard as records do, into the records that they stand in, and go back."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanok.engine import records
from hanok.engine.access import Actor, may
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.records.importing import keeping
from hanok.engine.store import Store, new_id
from tests.builders import a_catalog, a_record, an_administrator
from tests.screens.conftest import FILES, Browser
from tests.screens.test_importing import CLERK, sent, work
from tests.screens.test_importing import app as app
from tests.screens.test_importing import folder as folder
from tests.screens.test_lines import BID, ITEM


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    bids = {"modules/item.yaml": ITEM, "modules/bid.yaml": BID}
    reader = CLERK.replace("import: all", "import: none")
    return a_catalog({**FILES, **bids, "roles/clerk.yaml": reader})


def now(site: Store, catalog: Catalog, bid: Record) -> tuple[list[str], int]:
    with site.read() as conn:
        found = records.get(conn, catalog, an_administrator(), "bid", bid.id)
        lines = records.related(conn, catalog, an_administrator(), found)["lines"]
    return [line["name"] for line in lines], int(found["total"].amount) if found["total"] else 0


def test_lines_come_in_and_go_back(admin: Browser, site: Store, catalog: Catalog, folder: Path) -> None:
    bid = a_record(site, catalog, "bid", name="교량", lines=[{"name": "볼트", "price": 100, "quantity": 2}])
    assert 'href="/bid.lines/_import"' in admin.page("/bid/_import")
    start = admin.page("/bid.lines/_import")
    assert 'href="/bid.lines/_import" aria-current="page"' in start and 'href="/bid" data-cancel' in start
    text = "record,name,price,quantity\n교량,너트,30,10\n교량,와셔,10,5\n없는 입찰,못,1,1\n"
    answer = sent(admin, text, "품목.csv", "bid.lines")
    assert answer.status_code == 303, answer.text
    there = answer.location.removesuffix("/columns")
    said = {"field.0": "parent", "field.1": "name", "field.2": "price", "field.3": "quantity"}
    assert admin.send(f"{there}/columns", **said).status_code == 303
    work(site, catalog, folder)
    assert now(site, catalog, bid) == (["볼트"], 200)
    admin.send(f"{there}/run", leave_out="1")
    work(site, catalog, folder)
    assert now(site, catalog, bid) == (["볼트", "너트", "와셔"], 550)
    assert 'href="/bid"' in admin.page(there)
    admin.send(f"{there}/undo")
    work(site, catalog, folder)
    assert now(site, catalog, bid) == (["볼트"], 200)


def test_lines_want_the_right_to_import_what_they_stand_in(catalog: Catalog) -> None:
    clerk = Actor(new_id(), "clerk", "Clerk", roles=("clerk",))
    assert may(catalog, clerk, "bid.lines", "edit")
    assert not keeping.may_import(catalog, clerk, "bid.lines")
    assert keeping.may_import(catalog, an_administrator(), "bid.lines")
