"""What is wrong with a condition is said with its place, and with what may have been meant."""

from __future__ import annotations

from typing import Any

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.conditions import ConditionError, named, parse
from tests.contract.records import World, model


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return model()


def faults(
    catalog: Catalog, asked: Any, *, module: str = "deal", record: str = "", allows: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    scope = World(catalog).scope
    with pytest.raises(ConditionError) as wrong:
        parse(asked, scope(module), record=scope(record) if record else None, allows=allows)
    return [(".".join(map(str, fault.path)), str(fault.message)) for fault in wrong.value.faults]


@pytest.mark.parametrize(
    ("asked", "place", "said"),
    [
        ({"amont": 1}, "amont", 'did you mean "amount"'),
        ({"amount": {"gtee": 1}}, "amount.gtee", 'did you mean "gte"'),
        ({"account": {"industri": "it"}}, "account.industri", 'did you mean "industry"'),
        ({"account.industri": "it"}, "account.industri", 'did you mean "industry"'),
        ({"stage": {"closd": True}}, "stage.closd", 'did you mean "closed"'),
        ({"stage": {"probability": {"gt": "many"}}}, "stage.probability.gt", "cannot compare this attribute"),
        ({"stage": {"closed": {"gtt": True}}}, "stage.closed.gtt", "gtt"),
        ({"people": {"some": {"roll": "x"}}}, "people.some.roll", 'did you mean "role"'),
        ({"people": {"soem": {}}}, "people.soem", 'did you mean "some"'),
        ({"people": {"role": "x"}}, "people.role", "write people: {some: {role: …}}"),
        ({"people.role": "x"}, "people.role", "write people: {some: {role: …}}"),
        ({"people": {"some": 5}}, "people.some", "A condition is a map"),
        ({"people": {"count": "two"}}, "people.count", "a whole number"),
        ({"people": {"count": {"gte": 1.5}}}, "people.count.gte", "a whole number"),
        ({"people": {"count": {"contains": 1}}}, "people.count.contains", "unknown operator"),
        ({"people": {"count": {"where": {}}}}, "people.count", "takes a number"),
        ({"people": {"count": {"between": [1]}}}, "people.count.between", "a whole number"),
        ({"people": "nobody"}, "people", "not the id of a record"),
        ({"account": {"some": {}}}, "account.some", "some"),
        ({"name": {"some": {}}}, "name.some", "has not several records"),
        ({"name": {"under": "x"}}, "name.under", "is no link"),
        ({"about": {"name": "x"}}, "about.name", "say which with is_a"),
        ({"about.name": "x"}, "about.name", "say which with is_a"),
        ({"about": {"is_a": "persn"}}, "about.is_a", 'did you mean "person"'),
        ({"about": {"is_a": 5}}, "about.is_a", "takes a module"),
        ({"about": {"is_a": "company", "age": 1}}, "about.age", "unknown field"),
        ({"buyer": {"under": "0199c7e4-7a3b-7c00-8000-000000000001"}}, "buyer.under", "links to no tree"),
        ({"account": {"under": "x"}}, "account.under", "not the id of a record"),
        ({"account": {"under": "$record.account"}}, "account.under", "a record that is known"),
        ({"amount": "$record.limt"}, "amount", 'did you mean "limit"'),
        ({"amount": "$record.account.rat"}, "amount", 'did you mean "rate"'),
        ({"amount": "$record.name"}, "amount", "cannot be compared"),
        ({"account": "$record.buyer"}, "account", "cannot be compared"),
        ({"name": {"contains": "$record.name"}}, "name.contains", "cannot compare with a field"),
        ({"name": "$recrd"}, "name", "write $$ for a plain $"),
        ({"owner": "$me.teem"}, "owner", "write $$"),
        ({"owner": "$me.team"}, "owner", "beside a team only"),
        ({"name": "$me"}, "name", "beside a user only"),
        ({"name": {"matches": "!?"}}, "name.matches", "takes words"),
        ({"close": {"within": "soon"}}, "close.within", "a date"),
        ({"close": {"within": ".."}}, "close.within", "A value is missing"),
        ({"amount": {"within": "today"}}, "amount.within", "unknown operator"),
        ({"new": "no"}, "new", "true or false"),
        ({"account": {"new": True}}, "account.new", "of the record itself only"),
        ({"changed": "stage"}, "changed", "only where a change is known"),
        ({"any": []}, "any", "a list of conditions"),
        ({"any": [{"stage": "gone"}]}, "any.0.stage", "none of the options"),
        ({"stage": None}, "stage", "{empty: true}"),
    ],
)  # fmt: skip
def test_a_fault_has_a_place_and_a_sentence(catalog: Catalog, asked: Any, place: str, said: str) -> None:
    found = faults(catalog, asked)
    assert [fault for fault in found if fault[0] == place and said in fault[1]], found


@pytest.mark.parametrize(
    ("asked", "place", "said"),
    [
        ({"changed": "stge"}, "changed", 'did you mean "stage"'),
        ({"changed": {"stage": {"form": "new"}}}, "changed.stage.form", 'did you mean "from"'),
        ({"changed": {"stage": {"to": "gone"}}}, "changed.stage.to", "none of the options"),
        ({"changed": {"stage": "won"}}, "changed.stage", "{from: …, to: …}"),
        ({"changed": 5}, "changed", "takes a field"),
        ({"account": {"changed": "name"}}, "account.changed", "of the record itself only"),
    ],
)
def test_faults_of_changes(catalog: Catalog, asked: Any, place: str, said: str) -> None:
    found = faults(catalog, asked, allows=("changed",))
    assert [fault for fault in found if fault[0] == place and said in fault[1]], found


def test_the_record_at_hand_is_read_in_its_own_module(catalog: Catalog) -> None:
    ((place, said),) = faults(catalog, {"company": "$record.company"}, module="person", record="deal")
    assert place == "company" and "unknown field" in said


def test_a_condition_names_its_fields_and_those_of_the_records_that_it_walks_through(catalog: Catalog) -> None:
    scope = World(catalog).scope("deal")
    asked = {"not": {"account": {"industry": "it"}}, "people": {"some": {"age": 1}}, "amount": "$record.limit"}
    assert {f"{field.module}.{field.key}" for field in named(parse(asked, scope))} == {
        "deal.account", "company.industry", "person.age", "deal.amount", "deal.limit",
    }  # fmt: skip


def test_all_faults_are_said_together(catalog: Catalog) -> None:
    found = faults(catalog, {"amont": 1, "stage": {"closd": True}, "people": {"some": {"roll": 1}, "count": "x"}})
    assert len(found) == 4
