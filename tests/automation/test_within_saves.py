"""Workflows that run within a save: they refuse it, or change what is saved, whoever saves and however."""

from __future__ import annotations

import pytest

from hanok.engine import records
from hanok.engine.errors import Invalid
from hanok.engine.records.changing import change_many, hold
from tests.automation.conftest import Opening
from tests.builders import a_user, an_administrator

GUARD = """
label: {en: Guard, ko: 지킴이}
module: company
trigger: {event: saved, inside: true}
when: {any: [{changed: {stage: {from: won}}}, {all: [{new: true}, {name: {starts_with: x}}]}]}
do:
  - branch:
      - {when: {size: {gt: 5}}, do: [{stop: {message: {en: A large one stays won, ko: 큰 곳은 성공으로 남습니다}}}]}
      - {do: [{set: {story: "{{ name }} was {{ stage }}", founded: today, parent: $record.parent}}]}
"""


def test_a_save_is_refused_with_the_message_in_each_language(open_site: Opening) -> None:
    site = open_site({"guard": GUARD})
    made = site.make("company", name="Hanok", size=6, stage="won")

    with pytest.raises(Invalid) as refused:
        site.change(made, stage="open")

    [said] = refused.value.errors[""]
    assert said.written(said.text, "en") == "A large one stays won"
    assert said.written(said.text, "ko") == "큰 곳은 성공으로 남습니다"
    assert site.read(made)["stage"] == "won"
    assert site.runs() == []


def test_what_is_saved_is_changed_and_the_trace_tells_it(open_site: Opening) -> None:
    site = open_site({"guard": GUARD})
    made = site.make("company", name="Hanok", size=1, stage="won")
    assert made["story"] is None

    after = site.change(made, stage="open")

    assert (after["story"], after.version) == ("Hanok was Open", 2)
    [run] = site.runs("guard")
    assert (run.state, run.record, run.cause["facts"]) == ("done", made.id, {"inside": True})
    when, done = site.trace(run.id)
    assert when["told"]["when"]["held"] is True
    assert done["told"]["changes"]["story"] == [None, "Hanok was Open"]


def test_a_new_record_and_one_of_many_are_no_way_around(open_site: Opening) -> None:
    site = open_site({"guard": GUARD})
    with pytest.raises(Invalid):
        site.make("company", name="xlarge", size=7)
    first = site.make("company", name="A", size=1, stage="won")
    second = site.make("company", name="B", size=6, stage="won")

    with site.store.write() as conn:
        module = site.catalog.module("company")
        held = hold(conn, site.catalog, an_administrator(), module, [first.id, second.id])
        wishes = {id: {"stage": "open"} for id in held}
        written = change_many(conn, site.catalog, an_administrator(), module, wishes, held)

    assert str(written.problems[second.id]) == "A large one stays won"
    assert (site.read(first)["story"], site.read(second)["stage"]) == ("A was Open", "won")


def test_whoever_may_not_change_a_field_saves_with_what_the_workflow_sets(open_site: Opening) -> None:
    seller = """
label: {en: Seller}
default: {list: all, view: all, create: all, edit: all}
fields: {company.story: {view: all, edit: none}}
"""
    site = open_site({"guard": GUARD}, {"roles/seller.yaml": seller})
    kim = a_user(site.store, site.catalog, "kim", "seller")
    made = site.make("company", name="Hanok", stage="won")

    with site.store.write() as conn:
        after = records.update(conn, site.catalog, kim, "company", made.id, {"stage": "new"}, version=1)

    assert after["story"] == "Hanok was New"
