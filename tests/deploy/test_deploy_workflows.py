"""Schedules of workflows follow what is deployed, and what is rolled back to, within the switch itself."""

from __future__ import annotations

from collections.abc import Mapping

from hanok.engine.deploy import deploy, make_plan
from hanok.engine.jobs.overview import planned, set_active
from tests.builders import CORE, TYPES, a_layer
from tests.deploy.conftest import House

WEEKLY = """
label: {en: Weekly}
module: company
trigger: {schedule: "0 9 * * 1", over: {active: true}}
do: [{set: {active: false}}]
"""
DUE = """
label: {en: Founded}
module: company
trigger: {anniversary: founded, at: "07:30"}
do: [{set: {active: true}}]
"""


def schedules(house: House) -> Mapping[str, tuple[str, bool]]:
    with house.store.read() as conn:
        return {one.key: (one.cron, one.active) for one in planned(conn)}


def test_schedules_come_change_and_go_with_deploys(house: House) -> None:
    house.deploy()
    assert schedules(house) == {}
    house.files |= {"workflows/weekly.yaml": WEEKLY, "workflows/founded.yaml": DUE}
    house.deploy()
    assert schedules(house) == {
        "workflow:weekly": ("0 9 * * 1", True), "workflow:founded": ("30 7 * * *", True)
    }  # fmt: skip
    with house.store.write() as conn:
        set_active(conn, "workflow:weekly", active=False)
    house.change("0 9 * * 1", "0 8 * * 1", file="workflows/weekly.yaml")
    house.deploy()
    assert schedules(house)["workflow:weekly"] == ("0 8 * * 1", False), "an administrator's word stays"
    house.files["workflows/founded.yaml"] = DUE + "active: false\n"
    del house.files["workflows/weekly.yaml"]
    house.deploy()
    assert schedules(house) == {}
    house.files["workflows/weekly.yaml"] = WEEKLY
    deploy(house.store, make_plan(house.store, [CORE, a_layer(house.files)], TYPES))
    assert schedules(house) == {"workflow:weekly": ("0 9 * * 1", True)}, "as a rollback brings it back"
