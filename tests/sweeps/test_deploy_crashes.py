"""Wherever a deploy is cut off, all is wholly old or wholly new, and the next deploy comes to the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from signal import SIGKILL

import pytest

from hanok.engine.deploy import Plan
from hanok.engine.errors import Refused
from hanok.engine.language import Layer
from hanok.engine.store import Store, live_revision
from tests.databases import Databases, opened
from tests.evidence import Evidence, sizes
from tests.sweeps.inhabited import Inhabited, Raw, Values, inhabited
from tests.sweeps.models import Model
from tests.sweeps.processes import Cut, PowerCutError, bring_up_to_date, deploy_and_die, fail, running

NEVER = 10**9
#: How many moments of one change are tried before another change is made up.
MOMENTS = 25


@dataclass
class Change:
    """A house, the model that it shall get, and how many moments there are to be cut off at."""

    databases: Databases
    address: str
    house: Inhabited
    wish: Model
    plan: Plan
    raw: Raw
    values: Values
    moments: int = 0

    @contextmanager
    def elsewhere(self) -> Iterator[tuple[str, Inhabited]]:
        """The house in a copy of its database."""
        address = self.databases.copy(self.address)
        try:
            with opened(address) as store:
                yield address, self.house.moved_to(store)
        finally:
            self.databases.drop(address)


def a_change(databases: Databases, template: str, evidence: Evidence) -> Change:
    """A random change of a random house that nothing refuses."""
    address = databases.copy(template)
    with opened(address) as store:
        house = inhabited(store, evidence.random)
        raw, values = house.raw(), house.values()
    while True:
        with opened(address) as store:
            wish = house.model.copy()
            wish.changed(6)
            plan = house.moved_to(store).plan(wish)
        change = Change(databases, address, house, wish, plan, raw, values)
        if not plan.empty and comes_through(change):
            return change


def a_way_back(databases: Databases, template: str, evidence: Evidence) -> Change:
    """A house that was changed and written since, and shall have the model again that it had first."""
    while True:
        there = a_change(databases, template, evidence)
        first = there.house.model.copy()
        with opened(there.address) as store:
            bring_up_to_date(store, there.wish.layers())
            house = there.house.moved_to(store)
            house.model = there.wish.copy()
            house.refresh()
            house.settle(2)
            change = Change(databases, there.address, house, first, house.plan(first), house.raw(), house.values())
        if comes_through(change):
            return change
        databases.drop(there.address)


def comes_through(change: Change) -> bool:
    """Whether nothing refuses the change; counts its moments."""
    with change.elsewhere() as (_, there):
        whole = Cut(there.store, NEVER, fail)
        try:
            bring_up_to_date(there.store, change.wish.layers())
        except Refused:
            return False
        change.moments = whole.done
    return True


def check_halfway(change: Change, there: Inhabited) -> str:
    """What is live is one of the two models, whole and with every value, and can be written."""
    with there.store.read() as conn:
        new = live_revision(conn) > change.plan.base
    there.refresh()
    there.check_raw(change.raw, change.plan)
    if new:
        there.model = change.wish.copy()
        there.check_values(change.values, change.house.catalog, change.plan)
    else:
        assert there.values() == change.values
    there.settle(1)
    return "new" if new else "old"


def check_end(change: Change, there: Inhabited) -> str:
    """The next deploy comes to the end, unless records of the meantime forbid it."""
    old, plan, raw, values = there.catalog, there.plan(change.wish), there.raw(), there.values()
    try:
        bring_up_patiently(there.store, change.wish.layers())
    except Refused as refused:
        assert "occur more than once" in str(refused)
        there.check_raw(raw, plan)
        assert there.values() == values
        return "refused for values of the meantime that occur twice"
    there.model = change.wish.copy()
    there.refresh()
    there.check_tables()
    there.check_raw(raw, plan)
    there.check_values(values, old, plan)
    return "finished by the next deploy"


def bring_up_patiently(store: Store, layers: Sequence[Layer]) -> None:
    """A killed deploy's lock goes as soon as the server has seen that its owner is gone."""
    until = time.monotonic() + 20
    while True:
        try:
            return bring_up_to_date(store, layers)
        except Refused as refused:
            if "Another deploy" not in str(refused) or time.monotonic() > until:
                raise


def cut_in_process(address: str, change: Change, number: int) -> None:
    with opened(address) as store:
        Cut(store, number, fail)
        with pytest.raises(PowerCutError):
            bring_up_to_date(store, change.wish.layers())


def kill_process(address: str, change: Change, number: int) -> None:
    with running([(deploy_and_die, (address, change.wish.files(), number))]) as processes:
        pass
    assert processes[0].exitcode == -SIGKILL


def sweep(
    change_of: Callable[[], Change], cut: Callable[[str, Change, int], None], evidence: Evidence, size: int, said: str
) -> None:
    """Cuts random changes off at random moments, among them the first ones and the last ones."""
    while size > 0:
        change = change_of()
        moments = evidence.random.sample(range(1, change.moments + 1), min(MOMENTS, size, change.moments))
        for number in moments:
            with change.elsewhere() as (address, there):
                cut(address, change, number)
                found = check_halfway(change, there)
                evidence.count(f"{said}: wholly {found}, and {check_end(change, there)}")
        size -= len(moments)
        evidence.count(f"{said}: models changed")
        change.databases.drop(change.address)


@pytest.fixture
def change_of(
    request: pytest.FixtureRequest, databases: Databases, dialect: str, evidence: Evidence
) -> Callable[[], Change]:
    template = request.getfixturevalue(f"{dialect}_template")
    return lambda: a_change(databases, template, evidence)


@pytest.fixture
def way_back_of(
    request: pytest.FixtureRequest, databases: Databases, dialect: str, evidence: Evidence
) -> Callable[[], Change]:
    template = request.getfixturevalue(f"{dialect}_template")
    return lambda: a_way_back(databases, template, evidence)


@sizes(sample=2, full=60)
def test_a_failure_at_any_statement(
    change_of: Callable[[], Change], evidence: Evidence, size: int, dialect: str
) -> None:
    sweep(change_of, cut_in_process, evidence, size, f"{dialect}: failure")


@sizes(sample=5, full=100)
def test_a_killed_process(change_of: Callable[[], Change], evidence: Evidence, size: int, dialect: str) -> None:
    sweep(change_of, kill_process, evidence, size, f"{dialect}: SIGKILL")


@sizes(sample=5, full=60)
def test_a_killed_way_back(
    way_back_of: Callable[[], Change], evidence: Evidence, size: int, dialect: str
) -> None:
    sweep(way_back_of, kill_process, evidence, size, f"{dialect}: SIGKILL of a rollback")
