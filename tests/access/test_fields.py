"""Fields that a role denies: absent from everything, asked about by nothing, written by nobody who may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from hanok.engine import records
from hanok.engine.access import Actor, seen
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Conflict, Invalid, NotFound
from hanok.engine.records import Query, Record
from hanok.engine.records.boards import lanes
from hanok.engine.records.exporting import Wish, export
from hanok.engine.records.history import history
from hanok.engine.records.search import search
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, a_user, an_administrator, with_tables

FIRM = """
label: {en: Firm, ko: 회사}
traits: [owned]
title: "{{ name }}"
fields:
  name:    {type: text, required: true, search: true}
  revenue: {type: integer}
  secret:  {type: text, search: true, length: 40}
  grade:   {type: text}
  parent:  {type: link, to: firm, reverse: children}
  boss:    {type: link, to: firm, reverse: staff}
views:
  list: {columns: [name, revenue, secret, grade, parent.secret], sort: [secret]}
  form: {tabs: {main: {panels: {facts: {rows: [[name, revenue], [grade, parent]]}, hidden: {rows: [[secret]]}}}}}
  search: {basic: [name, secret], advanced: [revenue]}
saved_filters:
  known: {label: {en: Known}, where: {secret: {empty: false}}}
  graded: {label: {en: Graded}, where: {grade: {empty: false}}}
"""
ROLES: Mapping[str, str] = {
    "roles/clerk.yaml": """
label: {en: Clerk, ko: 사무}
default: all
fields:
  firm.secret:  {view: none}
  firm.grade:   {edit: none}
  firm.revenue: {view: owner, edit: owner}
  firm.boss:    {view: none}
""",
    "roles/chief.yaml": """
label: {en: Chief, ko: 책임}
default: all
""",
    "roles/guest.yaml": """
label: {en: Guest, ko: 손님}
default: none
""",
}
ADMIN = an_administrator()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({"modules/firm.yaml": FIRM, **ROLES})


@pytest.fixture
def site(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def clerk(site: Store, catalog: Catalog) -> Actor:
    return a_user(site, catalog, "kim", "clerk")


def a_firm(site: Store, catalog: Catalog, **raw: Any) -> Record:
    return a_record(site, catalog, "firm", **{"name": "한빛", "secret": "암호", "revenue": 7, "grade": "A", **raw})


def read(site: Store, catalog: Catalog, actor: Actor, record: Record) -> Record:
    with site.read() as conn:
        return records.get(conn, seen(catalog, actor), actor, "firm", record.id)


def test_the_catalog_of_whoever_is_denied_nothing_is_the_catalog(catalog: Catalog) -> None:
    nobody = Actor(id=uuid4(), username="x", title="x", roles=("chief",))
    assert seen(catalog, nobody) is seen(catalog, ADMIN) is catalog


def test_it_is_made_once_for_a_set_of_roles(catalog: Catalog, clerk: Actor) -> None:
    assert seen(catalog, clerk) is seen(catalog, replace(clerk, id=uuid4()))
    assert seen(seen(catalog, clerk), clerk) is seen(catalog, clerk)


def test_a_denied_field_is_in_no_view(catalog: Catalog, clerk: Actor) -> None:
    firm = seen(catalog, clerk).modules["firm"]
    assert "secret" not in firm.fields and not firm.has("parent.secret")
    assert (firm.views.list.columns, firm.views.list.sort) == (("name", "revenue", "grade"), ())
    assert set(firm.views.form.fields()) == {"name", "revenue", "grade", "parent"}
    assert [panel.key for panel in firm.views.form.panels()] == ["facts"]
    assert (firm.views.search.basic, firm.views.search.advanced) == (("name",), ("revenue",))
    assert set(firm.saved_filters) >= {"graded"} and "known" not in firm.saved_filters
    assert "staff" not in firm.ends and "staff" not in firm.subpanels and "children" in firm.ends
    assert "secret" in catalog.modules["firm"].fields  # nobody else's catalog changed


def test_a_denied_field_is_not_among_the_values(site: Store, catalog: Catalog, clerk: Actor) -> None:
    found = read(site, catalog, clerk, a_firm(site, catalog))
    assert "secret" not in found.values and found["grade"] == "A"


ASKED = [{"secret": "암호"}, {"parent": {"secret": "암호"}}, {"not": {"secret": {"empty": True}}}]


@pytest.mark.parametrize("asked", ASKED)
def test_nothing_is_looked_for_by_it(site: Store, catalog: Catalog, clerk: Actor, asked: dict[str, Any]) -> None:
    a_firm(site, catalog)
    with pytest.raises(Invalid), site.read() as conn:
        records.page(conn, seen(catalog, clerk), clerk, Query(module="firm", asked=asked))


def test_a_board_and_a_list_know_no_sum_and_no_order_of_what_is_seen_in_some_records_only(store: Store) -> None:
    stage = "  stage:   {type: choice, options: {a: {en: A}, b: {en: B}}, default: a}\n  parent:"
    board = "  kanban: {by: stage, sum: revenue, card: [$title, revenue], sort: [-revenue, name]}\n  form:"
    firm = FIRM.replace("  parent:", stage, 1).replace("sort: [secret]", "sort: [revenue, name]")
    catalog = a_catalog({"modules/firm.yaml": firm.replace("  form:", board), **ROLES})
    site = with_tables(store, catalog)
    clerk = a_user(site, catalog, "kim", "clerk")
    a_firm(site, catalog, owner=clerk.id)
    a_firm(site, catalog, name="두빛")
    eyes = seen(catalog, clerk)
    views = eyes.modules["firm"].views
    assert views.kanban is not None and (views.kanban.sum, views.kanban.sort) == ("", ("name",))
    assert views.list.sort == ("name",) and "revenue" in views.kanban.card
    with site.read() as conn:
        assert [row["revenue"] for row in records.page(conn, eyes, clerk, Query(module="firm")).rows] == [None, 7]
        assert lanes(conn, eyes, clerk, Query(module="firm"), "stage", views.kanban.sum).found["a"].count == 2


@pytest.mark.parametrize("sort", ["secret", "-secret", "parent.secret", "revenue"])
def test_nothing_is_sorted_by_it(site: Store, catalog: Catalog, clerk: Actor, sort: str) -> None:
    with pytest.raises(Invalid), site.read() as conn:
        records.page(conn, seen(catalog, clerk), clerk, Query(module="firm", sort=(sort,)))


def test_the_search_does_not_tell_of_it(site: Store, catalog: Catalog, clerk: Actor) -> None:
    a_firm(site, catalog)
    eyes = seen(catalog, clerk)
    with site.read() as conn:
        assert [hit.title for hit in search(conn, catalog, ADMIN, "암호")] == ["한빛"]
        assert search(conn, eyes, clerk, "암호") == ()
        assert [(hit.title, hit.snippet) for hit in search(conn, eyes, clerk, "한빛")] == [("한빛", "")]
        assert records.page(conn, eyes, clerk, Query(module="firm", words="암호")).rows == ()
        assert len(records.page(conn, eyes, clerk, Query(module="firm", words="한빛")).rows) == 1


def test_neither_history_nor_export_tells_of_it(site: Store, catalog: Catalog, clerk: Actor) -> None:
    made = a_firm(site, catalog)
    with site.read() as conn:
        told = history(conn, seen(catalog, clerk), clerk, "firm", made.id)
        assert {change.field for entry in told for change in entry.changes} == {"name", "grade", "owner"} - {"owner"}
        found = export(conn, catalog, Wish(actor=clerk, module="firm", language="en"))
        assert not {"Secret", "Boss"} & set(found.headings)
        assert "암호" not in str(list(found.rows()))
    with pytest.raises(Invalid), site.read() as conn:
        export(conn, catalog, Wish(actor=clerk, module="firm", language="en", columns=("secret",)))


def test_a_field_that_is_seen_in_own_records_is_empty_in_others(site: Store, catalog: Catalog, clerk: Actor) -> None:
    mine, other = a_firm(site, catalog, owner=clerk.id), a_firm(site, catalog)
    assert read(site, catalog, clerk, mine)["revenue"] == 7
    assert read(site, catalog, clerk, other)["revenue"] is None
    with pytest.raises(Invalid, match="some records only"), site.read() as conn:
        records.page(conn, seen(catalog, clerk), clerk, Query(module="firm", asked={"revenue": {"gt": 1}}))


def test_what_she_saves_keeps_what_she_does_not_see(site: Store, catalog: Catalog, clerk: Actor) -> None:
    made = a_firm(site, catalog)
    with site.write() as conn:
        records.update(conn, catalog, clerk, "firm", made.id, {"name": "한빛상사"}, version=1)
    after = read(site, catalog, ADMIN, made)
    assert (after["secret"], after["revenue"], after.title) == ("암호", 7, "한빛상사")
    with site.read() as conn:
        assert [hit.title for hit in search(conn, catalog, ADMIN, "암호")] == ["한빛상사"]


@pytest.mark.parametrize("raw", [{"secret": "x"}, {"secret": ""}, {"grade": "B"}, {"revenue": 8}, {"boss": None}])
def test_nobody_writes_what_she_may_not(site: Store, catalog: Catalog, clerk: Actor, raw: dict[str, Any]) -> None:
    made = a_firm(site, catalog)
    with pytest.raises(Invalid) as caught, site.write() as conn:
        records.update(conn, catalog, clerk, "firm", made.id, {"name": "x", **raw}, version=1)
    assert set(caught.value.errors) == set(raw)
    assert read(site, catalog, ADMIN, made).version == 1


def test_what_is_sent_back_unchanged_is_no_change(site: Store, catalog: Catalog, clerk: Actor) -> None:
    mine = a_firm(site, catalog, owner=clerk.id)
    with site.write() as conn:
        saved = records.update(conn, catalog, clerk, "firm", mine.id, {"grade": "A", "revenue": 8}, version=1)
    assert (saved["grade"], saved["revenue"]) == ("A", 8)


def test_nobody_finds_out_what_she_does_not_see_by_sending_guesses(
    site: Store, catalog: Catalog, clerk: Actor
) -> None:
    made = a_firm(site, catalog)
    for guess in (7, 8, None):
        with pytest.raises(Invalid) as caught, site.write() as conn:
            records.update(conn, catalog, clerk, "firm", made.id, {"revenue": guess}, version=1)
        assert [str(one) for one in caught.value.errors["revenue"]] == ["You may not change this."]


def test_a_conflict_does_not_tell_of_it(site: Store, catalog: Catalog, clerk: Actor) -> None:
    made = a_firm(site, catalog)
    with site.write() as conn:
        records.update(conn, catalog, ADMIN, "firm", made.id, {"secret": "새 암호", "name": "a"}, version=1)
    with pytest.raises(Conflict) as caught, site.write() as conn:
        records.update(conn, catalog, clerk, "firm", made.id, {"secret": "?", "name": "b"}, version=1)
    assert [each.field for each in caught.value.differences] == ["name"]


def test_nobody_links_by_a_field_that_she_may_not_change(site: Store, catalog: Catalog, clerk: Actor) -> None:
    made = a_firm(site, catalog)
    with pytest.raises(Invalid), site.write() as conn:
        records.create(conn, catalog, clerk, "firm", {"name": "x", "boss": str(made.id)})


def test_a_second_role_lifts_what_the_first_denies_only_where_it_gives_something(
    site: Store, catalog: Catalog, clerk: Actor
) -> None:
    made = a_firm(site, catalog)
    assert read(site, catalog, replace(clerk, roles=("clerk", "chief")), made)["secret"] == "암호"
    assert "secret" not in read(site, catalog, replace(clerk, roles=("clerk", "guest")), made).values


def test_a_role_that_names_no_field_is_told_where(catalog: Catalog) -> None:
    from hanok.engine.errors import MetadataError

    wrong = "label: {en: X}\nfields:\n  firm.secrt: {view: none}\n  frm.secret: {view: none}\n"
    with pytest.raises(MetadataError) as caught:
        a_catalog({"modules/firm.yaml": FIRM, "roles/x.yaml": wrong})
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 2 and "secret" in told[0] and "firm" in told[1]


def test_a_record_that_is_not_there_is_not_found(site: Store, catalog: Catalog, clerk: Actor) -> None:
    with pytest.raises(NotFound), site.read() as conn:
        records.get(conn, seen(catalog, clerk), clerk, "firm", uuid4())
