"""Numbers that the engine gives: none twice and none left out, whoever draws them at once."""

from __future__ import annotations

from datetime import date

from hanok.engine.deploy import deploy, load_live, make_plan
from hanok.engine.store import Store
from hanok.engine.store.counters import draw
from tests.builders import CORE, TYPES, a_layer
from tests.evidence import Evidence, sizes
from tests.sweeps.processes import PROCESSES, create_numbered, running

TICKET = "label: {en: Ticket}\nfields:\n  name: {type: text}\n  number: {type: auto_number, prefix: T-, digits: 4}\n"
YEARLY = TICKET.replace("prefix: T-, digits: 4", 'prefix: "T-{{ today.year }}-", digits: 4, start: 7, reset: year')
PROCESS_COUNT = 8


@sizes(sample=3, full=150)
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


def test_numbers_of_each_year_begin_anew_and_those_of_a_year_follow_each_other_whoever_draws(
    store: Store, database: str, dialect: str
) -> None:
    deploy(store, make_plan(store, [CORE, a_layer({"modules/ticket.yaml": YEARLY})], TYPES))
    number = load_live(store, TYPES).catalog.modules["ticket"].fields["number"]
    told, numbers = PROCESSES.Queue(), list[str]()
    with running([(create_numbered, (database, 8, told, 0)) for _ in range(3)]):
        for _ in range(3):
            numbers += told.get(timeout=120)
    years = sorted({text.split("-")[1] for text in numbers})
    for year in years:  # two of them when the test runs through a new year's night
        counted = sorted(text for text in numbers if text.split("-")[1] == year)
        assert counted == [f"T-{year}-{7 + turn:04}" for turn in range(len(counted))]
    with store.write() as conn:
        for later in (date(int(years[-1]) + 1, 1, 1), date(int(years[-1]) + 1, 12, 31), date(int(years[-1]) + 2, 1, 1)):
            counter = number.type.counter(number, later)
            assert counter is not None
            numbers.append(counter.write(draw(conn, counter.key, start=counter.start)))
    after = int(years[-1])
    assert numbers[-3:] == [f"T-{after + 1}-0007", f"T-{after + 1}-0008", f"T-{after + 2}-0007"]
