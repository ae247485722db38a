"""Attackers with the source: rights through ties and lines, and what hidden records tell by them."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, NotFound
from hanok.engine.records import Query, Record
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, a_user, an_administrator, with_tables

ADMIN = an_administrator()
FILES = {
    "modules/person.yaml": """
label: {en: Person}
traits: [owned]
fields:
  name:   {type: text, required: true}
  salary: {type: integer}
  pin:    {type: encrypted}
""",
    "modules/deal.yaml": """
label: {en: Deal}
traits: [owned]
fields:
  name:   {type: text, required: true}
  people: {type: links, to: person, reverse: deals, primary: lead, fields: {role: {type: text}}}
  lead:   {type: link, to: person}
  steps:  {type: lines, of: {what: {type: text, required: true}, who: {type: link, to: person}}}
""",
    "roles/seller.yaml": """
label: {en: Seller}
default: {list: all, view: all, create: all, edit: owner, delete: owner, import: all}
modules: {person: {list: owner, view: owner}}
""",
}


@pytest.fixture(scope="module")
def deals() -> Catalog:
    return a_catalog(FILES)


@pytest.fixture
def here(store: Store, deals: Catalog) -> Store:
    return with_tables(store, deals)


@pytest.fixture
def seller(here: Store, deals: Catalog) -> Actor:
    """Sees every deal and changes her own; of people she sees her own."""
    return a_user(here, deals, "seller", "seller")


@pytest.fixture
def secret(here: Store, deals: Catalog) -> Record:
    return a_record(here, deals, "person", name="비밀", salary=500)


@pytest.fixture
def known(here: Store, deals: Catalog, seller: Actor) -> Record:
    return a_record(here, deals, "person", name="내 사람", salary=100, owner=str(seller.id))


@pytest.fixture
def her_deal(here: Store, deals: Catalog, seller: Actor, secret: Record, known: Record) -> Record:
    people = [str(secret.id), str(known.id)]
    steps = [{"what": "hers", "who": str(secret.id)}]
    return a_record(here, deals, "deal", name="hers", owner=str(seller.id), people=people, steps=steps)


@pytest.fixture
def other_deal(here: Store, deals: Catalog, known: Record, secret: Record) -> Record:
    people = [str(known.id), str(secret.id)]
    return a_record(here, deals, "deal", name="another's", people=people, steps=[{"what": "another's"}])


def whole(store: Store, deals: Catalog, record: Record, actor: Actor = ADMIN) -> dict[str, Any]:
    with store.read() as conn:
        found = records.get(conn, deals, actor, record.module, record.id)
        return {**found.values, **records.related(conn, deals, actor, found)}


def steps(store: Store, deals: Catalog, record: Record) -> list[str]:
    return [line["what"] for line in whole(store, deals, record)["steps"]]


# -- lines ---------------------------------------------------------------------------------------------------------
def test_a_line_does_not_move_into_a_record_that_its_writer_may_only_see(
    here: Store, deals: Catalog, seller: Actor, her_deal: Record, other_deal: Record
) -> None:
    line = whole(here, deals, her_deal)["steps"][0]
    raw = {"parent": str(other_deal.id)}
    with here.write() as conn, pytest.raises(Denied):
        records.update(conn, deals, seller, "deal.steps", line.id, raw, version=line.version)
    assert steps(here, deals, other_deal) == ["another's"]


def test_a_line_that_moves_makes_open_forms_of_both_records_a_conflict_and_always_stands_in_one(
    here: Store, deals: Catalog, her_deal: Record, other_deal: Record
) -> None:
    line = whole(here, deals, her_deal)["steps"][0]
    with here.write() as conn:
        raw = {"parent": str(other_deal.id)}
        moved = records.update(conn, deals, ADMIN, "deal.steps", line.id, raw, version=line.version)
    assert [whole(here, deals, deal)["version"] for deal in (her_deal, other_deal)] == [2, 2]
    with here.write() as conn, pytest.raises(Invalid) as caught:
        records.update(conn, deals, ADMIN, "deal.steps", line.id, {"parent": None}, version=moved.version)
    assert set(caught.value.errors) == {"parent"}


@pytest.mark.parametrize("actor", ["seller", "admin"])
def test_a_line_stays_where_it_stands_whatever_a_form_says_of_its_parent(
    here: Store, deals: Catalog, seller: Actor, her_deal: Record, other_deal: Record, actor: str
) -> None:
    line = whole(here, deals, her_deal)["steps"][0]
    raw = {"steps": [{"id": str(line.id), "what": "new", "parent": str(other_deal.id), "position": "-5"}]}
    who = {"seller": seller, "admin": ADMIN}[actor]
    with here.write() as conn:
        records.update(conn, deals, who, "deal", her_deal.id, raw, version=1)
    assert (steps(here, deals, her_deal), steps(here, deals, other_deal)) == (["new"], ["another's"])


def test_lines_of_a_record_that_may_only_be_seen_are_not_deleted(
    here: Store, deals: Catalog, seller: Actor, other_deal: Record
) -> None:
    line = whole(here, deals, other_deal)["steps"][0]
    with here.write() as conn, pytest.raises(Denied):
        records.delete(conn, deals, seller, "deal.steps", line.id)
    assert steps(here, deals, other_deal) == ["another's"]


def test_lines_of_a_record_that_may_only_be_seen_are_not_restored(
    here: Store, deals: Catalog, seller: Actor, other_deal: Record
) -> None:
    line = whole(here, deals, other_deal)["steps"][0]
    with here.write() as conn:
        records.delete(conn, deals, ADMIN, "deal.steps", line.id)
    with here.write() as conn, pytest.raises(Denied):
        records.restore(conn, deals, seller, "deal.steps", line.id)
    assert steps(here, deals, other_deal) == []


def test_a_line_that_is_deleted_by_itself_makes_an_open_form_a_conflict(
    here: Store, deals: Catalog, other_deal: Record
) -> None:
    line = whole(here, deals, other_deal)["steps"][0]
    with here.write() as conn:
        records.delete(conn, deals, ADMIN, "deal.steps", line.id)
    assert whole(here, deals, other_deal)["version"] == other_deal.version + 1


# -- ties ----------------------------------------------------------------------------------------------------------
def test_a_form_that_leaves_hidden_ties_out_keeps_them_and_the_hidden_primary_one(
    here: Store, deals: Catalog, seller: Actor, her_deal: Record, known: Record
) -> None:
    with here.write() as conn:
        records.update(conn, deals, seller, "deal", her_deal.id, {"people": [str(known.id)]}, version=1)
        records.update(conn, deals, seller, "deal", her_deal.id, {"people": []}, version=1)
    values = whole(here, deals, her_deal)
    assert ([tie.title for tie in values["people"]], values["lead"].title) == (["비밀"], "비밀")


def test_a_primary_one_is_not_taken_from_a_record_that_may_only_be_seen(
    here: Store, deals: Catalog, seller: Actor, other_deal: Record, known: Record
) -> None:
    with here.write() as conn, pytest.raises(Denied):
        records.unlink(conn, deals, seller, "person", known.id, "deals", other_deal.id)
    values = whole(here, deals, other_deal)
    assert (values["lead"].title, len(values["people"])) == ("내 사람", 2)


def test_hidden_records_are_neither_tied_nor_untied(
    here: Store, deals: Catalog, seller: Actor, her_deal: Record, secret: Record
) -> None:
    for work in (records.link, records.unlink):
        for module, id, end, other in (
            ("deal", her_deal.id, "people", secret.id),
            ("person", secret.id, "deals", her_deal.id),
        ):
            with here.write() as conn, pytest.raises(NotFound):
                work(conn, deals, seller, module, id, end, other)
    with here.write() as conn, pytest.raises(Invalid):
        records.create(conn, deals, seller, "deal", {"name": "D", "people": [str(secret.id)]})
    assert len(whole(here, deals, her_deal)["people"]) == 2


def test_no_end_of_a_tie_tells_the_title_of_a_hidden_record(
    here: Store, deals: Catalog, seller: Actor, her_deal: Record
) -> None:
    values = whole(here, deals, her_deal, seller)
    with here.read() as conn:
        told = [str(entry.changes) for entry in records.history(conn, deals, seller, "deal", her_deal.id)]
    assert "비밀" not in f"{values} {told}"
    assert any("내 사람" in each for each in told), "the visible one is told"


# -- conditions and sorting as an oracle -----------------------------------------------------------------------------
#: Each is true of the hidden person and of none that the seller sees.
ASKED: dict[str, dict[str, Any]] = {
    "some": {"people": {"some": {"salary": {"gt": 400}}}},
    "count": {"people": {"count": {"gte": 1, "where": {"name": "비밀"}}}},
    "two of them": {"people": {"count": 2}},
    "through a link": {"lead": {"salary": {"gt": 400}}},
    "dotted": {"lead.salary": {"gt": 400}},
    "a title": {"lead": {"$title": {"starts_with": "비"}}},
    "$record": {"created_at": {"gte": "$record.lead.created_at"}},
    "not empty": {"lead": {"salary": {"empty": False}}},
    "lines": {"steps": {"some": {"who": {"salary": 500}}}},
    "lines, empty": {"steps": {"some": {"who": {"name": {"empty": False}}}}},
    "matches": {"lead": {"name": {"matches": "비밀"}}},
    "within any": {"any": [{"lead": {"salary": 500}}, {"people": {"some": {"salary": 500}}}]},
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=list(ASKED))
def test_no_condition_of_her_own_asks_about_hidden_records(
    here: Store, deals: Catalog, seller: Actor, her_deal: Record, asked: dict[str, Any]
) -> None:
    query = Query(module="deal", asked=asked)
    with here.read() as conn:
        assert [row.id for row in records.page(conn, deals, ADMIN, query).rows] == [her_deal.id]
        assert not records.page(conn, deals, seller, query).rows
        assert records.count(conn, deals, seller, query) == 0


def test_her_own_conditions_ask_for_ends_within_ends_no_deeper_than_two(here: Store, deals: Catalog) -> None:
    """Each of them multiplies the records that are looked at: 40 ties each, and four of them take minutes."""
    asked: dict[str, Any] = {"name": "nobody"}
    for depth in range(4):
        asked = {("deals" if depth % 2 else "people"): {"some": asked}}
    with here.read() as conn:
        for condition in (asked, {"any": [{"not": asked}]}):
            with pytest.raises(Invalid):
                records.page(conn, deals, ADMIN, Query(module="person", asked=condition))
        two = {"deals": {"some": {"people": {"none": {"name": "x"}}}}}
        assert not records.page(conn, deals, ADMIN, Query(module="person", asked=two)).rows


@pytest.mark.parametrize("key", ["lead", "lead.salary", "lead.title", "lead.name"])
def test_no_order_of_a_list_tells_about_hidden_records(
    here: Store, deals: Catalog, seller: Actor, secret: Record, key: str
) -> None:
    """Two hidden people with different values: the order is that of the ids, both ways, and so are the cursors."""
    rich = a_record(here, deals, "person", name="가난", salary=1)
    made = [a_record(here, deals, "deal", name="D", lead=str(one.id)).id for one in (secret, rich)]
    query = Query(module="deal", sort=(key,), columns=("name", "lead.name", "lead.salary", "lead"))
    with here.read() as conn:
        page = records.page(conn, deals, seller, query)
        first = records.page(conn, deals, seller, Query(module="deal", sort=(key,), size=1))
        asked = [row.id for row in records.page(conn, deals, ADMIN, query).rows]
    assert [row.id for row in page.rows] == sorted(made)
    assert asked[0] == made[1], "an administrator sees them in their own order"
    assert all(row["lead.salary"] is None and row["lead.name"] is None for row in page.rows)
    assert first.next is not None and "비밀" not in _decoded(first.next) and "500" not in _decoded(first.next)


def _decoded(cursor: str) -> str:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode(errors="replace")
