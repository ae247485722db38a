"""Making and changing records for somebody who does not see who owns them."""

from __future__ import annotations

import pytest

from hanok.engine import accounts, records
from hanok.engine.access import Actor, seen
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.records import Query
from hanok.engine.store import Store
from tests.builders import SMALL, a_catalog, a_user, an_administrator, with_tables

BLIND = """
label: {en: Blind, ko: 담당 모름}
default: {list: owner, view: owner, create: all, edit: owner, delete: owner, assign: owner}
fields: {company.owner: {view: none}}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "roles/blind.yaml": BLIND})


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def her(site: Store, catalog: Catalog) -> Actor:
    actor = a_user(site, catalog, "kim", "blind")
    with site.write() as conn:
        accounts.grant(conn, actor.id, "blind")  # type: ignore[arg-type]  # a stored user has an id
    return actor


def test_what_she_makes_is_hers_as_for_everybody(site: Store, catalog: Catalog, her: Actor) -> None:
    eyes = seen(catalog, her)
    with site.write() as conn:
        made = records.create(conn, catalog, her, "company", {"name": "한빛"})
    with site.read() as conn:
        stored = records.get(conn, catalog, an_administrator(), "company", made.id)
        listed = records.page(conn, eyes, her, Query(module="company")).rows
        opened = records.get(conn, eyes, her, "company", made.id)
    assert stored["owner"].id == her.id and "owner" not in opened.values
    assert [row.id for row in listed] == [made.id] and opened.may_edit and opened.may_delete


def test_she_names_no_owner(site: Store, catalog: Catalog, her: Actor) -> None:
    with pytest.raises(Invalid) as wrong, site.write() as conn:
        records.create(conn, catalog, her, "company", {"name": "한빛", "owner": str(her.id)})
    assert "owner" in wrong.value.errors


def test_what_she_changes_stays_whose_it_was(site: Store, catalog: Catalog, her: Actor) -> None:
    with site.write() as conn:
        made = records.create(conn, catalog, her, "company", {"name": "한빛"})
        records.update(conn, catalog, her, "company", made.id, {"name": "두빛"}, version=made.version)
    with site.read() as conn:
        assert records.get(conn, catalog, an_administrator(), "company", made.id)["owner"].id == her.id
