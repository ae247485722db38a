"""Buttons whose steps take time begin a run, in the name of whoever pressed them."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor, seen
from hanok.engine.accounts.grants import grant
from hanok.engine.automation.acting import begin_action
from hanok.engine.records import acting
from hanok.engine.store.desk_tables import notice
from tests.automation.conftest import Opening
from tests.automation.site import Site
from tests.builders import COMPANY, a_user

ACTIONS = """
actions:
  later:
    label: {en: Later, ko: 나중에}
    when: {stage: {closed: false}}
    ask: {why: {type: text, required: true}, person: {type: link, to: person}}
    do:
      - set: {story: "{{ ask.why }}"}
      - signal: pressed
      - create: {module: person, values: {family: "$ask.why", company: $record, owner: $me}}
      - set: {name: $ask.person.family}
"""
SELLER = "label: {en: Seller}\ndefault: {list: all, view: all, create: all, edit: all}\n"
FILES = {"modules/company.yaml": COMPANY + ACTIONS, "roles/seller.yaml": SELLER}


def press(site: Site, actor: Actor, *ids: object, **ask: object) -> acting.Outcome:
    with site.store.write() as conn:
        wanted = [str(id) for id in ids]
        return acting.act(conn, site.catalog, actor, "company", wanted, "later", ask=ask, begin=begin_action)


def test_a_button_begins_a_run_that_acts_for_whoever_pressed_it(open_site: Opening) -> None:
    site = open_site({}, FILES)
    kim = a_user(site.store, site.catalog, "kim", "seller")
    with site.store.write() as conn:
        grant(conn, kim.id, "seller")
    lee = site.make("person", family="Lee")
    made, won = site.make("company", name="Hanok"), site.make("company", name="Won", stage="won")

    outcome = press(site, kim, made.id, won.id, why="so", person=str(lee.id))
    site.work()

    assert [one.refused is None for one in outcome.records] == [True, False]
    [run] = site.runs()
    assert (run.workflow, run.state, run.trigger, run.cause["by"]) == ("company.later", "done", "manual", "kim")
    found = site.read(made)
    assert (found["story"], found.title, found["updated_by"].id) == ("so", "Lee", kim.id)
    new = next(one for one in site.all("person") if one["family"] == "so")
    assert (new["owner"].id, new["created_by"].id) == (kim.id, kim.id)


def test_whoever_lost_her_rights_meanwhile_does_nothing_any_more(open_site: Opening) -> None:
    site = open_site({}, FILES)
    kim = a_user(site.store, site.catalog, "kim", "seller")
    lee = site.make("person", family="Lee")
    made = site.make("company", name="Hanok")
    press(site, kim, made.id, why="so", person=str(lee.id))

    site.work()

    [run] = site.runs()
    assert run.state in ("failed", "skipped")
    assert site.read(made)["story"] is None


LIMITED = """
actions:
  tell:
    label: {en: Tell, ko: 알리기}
    do:
      - set: {story: "{{ size }} and {{ name }}", rate: $record.size}
      - notify: {to: $record.parent.owner, text: {en: "{{ size }}!", ko: "{{ size }}!"}}
      - each: {of: people, do: [{set: {given: seen}}]}
      - set: {active: false}
"""
NARROW = SELLER + """fields:
  company.size: {view: none}
  company.parent: {view: none}
  company.active: {edit: none}
  person.company: {view: none}
"""


def test_a_run_of_a_button_reads_and_changes_no_field_that_whoever_pressed_it_may_not(open_site: Opening) -> None:
    site = open_site({}, {"modules/company.yaml": COMPANY + LIMITED, "roles/seller.yaml": NARROW})
    kim, lee = a_user(site.store, site.catalog, "kim", "seller"), a_user(site.store, site.catalog, "lee")
    with site.store.write() as conn:
        grant(conn, kim.id, "seller")
    above = site.make("company", name="Above", owner=str(lee.id))
    made = site.make("company", name="Hanok", size=42, rate="1", parent=str(above.id))
    him = site.make("person", family="Lee", company=str(made.id))

    with site.store.write() as conn:
        hers = seen(site.catalog, kim)
        acting.act(conn, hers, kim, "company", [str(made.id)], "tell", begin=begin_action)
    site.work()

    [run] = site.runs()
    steps = [(one["kind"], one["state"]) for one in site.trace(run.id)]
    assert steps == [("trigger", "done"), ("set", "done"), ("notify", "done"), ("each", "done"), ("set", "failed")]
    found = site.read(made)
    assert (found["story"], found["rate"], found["active"]) == ("and Hanok", None, True)
    assert site.read(him)["given"] is None
    with site.store.read() as conn:  # whom it tells is for whoever wrote the step to say, what it tells is not
        [told] = conn.execute(sa.select(notice.c.user_id, notice.c.text)).all()
    assert told.user_id == lee.id and "42" not in str(told.text)


def test_it_can_be_pressed_where_it_could_be_run_and_its_answers_are_checked_at_once(open_site: Opening) -> None:
    site = open_site({}, FILES)
    made = site.make("company", name="Hanok")
    kim = replace(a_user(site.store, site.catalog, "kim", "seller"), admin=True)
    with site.store.read() as conn:
        record = records.get(conn, site.catalog, kim, "company", made.id)
        assert [one.key for one in acting.doable(conn, site.catalog, kim, record, "record")] == ["later"]
