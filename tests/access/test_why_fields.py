"""Why somebody may see or change a field of a record: the rule of each role, and where it stands."""

from __future__ import annotations

import pytest

from hanok.engine import accounts
from hanok.engine.access import Actor
from hanok.engine.accounts.acting import actor_with
from hanok.engine.accounts.explaining import explain
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import SMALL, a_catalog, a_record, a_user, with_tables

CLERK = """label: {en: Clerk, ko: 사무}
default: {list: all, view: all, edit: all}
fields:
  company.size: {view: owner, edit: none}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "roles/clerk.yaml": CLERK})


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def clerk(site: Store, catalog: Catalog) -> Actor:
    made = a_user(site, catalog, "kim")
    assert made.id is not None
    with site.write() as conn:
        accounts.grant(conn, made.id, "clerk")
    with site.read() as conn:
        return actor_with(conn, catalog, made.id)


def test_it_names_the_rule_its_line_and_whether_it_holds(site: Store, catalog: Catalog, clerk: Actor) -> None:
    hers, others = (a_record(site, catalog, "company", name=name, owner=owner)
                    for name, owner in (("한빛", str(clerk.id)), ("두빛", None)))  # fmt: skip
    with site.read() as conn:
        for record, allowed in ((hers, True), (others, False)):
            told = explain(conn, catalog, clerk, "company", record.id, "view", "size")
            assert told.allowed is allowed
            of_record, of_field = told.rights
            assert of_record.allowed and (of_field.field, of_field.allowed) == ("size", allowed)
            (reason,) = of_field.reasons
            assert (reason.said.role, reason.said.level, reason.holds) == ("clerk", "owner", allowed)
            assert reason.said.place is not None
            assert (reason.said.place.file.endswith("roles/clerk.yaml"), reason.said.place.line) == (True, 4)
            assert [holder.id for holder in reason.holders] == [clerk.id]


def test_whoever_changes_it_sees_it_too(site: Store, catalog: Catalog, clerk: Actor) -> None:
    hers = a_record(site, catalog, "company", name="한빛", owner=str(clerk.id))
    with site.read() as conn:
        told = explain(conn, catalog, clerk, "company", hers.id, "edit", "size")
        assert [(one.action, one.field, one.allowed) for one in told.rights] == [
            ("edit", "", True), ("view", "size", True), ("edit", "size", False)
        ]  # fmt: skip
        free = explain(conn, catalog, clerk, "company", hers.id, "edit", "name")
        assert free.allowed and free.rights[-1].reasons[0].said.is_default
