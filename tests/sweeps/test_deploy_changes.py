"""The law of deploys with people in the house: models change at random, and no value that stays is lost."""

from __future__ import annotations

from collections import Counter

from hanok.engine.errors import Refused
from hanok.engine.store import Store
from tests.evidence import Evidence, sizes
from tests.sweeps.inhabited import inhabited


@sizes(sample=3, full=120)
def test_no_value_that_a_model_keeps_is_lost(store: Store, evidence: Evidence, size: int, dialect: str) -> None:
    house = inhabited(store, evidence.random)
    seen: Counter[str] = Counter()
    for _ in range(size):
        wish = house.model.copy()
        done = wish.changed(evidence.random.choice([1, 1, 2, 3, 6]))
        before, values, old, plan = house.raw(), house.values(), house.catalog, house.plan(wish)
        if plan.empty:
            continue
        try:
            house.deploy(plan)
        except Refused:
            seen["deploys refused for values that occur twice"] += 1
            house.remember(plan.new)
            house.check_raw(before, plan)
            assert house.values() == values
            continue
        house.model = wish
        house.refresh()
        house.check_tables()
        seen["stored values that stayed as they were"] += house.check_raw(before, plan)
        seen["values that read as before, or as their new type takes them"] += house.check_values(values, old, plan)
        seen["records saved between deploys"] += house.settle(2)
        seen["deploys, after each of which the tables equal the catalog"] += 1
        seen.update(f"changes: {what}" for what in done)
        seen.update(f"steps: {step.kind}" for step in plan.steps)
    for what, number in seen.items():
        evidence.count(f"{dialect}: {what}", number)
