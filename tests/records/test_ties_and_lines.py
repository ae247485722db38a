"""N-n links and lines: what a save does to them, and what deleting and restoring does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Conflict, Denied, Invalid, NotFound, Refused
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import a_catalog, a_user, an_administrator, with_tables

ADMIN = an_administrator()

FILES = {
    "modules/person.yaml": "label: {en: Person}\nfields:\n  name: {type: text, required: true}\n",
    "modules/item.yaml": """
label: {en: Item}
extends: line
fields:
  maker: {type: link, to: person, reverse: items}
""",
    "modules/deal.yaml": """
label: {en: Deal}
traits: [owned]
fields:
  name:   {type: text, required: true}
  people: {type: links, to: person, reverse: deals, primary: lead,
           fields: {role: {type: choice, default: user, options: {user: {en: User}, boss: {en: Boss}}}}}
  lead:   {type: link, to: person}
  guards: {type: links, to: person, on_delete: restrict}
  lines:  {type: lines, of: item, groups: true}
  steps:  {type: lines, of: {what: {type: text, required: true, length: 10}}}
""",
    "roles/seller.yaml": """
label: {en: Seller}
default: {list: owner, view: owner, create: all, edit: owner, delete: owner}
modules: {person: {list: all, view: all}}
""",
}


@pytest.fixture(scope="module")
def deals() -> Catalog:
    return a_catalog(FILES)


@pytest.fixture
def here(store: Store, deals: Catalog) -> Store:
    return with_tables(store, deals)


def a_person(store: Store, deals: Catalog, name: str) -> Record:
    with store.write() as conn:
        return records.create(conn, deals, ADMIN, "person", {"name": name})


def a_deal(store: Store, deals: Catalog, actor: Any = ADMIN, **raw: Any) -> Record:
    with store.write() as conn:
        return records.create(conn, deals, actor, "deal", {"name": "D", **raw})


def seen(store: Store, deals: Catalog, deal: Record, actor: Any = ADMIN) -> dict[str, Any]:
    with store.read() as conn:
        found = records.get(conn, deals, actor, "deal", deal.id)
        return {**found.values, **records.related(conn, deals, actor, found)}


def test_a_save_ties_records_in_order_with_fields_of_the_tie(here: Store, deals: Catalog) -> None:
    kim, lee = a_person(here, deals, "김"), a_person(here, deals, "이")
    deal = a_deal(here, deals, people=[{"id": str(lee.id), "role": "boss"}, str(kim.id)])
    values = seen(here, deals, deal)
    assert [(tie.title, tie.own["role"]) for tie in values["people"]] == [("이", "boss"), ("김", "user")]
    assert values["lead"].title == "이"


def test_what_is_not_given_again_is_untied_and_another_becomes_the_primary_one(here: Store, deals: Catalog) -> None:
    kim, lee = a_person(here, deals, "김"), a_person(here, deals, "이")
    deal = a_deal(here, deals, people=[str(lee.id), str(kim.id)])
    with here.write() as conn:
        records.update(conn, deals, ADMIN, "deal", deal.id, {"people": [str(kim.id)]}, version=1)
    values = seen(here, deals, deal)
    assert [tie.title for tie in values["people"]] == ["김"]
    assert values["lead"].title == "김"


def test_a_primary_one_that_is_chosen_by_itself_is_tied(here: Store, deals: Catalog) -> None:
    kim = a_person(here, deals, "김")
    deal = a_deal(here, deals, lead=str(kim.id))
    assert [tie.title for tie in seen(here, deals, deal)["people"]] == ["김"]


def test_both_ends_are_told_of_a_tie(here: Store, deals: Catalog) -> None:
    kim = a_person(here, deals, "김")
    deal = a_deal(here, deals, people=[str(kim.id)])
    with here.write() as conn:
        assert records.unlink(conn, deals, ADMIN, "person", kim.id, "deals", deal.id)
    with here.read() as conn:
        there = records.history(conn, deals, ADMIN, "person", kim.id)
        mine = records.history(conn, deals, ADMIN, "deal", deal.id)
    assert [(entry.action, entry.changes[0].field) for entry in there[:2]] == [
        ("unlinked", "deals"), ("linked", "deals"),
    ]  # fmt: skip
    assert {entry.action for entry in mine} == {"created", "linked", "unlinked", "changed"}
    assert seen(here, deals, deal)["lead"] is None


def test_a_tie_is_added_once(here: Store, deals: Catalog) -> None:
    kim, deal = a_person(here, deals, "김"), a_deal(here, deals)
    with here.write() as conn:
        assert records.link(conn, deals, ADMIN, "deal", deal.id, "people", kim.id, own={"role": "boss"})
        assert not records.link(conn, deals, ADMIN, "person", kim.id, "deals", deal.id)
    assert [tie.own["role"] for tie in seen(here, deals, deal)["people"]] == ["boss"]


def test_a_tied_record_that_is_deleted_comes_back_with_its_tie(here: Store, deals: Catalog) -> None:
    kim = a_person(here, deals, "김")
    deal = a_deal(here, deals, people=[str(kim.id)])
    with here.write() as conn:
        records.delete(conn, deals, ADMIN, "person", kim.id)
    assert seen(here, deals, deal)["people"] == ()
    with here.write() as conn:
        records.restore(conn, deals, ADMIN, "person", kim.id)
    assert [tie.title for tie in seen(here, deals, deal)["people"]] == ["김"]


def test_a_tie_may_forbid_that_its_record_is_deleted(here: Store, deals: Catalog) -> None:
    kim = a_person(here, deals, "김")
    a_deal(here, deals, guards=[str(kim.id)])
    with here.write() as conn, pytest.raises(Refused):
        records.delete(conn, deals, ADMIN, "person", kim.id)


def test_nobody_ties_what_is_not_there(here: Store, deals: Catalog) -> None:
    lost = "0199c7e4-7a3b-7c00-8000-000000000001"
    with here.write() as conn, pytest.raises(Invalid) as error:
        records.create(conn, deals, ADMIN, "deal", {"name": "D", "people": [lost]})
    assert set(error.value.errors) == {"people"}


def test_lines_are_saved_in_order_with_groups(here: Store, deals: Catalog) -> None:
    kim = a_person(here, deals, "김")
    lines = [{"name": "A", "group": "1", "maker": str(kim.id)}, {"name": "나", "price": "12000", "quantity": "2"}]
    deal = a_deal(here, deals, lines=lines)
    found = seen(here, deals, deal)["lines"]
    assert [(line.title, line["group"], line["position"]) for line in found] == [("A", "1", 0), ("나", None, 1)]
    assert found[0]["maker"].title == "김"


def test_a_line_that_is_left_out_goes_and_the_others_keep_their_ids(here: Store, deals: Catalog) -> None:
    deal = a_deal(here, deals, steps=[{"what": "a"}, {"what": "b"}, {"what": "c"}])
    first, _, third = seen(here, deals, deal)["steps"]
    wanted = [{"id": str(third.id), "what": "c2"}, {"id": str(first.id)}, {"what": "d"}]
    with here.write() as conn:
        after = records.update(conn, deals, ADMIN, "deal", deal.id, {"steps": wanted}, version=1)
    found = seen(here, deals, deal)["steps"]
    assert [line["what"] for line in found] == ["c2", "a", "d"]
    assert [line.id for line in found][:2] == [third.id, first.id]
    assert after.version == 2


def test_an_error_in_a_line_names_the_line_and_its_field(here: Store, deals: Catalog) -> None:
    steps = [{"what": "fine"}, {"what": "much too long"}, {}]
    with here.write() as conn, pytest.raises(Invalid) as error:
        records.create(conn, deals, ADMIN, "deal", {"name": "", "steps": steps})
    assert set(error.value.errors) == {"name", "steps.1.what", "steps.2.what"}


def test_nothing_is_written_where_a_line_is_wrong(here: Store, deals: Catalog) -> None:
    deal = a_deal(here, deals, steps=[{"what": "a"}])
    with here.write() as conn, pytest.raises(Invalid):
        records.update(conn, deals, ADMIN, "deal", deal.id, {"name": "E", "steps": [{}]}, version=1)
    values = seen(here, deals, deal)
    assert values["name"] == "D"
    assert [line["what"] for line in values["steps"]] == ["a"]


def test_a_line_that_is_added_by_itself_makes_an_open_form_a_conflict(here: Store, deals: Catalog) -> None:
    deal = a_deal(here, deals, steps=[{"what": "a"}])
    with here.write() as conn:
        records.create(conn, deals, ADMIN, "deal.steps", {"parent": str(deal.id), "what": "b"})
    assert [line["what"] for line in seen(here, deals, deal)["steps"]] == ["a", "b"]
    with here.write() as conn, pytest.raises(Conflict):
        records.update(conn, deals, ADMIN, "deal", deal.id, {"steps": []}, version=1)


def test_lines_go_and_come_back_with_their_record(here: Store, deals: Catalog) -> None:
    deal = a_deal(here, deals, steps=[{"what": "a"}, {"what": "b"}])
    first = seen(here, deals, deal)["steps"][0]
    with here.write() as conn:
        records.update(conn, deals, ADMIN, "deal", deal.id, {"steps": [{"id": str(first.id)}]}, version=1)
        records.delete(conn, deals, ADMIN, "deal", deal.id)
    with here.read() as conn, pytest.raises(NotFound):
        records.get(conn, deals, ADMIN, "deal.steps", first.id)
    with here.write() as conn:
        records.restore(conn, deals, ADMIN, "deal", deal.id)
    assert [line["what"] for line in seen(here, deals, deal)["steps"]] == ["a"]


def test_who_may_not_edit_a_record_writes_no_lines_of_it(here: Store, deals: Catalog) -> None:
    deal = a_deal(here, deals, steps=[{"what": "a"}])
    line = seen(here, deals, deal)["steps"][0]
    stranger = a_user(here, deals, "stranger", "seller")
    with here.write() as conn, pytest.raises(Invalid):
        records.create(conn, deals, stranger, "deal.steps", {"parent": str(deal.id), "what": "b"})
    with here.write() as conn, pytest.raises((NotFound, Denied)):
        records.update(conn, deals, stranger, "deal.steps", line.id, {"what": "b"}, version=1)
    with here.read() as conn, pytest.raises(NotFound):
        records.get(conn, deals, stranger, "deal.steps", line.id)


def test_a_line_of_another_record_is_refused(here: Store, deals: Catalog) -> None:
    one, other = a_deal(here, deals, steps=[{"what": "a"}]), a_deal(here, deals)
    line = seen(here, deals, one)["steps"][0]
    with here.write() as conn, pytest.raises(Invalid) as error:
        records.update(conn, deals, ADMIN, "deal", other.id, {"steps": [{"id": str(line.id)}]}, version=1)
    assert set(error.value.errors) == {"steps.0"}


def test_a_page_of_tied_records_says_what_the_ties_say(here: Store, deals: Catalog) -> None:
    kim, lee = a_person(here, deals, "김"), a_person(here, deals, "이")
    a_person(here, deals, "박")
    deal = a_deal(here, deals, people=[{"id": str(lee.id), "role": "boss"}, str(kim.id)])
    a_deal(here, deals, people=[{"id": str(kim.id), "role": "boss"}])
    people = records.Query(module="person", sort=("name",), size=1, under=records.Under("deal", deal.id, "people"))
    with here.read() as conn:
        first = records.page(conn, deals, ADMIN, people)
        second = records.page(conn, deals, ADMIN, replace(people, after=first.next))
        count = records.count(conn, deals, ADMIN, people)
        back = records.Query(module="deal", under=records.Under("person", kim.id, "deals"))
        held = records.page(conn, deals, ADMIN, back).rows
    rows = (*first.rows, *second.rows)
    assert [(row.title, row["role"]) for row in rows] == [("김", "user"), ("이", "boss")]
    assert count == 2
    assert sorted(row["role"] for row in held) == ["boss", "user"]


def test_a_tree_has_no_circles(store: Store) -> None:
    tree = "label: {en: Place}\nfields:\n  name: {type: text}\n"
    tree += "  held_by: {type: link, to: place, tree: true, reverse: parts}\n"
    places = a_catalog({"modules/place.yaml": tree})
    with_tables(store, places)
    with store.write() as conn:
        top = records.create(conn, places, ADMIN, "place", {"name": "top"})
        middle = records.create(conn, places, ADMIN, "place", {"name": "middle", "held_by": str(top.id)})
        low = records.create(conn, places, ADMIN, "place", {"name": "low", "held_by": str(middle.id)})
    with store.write() as conn, pytest.raises(Invalid) as error:
        records.update(conn, places, ADMIN, "place", top.id, {"held_by": str(low.id)}, version=1)
    assert set(error.value.errors) == {"held_by"}
    with store.write() as conn:
        moved = records.update(conn, places, ADMIN, "place", low.id, {"held_by": str(top.id)}, version=1)
    assert moved["held_by"].id == top.id


def test_who_is_tied_as_an_owner_sees_a_record_and_the_one_owner_changes_it(store: Store) -> None:
    meeting = """
label: {en: Meeting}
owners: [owner, invitees]
traits: [owned]
fields:
  name:     {type: text}
  invitees: {type: links, to: user}
"""
    role = "label: {en: R}\ndefault: {list: owner, view: owner, create: all, edit: owner, delete: owner}\n"
    meetings = a_catalog({"modules/meeting.yaml": meeting, "roles/staff.yaml": role + "modules: {user: {view: all}}\n"})
    with_tables(store, meetings)
    host, guest, other = (a_user(store, meetings, name, "staff") for name in ("host", "guest", "other"))
    with store.write() as conn:
        raw = {"name": "M", "owner": str(host.id), "invitees": [str(guest.id)]}
        made = records.create(conn, meetings, host, "meeting", raw)
    with store.read() as conn:
        assert records.get(conn, meetings, host, "meeting", made.id).may_edit
        assert not records.get(conn, meetings, guest, "meeting", made.id).may_edit
        assert records.page(conn, meetings, guest, records.Query(module="meeting")).rows
        assert not records.page(conn, meetings, other, records.Query(module="meeting")).rows


def test_the_history_is_told_in_the_order_of_time(here: Store, deals: Catalog) -> None:
    kim = a_person(here, deals, "김")
    long_ago = datetime(2025, 1, 2, tzinfo=UTC)
    with here.write() as conn:
        records.create(conn, deals, ADMIN, "deal", {"name": "D", "people": [str(kim.id)]}, at=long_ago)
    with here.read() as conn:
        entries = records.history(conn, deals, ADMIN, "person", kim.id)
    assert [entry.action for entry in entries] == ["created", "linked"]


def test_a_title_with_a_total_is_right_after_a_form_changed_the_lines(store: Store) -> None:
    bid = """
label: {en: Bid}
title: "{{ name }} {{ many }}"
fields:
  name:  {type: text}
  lines: {type: lines, of: {what: {type: text}}}
  many:  {type: integer, rollup: {count: lines}}
"""
    bids = a_catalog({"modules/bid.yaml": bid})
    with_tables(store, bids)
    with store.write() as conn:
        made = records.create(conn, bids, ADMIN, "bid", {"name": "B", "lines": [{"what": "a"}]})
    with store.write() as conn:
        raw = {"lines": [{"what": "b"}, {"what": "c"}, {"what": "d"}]}
        saved = records.update(conn, bids, ADMIN, "bid", made.id, raw, version=made.version)
    with store.read() as conn:
        found = records.get(conn, bids, ADMIN, "bid", made.id)
    assert (made.title, saved.title, found.title) == ("B 1", "B 3", "B 3")
    with store.write() as conn:
        renamed = records.update(conn, bids, ADMIN, "bid", made.id, {"name": "C"}, version=found.version)
    assert renamed.title == "C 3"
