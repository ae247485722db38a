"""Many rows come in and go back: what that costs grows with them, and not faster; the worker keeps little in mind."""

from __future__ import annotations

import resource
from time import monotonic

from tests.builders import Statements
from tests.evidence import Evidence, sizes
from tests.jobs.test_importing import HEAD, Desk
from tests.jobs.test_importing import desk as desk
from tests.jobs.test_importing import surroundings as surroundings

#: Every tenth row changes a record that is there, every thousandth is wrong.
CHANGES, WRONG = 10, 1000


def a_file(size: int, *, again: bool) -> str:
    """Rows that make companies; `again`, every tenth of them with another size."""
    rows = range(0, size, CHANGES) if again else range(size)
    return "\n".join([HEAD, *(",".join(a_row(at, again)) for at in rows)])


def a_row(at: int, again: bool) -> tuple[str, str, str]:
    """Each fiftieth company belongs to the one above it."""
    return f"회사 {at}", "many" if at % WRONG == 7 else str(at + again), f"회사 {at - 1}" if at % 50 == 1 else ""


def spent(began: float) -> int:
    return round(monotonic() - began)


def megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@sizes(sample=120, full=100_000)
def test_many_rows_come_in_are_changed_and_go_back(desk: Desk, evidence: Evidence, size: int, dialect: str) -> None:
    wrong = sum(at % WRONG == 7 for at in range(size))
    before, began, said = megabytes(), monotonic(), f"{dialect}: {size:,} rows"
    plan = desk.check(a_file(size, again=False), key=("name",))
    evidence.count(f"{said}: seconds to look at them", spent(began))
    began = monotonic()
    statements = Statements(desk.store)
    plan = desk.run(plan, leave_out=True)
    evidence.count(f"{said}: seconds to write them", spent(began))
    evidence.count(f"{said}: statements to write them", len(statements.texts))
    assert desk.counts(plan) == {"new done": size - wrong, **({"failed done": wrong} if wrong else {})}
    began = monotonic()
    changed = desk.run(desk.check(a_file(size, again=True), key=("name",)), leave_out=True)
    evidence.count(f"{said}: seconds to look at a tenth again and change it", spent(began))
    assert sum(desk.counts(changed).values()) == len(range(0, size, CHANGES))
    began = monotonic()
    changed = desk.undo(changed)
    evidence.count(f"{said}: seconds to give back a tenth", spent(began))
    assert desk.counts(changed)["changed undone"] == len(range(0, size, CHANGES))
    began = monotonic()
    gone = desk.undo(plan)
    evidence.count(f"{said}: seconds to take them back", spent(began))
    evidence.count(f"{said}: megabytes more than before", megabytes() - before)
    changed_since = len(range(0, size, CHANGES))
    assert desk.counts(gone)["new kept"] == changed_since == len(desk.sizes())
    assert desk.counts(gone)["new undone"] == size - wrong - changed_since
