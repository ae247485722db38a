"""The way back: right after a deploy every value is what it was; after writes, exactly what the plan said."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from hanok.engine.deploy import Plan, make_plan
from hanok.engine.deploy.conversion import stem
from hanok.engine.deploy.revisions import layers_of, names_of
from hanok.engine.errors import Refused
from hanok.engine.store import live_revision
from tests.builders import TYPES
from tests.databases import Databases, opened
from tests.evidence import Evidence, sizes
from tests.sweeps.inhabited import Inhabited, Values, expected, inhabited
from tests.sweeps.models import Model


def way_back(house: Inhabited, number: int) -> Plan:
    with house.store.read() as conn:
        return make_plan(
            house.store, layers_of(conn, number), TYPES, then=names_of(conn, number), before=house.catalog
        )  # fmt: skip


def go(house: Inhabited, plan: Plan, model: Model) -> None:
    house.deploy(plan)
    house.model = model
    house.refresh()
    house.check_tables()


def there_and_back(house: Inhabited, times: int, seen: Counter[str]) -> None:
    """From a to b, back, to b again, some writes, and back."""
    first, a, wish = house.model.copy(), house.catalog, house.model.copy()
    wish.changed(times)
    values, raw, plan = house.values(), house.raw(), house.plan(wish)
    if plan.empty:
        return
    with house.store.read() as conn:
        number = live_revision(conn)
    try:
        go(house, plan, wish)
        house.check_raw(raw, plan)
        house.check_values(values, a, plan)
        at_b = house.values()
        back = way_back(house, number)
        assert not back.losses, [str(step.sentence) for step in back.losses]
        go(house, back, first)
        assert house.values() == values
        seen["rolled back right away: every value as it was"] += 1
        again = house.plan(wish)
        assert {step.key for step in again.losses} <= {step.key for step in plan.losses}
        go(house, again, wish)
        assert house.values() == at_b
        seen["values compared"] += sum(map(len, values.values()))
    except Refused:
        seen["refused for values that occur twice"] += 1
        return
    house.settle(3)
    edited, back = house.values(), way_back(house, number)
    b = house.catalog
    try:
        go(house, back, first)
    except Refused:
        seen["refused for values that occur twice"] += 1
        return
    check_edited(house, values, at_b, edited, b, back)
    seen["rolled back after writes: what the plan said"] += 1


def check_edited(
    house: Inhabited, at_a: Values, at_b: Values, edited: Values, b: Any, plan: Plan
) -> None:  # fmt: skip
    """Fields that kept their column keep what was written; of the others, what nobody edited is as it was."""
    now, lost = house.values(), Counter[str]()
    for (module, id), values in edited.items():
        if module not in house.catalog.modules:
            continue
        for key, found in house.catalog.modules[module].fields.items():
            was = b.modules[module].fields.get(key)
            if was is None or found.type.apart or was.type.apart:
                continue
            shown, place = now[module, id][key], f"{module}.{key}"
            untouched = (module, id) in at_b and values[key] == at_b[module, id].get(key)
            if stem(was) != stem(found) and untouched and (module, id) in at_a:
                assert shown == at_a[module, id][key], (place, id)
                continue
            wanted = expected(was, found, values[key], converted=True)
            assert found.type.dump(found, shown) == wanted, (place, id, values[key])
            blank = found.type.dump(found, found.type.blank)
            if stem(was) != stem(found) and wanted == blank and values[key] not in (None, was.type.blank):
                lost[place] += 1
    said = Counter({step.key: step.sentence.facts["lost"] for step in plan.steps if step.kind == "convert"})
    assert lost <= said, (lost, said)


@sizes(sample=3, full=60)
def test_a_rollback_gives_back_what_was_there(
    request: pytest.FixtureRequest, databases: Databases, dialect: str, evidence: Evidence, size: int
) -> None:
    template, seen = request.getfixturevalue(f"{dialect}_template"), Counter[str]()

    @seed(evidence.seed)
    @settings(
        max_examples=size, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(drawn=st.integers(0, 2**32), times=st.integers(1, 6))
    def law(drawn: int, times: int) -> None:
        address = databases.copy(template)
        try:
            with opened(address) as store:
                there_and_back(inhabited(store, Random(drawn)), times, seen)
        finally:
            databases.drop(address)

    law()
    assert seen["rolled back right away: every value as it was"]
    for what, number in seen.items():
        evidence.count(f"{dialect}: {what}", number)
