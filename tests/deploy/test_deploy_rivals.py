"""Two deploys at once, by two processes: one wins, the other is told, and the house is one of both."""

from __future__ import annotations

from typing import Any

from hanok.engine.deploy import deploy, make_plan
from hanok.engine.errors import Refused
from hanok.engine.store import Store, live_revision, open_store
from tests.builders import CORE, TYPES, a_layer
from tests.deploy.conftest import House
from tests.sweeps.processes import PROCESSES, running


def attempt(address: str, files: dict[str, str], gate: Any, told: Any) -> None:
    """Plans, waits for the others, deploys; says which revision came of it, or what it was told."""
    store = open_store(address)
    plan = make_plan(store, [CORE, a_layer(files)], TYPES)
    gate.wait(60)
    try:
        told.put((files["modules/company.yaml"], deploy(store, plan)))
    except Refused as refused:
        told.put((files["modules/company.yaml"], str(refused)))
    store.dispose()


def test_one_wins_and_the_others_are_told(lived_in: House, database: str) -> None:
    changes = ("city: {type: text, unique: true}", "size2: {type: integer}", "founded2: {type: date, index: true}")
    wishes = []
    for change in changes:
        text = lived_in.files["modules/company.yaml"]
        text = text.replace("size:    {type: integer, min: 0}", "size: {type: text}")
        wishes.append({**lived_in.files, "modules/company.yaml": text + f"  {change}\n"})
    gate, told = PROCESSES.Barrier(len(wishes)), PROCESSES.Queue()
    with running([(attempt, (database, wish, gate, told)) for wish in wishes]):
        heard = [told.get(timeout=60) for _ in wishes]
    won = [(text, number) for text, number in heard if number == 2]
    assert len(won) == 1
    assert {said for _, said in heard if said != 2} <= {
        "Another deploy is under way. Wait until it is done.",
        "Somebody else deployed in the meantime. Look at the plan again.",
        "The plan has changed since it was shown. Look at it again.",
    }
    check(lived_in, lived_in.store, won[0][0])


def check(house: House, store: Store, text: str) -> None:
    with store.read() as conn:
        assert live_revision(conn) == 2
    house.files["modules/company.yaml"] = text
    assert house.plan().empty
    sizes = [row["size$2"] for row in house.rows("m_company", "size", "size$2")]
    assert sizes == ["0", "10", "20"]
