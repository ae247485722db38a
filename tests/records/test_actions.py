"""Actions that are run: what their steps do, for whom, and that all of them happen or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid, NotFound, Refused
from hanok.engine.records import Record, acting
from hanok.engine.records.acting import Outcome
from hanok.engine.store import Store
from tests.builders import (
    OWNER_ONLY,
    STAGE,
    Statements,
    a_catalog,
    a_record,
    a_user,
    an_administrator,
    with_tables,
)

JOB = """
label: {en: Job, ko: 건}
traits: [owned]
fields:
  name:    {type: text, required: true, length: 30}
  stage:   {type: choice, options: stage, default: new}
  code:    {type: text, unique: true}
  number:  {type: auto_number, prefix: J-}
  amount:  {type: money}
  due:     {type: date}
  secret:  {type: encrypted}
  paper:   {type: files}
  double:  {type: money, formula: amount * 2}
  kind:    {type: choice, options: {big: {en: Big, ko: 큼}, odd: {en: Odd, ko: 홀}}}
  firm:    {type: link, to: firm, reverse: jobs}
  helpers: {type: links, to: human, reverse: jobs, fields: {role: {type: text}}}
  lines:   {type: lines, of: {what: {type: text, required: true}, price: {type: money}, left: {type: integer}}}
rules: {short: {check: {name: {ne: forbidden}}, message: {en: Not that name, ko: 그 이름은 안 됩니다}}}
actions:
  win:   {label: {en: Won, ko: 성공}, at: [record, row, bulk], when: {stage: {closed: false}}, do: [set: {stage: won}]}
  lose:
    label: {en: Lost, ko: 실패}
    ask: {why: {type: text, required: true, length: 10}, day: {type: date, default: today}}
    do: [{set: {name: "{{ name }}: {{ ask.why }}", due: $ask.day}}]
  bill:
    label: {en: Make a bill, ko: 청구서 만들기}
    do:
      - create:
          module: bill
          copy: $record
          values: {job: $record, day: "=today + days(1)", note: "{{ record }} / {{ record.firm.owner.title }}"}
          open: true
  twice:
    do:
      - set: {stage: won}
      - create: {module: bill, values: {name: $record.name, day: tomorrow, total: "=amount * 3"}}
  again: {do: [{create: {module: job, copy: $record}}]}
  help:  {ask: {who: {type: link, to: human, required: true}}, do: [{link: {helpers: $ask.who}}]}
  rid:   {do: [{unlink: {helpers: $record.helpers}}]}
  gather: {ask: {other: {type: link, to: job}}, do: [{link: {helpers: $ask.other.helpers, bills: $ask.other.bills}}]}
  mine:  {do: [{assign: {to: $me}}]}
  firms: {do: [{assign: {to: $record.firm.owner}}]}
  turn:  {do: [{assign: {to: {round_robin: {team: sales}}}}]}
  tell:  {do: [{set: {stage: won}}, {notify: {to: $me, text: {en: Done}}}]}
  sort:
    do:
      - branch:
          - {when: {kind: big}, do: [{set: {amount: 1000}}]}
          - {when: {firm: {name: Hanok}}, do: [{set: {amount: "=amount + 1"}}, {stop: true}]}
          - {do: [{set: {amount: 3}}]}
      - set: {name: after}
  close: {do: [{each: {of: bills, where: {paid: false}, do: [{set: {paid: true, note: $record.name}}]}}]}
  drop:  {at: [row], do: [{delete: true}]}
  price: {do: [{set: {name: $$5, kind: odd}}]}
  gone:  {hidden: true, do: [{set: {name: gone}}]}
"""
BILL = """
label: {en: Bill, ko: 청구서}
traits: [owned]
fields:
  name:    {type: text, required: true, length: 30}
  number:  {type: auto_number, prefix: B-}
  amount:  {type: money}
  due:     {type: datetime}
  day:     {type: date, required: true}
  total:   {type: money, max: 500}
  note:    {type: text}
  secret:  {type: encrypted}
  paper:   {type: files}
  double:  {type: money}
  kind:    {type: choice, options: {big: {en: Big, ko: 큼}}}
  paid:    {type: boolean, default: false}
  firm:    {type: link, to: [firm, human], reverse: bills}
  helpers: {type: links, to: human, fields: {role: {type: text}}}
  lines:
    type: lines
    of: {what: {type: text}, price: {type: money}, left: {type: text}, rest: {type: text, default: none}}
  job:     {type: link, to: job, reverse: bills}
"""
FIRM = "label: {en: Firm, ko: 회사}\ntraits: [owned]\nfields: {name: {type: text}}\n"
HUMAN = "label: {en: Human, ko: 사람}\ntraits: [owned]\nfields: {name: {type: text}}\n"
VIEWER = "label: {en: Viewer, ko: 열람}\ndefault: {list: all, view: all, create: all, edit: owner, delete: none}\n"
FILES: Mapping[str, str] = {
    "modules/job.yaml": JOB,
    "modules/bill.yaml": BILL,
    "modules/firm.yaml": FIRM,
    "modules/human.yaml": HUMAN,
    "options/stage.yaml": STAGE,
    "roles/owner_only.yaml": OWNER_ONLY,
    "roles/viewer.yaml": VIEWER,
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(FILES)


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def a_job(store: Store, catalog: Catalog, actor: Actor | None = None, **raw: Any) -> Record:
    return a_record(store, catalog, "job", actor, **{"name": "지붕", **raw})


def run(store: Store, catalog: Catalog, action: str, *ids: Any, actor: Actor | None = None, **rest: Any) -> Outcome:
    with store.write() as conn:
        return acting.act(conn, catalog, actor or an_administrator(), "job", ids, action, **rest)


def whole(store: Store, catalog: Catalog, module: str, id: Any) -> dict[str, Any]:
    """The values of a record, with its ties and lines."""
    with store.read() as conn:
        found = records.get(conn, catalog, an_administrator(), module, id)
        return {**found.values, **records.related(conn, catalog, an_administrator(), found)}


def reasons(outcome: Outcome) -> list[str]:
    return [str(one.refused) for one in outcome.refused]


def count(store: Store, catalog: Catalog, module: str) -> int:
    with store.read() as conn:
        return records.count(conn, catalog, an_administrator(), records.Query(module=module))


# -- setting -------------------------------------------------------------------------------------------------------
def test_a_step_sets_fields_and_says_how_to_take_it_back(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog)
    (done,) = run(filled, catalog, "win", job.id).done
    assert (whole(filled, catalog, "job", job.id)["stage"], done.version) == ("won", 2)
    assert done.undo == {"stage": "new"}


def test_an_action_is_for_those_records_that_its_condition_lets_in(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog, stage="won")
    assert reasons(run(filled, catalog, "win", job.id)) == ["“Won” does not apply to this record as it is now."]


def test_answers_go_through_the_types_of_the_questions(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog)
    fine = {"why": "a"}
    faulty = (({}, "why"), ({"why": "x" * 11}, "why"), (fine | {"day": "never"}, "day"), (fine | {"x": 1}, "x"))
    for answers, key in faulty:
        with pytest.raises(Invalid) as caught:
            run(filled, catalog, "lose", job.id, ask=answers)
        assert set(caught.value.errors) == {key}
    run(filled, catalog, "lose", job.id, ask={"why": "가격", "day": "2026-11-21"})
    after = whole(filled, catalog, "job", job.id)
    assert (after["name"], str(after["due"])) == ("지붕: 가격", "2026-11-21")


def test_what_cannot_be_saved_is_refused_as_a_form_would(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog, name="x" * 30)
    outcome = run(filled, catalog, "lose", job.id, ask={"why": "long"})
    assert reasons(outcome) == ["Name: This has 36 characters; at most 30 fit."]


def test_plain_words_begin_with_a_dollar_when_two_are_written(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog)
    run(filled, catalog, "price", job.id)
    after = whole(filled, catalog, "job", job.id)
    assert (after["name"], after["kind"]) == ("$5", "odd")


# -- making --------------------------------------------------------------------------------------------------------
def test_a_new_record_takes_over_fields_ties_and_lines_that_fit(filled: Store, catalog: Catalog) -> None:
    human, somebody = a_record(filled, catalog, "human", name="목수"), a_user(filled, catalog, "kim")
    firm = a_record(filled, catalog, "firm", name="Hanok", owner=str(somebody.id))
    job = a_job(
        filled, catalog, code="A1", amount="1200", due="2026-11-21", secret="900101", kind="odd", firm=str(firm.id),
        helpers=[{"id": str(human.id), "role": "대목"}],
        lines=[{"what": "기와", "price": "5", "left": 7}, {"what": "서까래"}],
    )  # fmt: skip
    outcome = run(filled, catalog, "bill", job.id)
    made = outcome.opened
    assert made is not None and (made.module, made.title, made.open) == ("bill", "지붕", True)
    bill = whole(filled, catalog, "bill", made.id)
    assert (bill["name"], str(bill["amount"].amount), bill["number"]) == ("지붕", "1200", "B-1")
    assert bill["secret"] == "900101"
    assert (bill["firm"].module, bill["firm"].id, bill["job"].id) == ("firm", firm.id, job.id)
    assert bill["kind"] is None, "an option that the other module does not know"
    assert [(tie.id, tie.own["role"]) for tie in bill["helpers"]] == [(human.id, "대목")]
    assert [(line["what"], line["rest"]) for line in bill["lines"]] == [("기와", "none"), ("서까래", "none")]
    assert bill["lines"][0].id not in {line.id for line in whole(filled, catalog, "job", job.id)["lines"]}
    assert bill["note"] == "지붕 / kim"


def test_a_copy_in_one_module_leaves_out_what_is_unique_or_numbered(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog, code="A1", amount="7")
    (made,) = run(filled, catalog, "again", job.id).done[0].created
    copy = whole(filled, catalog, "job", made.id)
    assert (copy["code"], copy["number"], str(copy["amount"].amount)) == (None, "J-2", "7")
    assert str(copy["double"].amount) == "14"


def test_all_steps_are_done_or_none(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog, amount="200")
    outcome = run(filled, catalog, "twice", job.id)
    assert reasons(outcome) == ["The new Bill cannot be saved. Total: This must be at most 500."]
    assert (whole(filled, catalog, "job", job.id)["stage"], count(filled, catalog, "bill")) == ("new", 0)
    fine = a_job(filled, catalog, amount="100")
    assert not run(filled, catalog, "twice", fine.id).refused
    assert (whole(filled, catalog, "job", fine.id)["stage"], count(filled, catalog, "bill")) == ("won", 1)


# -- ends ----------------------------------------------------------------------------------------------------------
def test_records_are_linked_and_unlinked(filled: Store, catalog: Catalog) -> None:
    job, human = a_job(filled, catalog), a_record(filled, catalog, "human", name="목수")
    run(filled, catalog, "help", job.id, ask={"who": str(human.id)})
    assert [tie.id for tie in whole(filled, catalog, "job", job.id)["helpers"]] == [human.id]
    run(filled, catalog, "rid", job.id)
    assert whole(filled, catalog, "job", job.id)["helpers"] == ()


def test_the_records_at_an_end_of_an_answer_are_linked(filled: Store, catalog: Catalog) -> None:
    human, job = a_record(filled, catalog, "human", name="목수"), a_job(filled, catalog)
    other = a_job(filled, catalog, name="담", helpers=[str(human.id)])
    bill = a_record(filled, catalog, "bill", name="청구", day="2026-11-21", job=str(other.id))
    assert not run(filled, catalog, "gather", job.id, ask={"other": str(other.id)}).refused
    assert [tie.id for tie in whole(filled, catalog, "job", job.id)["helpers"]] == [human.id]
    assert whole(filled, catalog, "bill", bill.id)["job"].id == job.id, "a link of theirs now points here"


def test_a_step_is_done_for_each_record_of_an_end(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog)
    for name, paid in (("하나", False), ("둘", True)):
        a_record(filled, catalog, "bill", name=name, day="2026-11-21", job=str(job.id), paid=paid)
    run(filled, catalog, "close", job.id)
    with filled.read() as conn:
        rows = records.page(conn, catalog, an_administrator(), records.Query(module="bill", sort=("created_at",))).rows
    assert [(row["paid"], row["note"]) for row in rows] == [(True, "지붕"), (True, None)]


# -- ways ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("kind", "firm", "amount", "name"), [
    ("big", "Hanok", "1000", "after"), ("odd", "Hanok", "8", "지붕"), ("odd", "Other", "3", "after"),
])  # fmt: skip
def test_the_first_way_whose_condition_holds_is_gone(
    filled: Store, catalog: Catalog, kind: str, firm: str, amount: str, name: str
) -> None:
    there = a_record(filled, catalog, "firm", name=firm)
    job = a_job(filled, catalog, kind=kind, amount="7", firm=str(there.id))
    run(filled, catalog, "sort", job.id)
    after = whole(filled, catalog, "job", job.id)
    assert (str(after["amount"].amount), after["name"]) == (amount, name)


def test_a_record_is_given_to_somebody(filled: Store, catalog: Catalog) -> None:
    kim = a_user(filled, catalog, "kim", "owner_only")
    firm = a_record(filled, catalog, "firm", name="Hanok", owner=str(kim.id))
    job = a_job(filled, catalog, firm=str(firm.id))
    run(filled, catalog, "firms", job.id)
    assert whole(filled, catalog, "job", job.id)["owner"].id == kim.id


def test_a_record_is_deleted(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog)
    (done,) = run(filled, catalog, "drop", job.id).done
    assert (done.version, done.undo) == (0, None)
    assert count(filled, catalog, "job") == 0


# -- rights --------------------------------------------------------------------------------------------------------
def test_only_who_may_edit_a_record_may_act_on_it(filled: Store, catalog: Catalog) -> None:
    viewer = a_user(filled, catalog, "viewer", "viewer")
    job, own = a_job(filled, catalog), a_job(filled, catalog, owner=str(viewer.id))
    outcome = run(filled, catalog, "win", job.id, own.id, actor=viewer)
    assert reasons(outcome) == ["You may not do “Won” with this record."]
    assert [one.id for one in outcome.done] == [own.id]


def test_what_an_actor_may_not_see_is_not_there(filled: Store, catalog: Catalog) -> None:
    rep = a_user(filled, catalog, "rep", "owner_only")
    job, human = a_job(filled, catalog), a_record(filled, catalog, "human", name="목수")
    refused = run(filled, catalog, "win", job.id, actor=rep)
    assert reasons(refused) == ["There is no such record, or you may not see it."]
    own = a_job(filled, catalog, rep)
    with pytest.raises(Invalid):
        run(filled, catalog, "help", own.id, actor=rep, ask={"who": str(human.id)})


def test_nothing_of_records_that_an_actor_may_not_see_is_copied_or_told(filled: Store, catalog: Catalog) -> None:
    rep = a_user(filled, catalog, "rep", "owner_only")
    firm, human = a_record(filled, catalog, "firm", name="비밀"), a_record(filled, catalog, "human", name="목수")
    own = a_job(filled, catalog, owner=str(rep.id), firm=str(firm.id), helpers=[str(human.id)])
    (made,) = run(filled, catalog, "bill", own.id, actor=rep).done[0].created
    bill = whole(filled, catalog, "bill", made.id)
    assert (bill["firm"], bill["helpers"], bill["note"]) == (None, (), "지붕 /")


def test_who_may_only_see_a_record_may_make_others_of_it(filled: Store, catalog: Catalog) -> None:
    viewer, job = a_user(filled, catalog, "viewer", "viewer"), a_job(filled, catalog)
    (done,) = run(filled, catalog, "bill", job.id, actor=viewer).done
    assert done.created[0].module == "bill"


# -- refusals ------------------------------------------------------------------------------------------------------
def test_a_record_that_somebody_changed_meanwhile_is_refused(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog)
    run(filled, catalog, "mine", job.id, actor=a_user_with_all(filled, catalog))
    outcome = run(filled, catalog, "win", job.id, versions={job.id: 1})
    assert outcome.refused[0].code == "conflict"
    assert reasons(outcome) == ["Somebody else changed this record meanwhile. Look at it again, then repeat it."]


def a_user_with_all(store: Store, catalog: Catalog) -> Actor:
    return an_administrator(id=a_user(store, catalog, "boss").id)


def test_of_many_some_are_refused_and_the_others_done(filled: Store, catalog: Catalog) -> None:
    jobs = [a_job(filled, catalog, name=f"{number}", stage="won" if number == 1 else "new") for number in range(3)]
    outcome = run(filled, catalog, "win", *(job.id for job in reversed(jobs)))
    assert [one.title for one in outcome.records] == ["2", "1", "0"]
    assert [one.title for one in outcome.refused] == ["1"]
    assert {whole(filled, catalog, "job", job.id)["stage"] for job in jobs} == {"won"}


def test_actions_that_wait_for_later_parts_refuse_whole(filled: Store, catalog: Catalog) -> None:
    job = a_job(filled, catalog)
    with pytest.raises(Refused, match="“Tell” cannot be run yet: its step “notify” comes with automation"):
        run(filled, catalog, "tell", job.id)
    assert whole(filled, catalog, "job", job.id)["stage"] == "new"


@pytest.mark.parametrize("key", ["nothing", "gone"])
def test_there_is_no_such_action(filled: Store, catalog: Catalog, key: str) -> None:
    with pytest.raises(NotFound):
        run(filled, catalog, key, a_job(filled, catalog).id)


def test_what_is_offered_is_what_can_be_done(filled: Store, catalog: Catalog) -> None:
    viewer, job = a_user(filled, catalog, "viewer", "viewer"), a_job(filled, catalog, stage="won")

    def offered(actor: Actor, place: str) -> set[str]:
        with filled.read() as conn:
            record = records.get(conn, catalog, actor, "job", job.id)
            return {action.key for action in acting.doable(conn, catalog, actor, record, place)}

    everything = set(catalog.module("job").actions)
    assert offered(an_administrator(), "record") == everything - {"win", "drop"}
    assert offered(an_administrator(), "row") == {"drop"}
    assert offered(viewer, "record") == {"bill", "again", "close"}


def test_an_action_costs_what_its_steps_cost(filled: Store, catalog: Catalog) -> None:
    one, other = a_job(filled, catalog), a_job(filled, catalog)
    with filled.write() as conn:
        by_hand = Statements(filled)
        records.update(conn, catalog, an_administrator(), "job", one.id, {"stage": "won"}, version=1)
        hand = len(by_hand.texts)
        acted = Statements(filled)
        acting.act(conn, catalog, an_administrator(), "job", [other.id], "win")
    assert len(acted.texts) - hand <= 3, "reading it, and a savepoint"
