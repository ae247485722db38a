"""Limits hold in every window, whoever asks and whatever clocks do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hanok.engine.jobs import rates
from hanok.engine.store import Store, new_id

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def take(store: Store, at: datetime, *, most: int = 10, count: int = 1, key: str = "k") -> tuple[int, timedelta]:
    with store.write() as conn:
        return rates.take(conn, key, most=most, count=count, at=at)


def test_what_is_given_never_exceeds_the_limit(store: Store) -> None:
    assert take(store, START, count=7) == (7, timedelta(0))
    assert take(store, START, count=7)[0] == 3
    given, wait = take(store, START)
    assert given == 0 and HOUR <= wait <= HOUR + 2 * MINUTE
    assert take(store, START, key="other")[0] == 1


def test_after_the_wait_there_is_more(store: Store) -> None:
    take(store, START, count=4)
    take(store, START + 30 * MINUTE, count=6)
    _, wait = take(store, START + 30 * MINUTE)
    assert take(store, START + 30 * MINUTE + wait, count=9)[0] == 4


def test_a_limit_of_nothing_gives_nothing(store: Store) -> None:
    given, wait = take(store, START, most=0)
    assert given == 0 and wait > timedelta(0)


def test_those_who_ask_at_once_share_the_limit(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: take(store, START)[0], range(24)))
    assert sum(found) == 10


def test_a_clock_that_was_in_days_to_come_blocks_for_an_hour_and_no_longer(store: Store) -> None:
    take(store, START + timedelta(days=400), count=10)
    assert take(store, START)[0] == 0
    assert take(store, START + HOUR + 2 * MINUTE)[0] == 1


@pytest.mark.parametrize("most", [3, 10])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 1200), st.integers(1, 6)), min_size=5, max_size=25))
def test_no_hour_has_more_than_the_limit(store: Store, most: int, asked: list[tuple[int, int]]) -> None:
    at, key, found = START, str(new_id()), []
    for seconds, count in asked:
        at += timedelta(seconds=seconds)
        found.append((at, take(store, at, most=most, count=count, key=key)[0]))
    assert all(early <= late for (early, _), (late, _) in pairwise(found))
    for begin, _ in found:
        assert sum(count for at, count in found if begin <= at <= begin + HOUR) <= most
