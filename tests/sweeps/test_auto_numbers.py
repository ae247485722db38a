"""Numbers that the engine gives: none twice and none left out, whoever draws them at once."""

from __future__ import annotations

from hanok.engine.deploy import deploy, make_plan
from hanok.engine.store import Store
from tests.builders import CORE, TYPES, a_layer
from tests.evidence import Evidence, sizes
from tests.sweeps.processes import PROCESSES, create_numbered, running

TICKET = "label: {en: Ticket}\nfields:\n  name: {type: text}\n  number: {type: auto_number, prefix: T-, digits: 4}\n"
PROCESS_COUNT = 8


@sizes(sample=3, full=100)
def test_numbers_drawn_at_once_follow_each_other(
    store: Store, database: str, evidence: Evidence, size: int, dialect: str
) -> None:
    deploy(store, make_plan(store, [CORE, a_layer({"modules/ticket.yaml": TICKET})], TYPES))
    told, numbers = PROCESSES.Queue(), list[str]()
    processes = PROCESS_COUNT if size > 10 else 3
    with running([(create_numbered, (database, size, told, 5 * (turn % 2))) for turn in range(processes)]):
        for _ in range(processes):
            numbers += told.get(timeout=120)
    assert len(numbers) == size * processes
    assert sorted(numbers) == [f"T-{number:04}" for number in range(1, len(numbers) + 1)]
    evidence.count(f"{dialect}: processes", processes)
    evidence.count(f"{dialect}: numbers, none twice and none left out", len(numbers))
    evidence.count(f"{dialect}: saves taken back after their number was drawn", processes // 2 * -(-size // 5))
