"""Schedules fire at their times on the wall, once, whatever clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from hanok.engine.errors import Refused, say
from hanok.engine.jobs import Schedule, Surroundings, schedules
from hanok.engine.jobs.ticks import last_tick, next_tick, ticks
from hanok.engine.store.job_tables import job, schedule

BERLIN, NEW_YORK, SEOUL, LORD_HOWE = "Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe"
ZONES = (BERLIN, NEW_YORK, SEOUL, LORD_HOWE, "America/Santiago", "Africa/Cairo", "UTC")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def on_the_wall(cron: str, zone: str, begin: str, count: int) -> list[str]:
    """The ticks after a moment, in the zone's own time."""
    found = islice(ticks(cron, zone, datetime.fromisoformat(begin).replace(tzinfo=ZoneInfo(zone))), count)
    return [tick.astimezone(ZoneInfo(zone)).strftime("%m-%d %H:%M %z") for tick in found]


# -- what clocks show --------------------------------------------------------------------------------------------------
def test_a_time_of_the_missing_hour_comes_right_after_it_and_once() -> None:
    assert on_the_wall("0,30 2 * * *", BERLIN, "2026-03-28 12:00", 3) == [
        "03-29 03:00 +0200", "03-30 02:00 +0200", "03-30 02:30 +0200",
    ]  # fmt: skip
    assert on_the_wall("30 2 * * *", NEW_YORK, "2026-03-07 12:00", 2) == ["03-08 03:00 -0400", "03-09 02:30 -0400"]
    assert on_the_wall("10 2 * * *", LORD_HOWE, "2026-10-03 12:00", 2) == ["10-04 02:30 +1100", "10-05 02:10 +1100"]


def test_a_fixed_time_that_is_shown_twice_comes_once() -> None:
    assert on_the_wall("30 2 * * *", BERLIN, "2026-10-24 12:00", 2) == ["10-25 02:30 +0200", "10-26 02:30 +0100"]
    assert on_the_wall("30 1 * * *", NEW_YORK, "2026-10-31 12:00", 2) == ["11-01 01:30 -0400", "11-02 01:30 -0500"]
    assert on_the_wall("45 1 * * *", LORD_HOWE, "2026-04-04 12:00", 2) == ["04-05 01:45 +1100", "04-06 01:45 +1030"]


def test_what_goes_by_the_minute_goes_on_through_both() -> None:
    assert on_the_wall("*/30 * * * *", BERLIN, "2026-03-29 01:00", 3) == [
        "03-29 01:30 +0100", "03-29 03:00 +0200", "03-29 03:30 +0200",
    ]  # fmt: skip
    assert on_the_wall("*/30 2 * * *", BERLIN, "2026-10-25 00:00", 5) == [
        "10-25 02:00 +0200", "10-25 02:30 +0200", "10-25 02:00 +0100", "10-25 02:30 +0100", "10-26 02:00 +0100",
    ]  # fmt: skip
    assert on_the_wall("*/20 5 * * *", LORD_HOWE, "2026-10-04 00:00", 2) == ["10-04 05:00 +1100", "10-04 05:20 +1100"]


def test_a_zone_without_such_days_fires_at_the_same_hour_each_day() -> None:
    assert on_the_wall("0 2 * * *", SEOUL, "2026-03-28 12:00", 2) == ["03-29 02:00 +0900", "03-30 02:00 +0900"]


def test_what_comes_after_the_second_two_oclock_is_never_before_it() -> None:
    second = datetime(2026, 10, 25, 1, 20, tzinfo=UTC)  # 2:20 for the second time
    assert next_tick("45 2 * * *", BERLIN, second) == datetime(2026, 10, 26, 1, 45, tzinfo=UTC)


@pytest.mark.parametrize("cron", ["", "* * * *", "0 0 0 1 1 *", "61 * * * *", "0 0 31 2 *", "morning"])
def test_what_is_no_schedule_is_refused(cron: str) -> None:
    with pytest.raises(Refused, match="is no schedule"):
        next_tick(cron, SEOUL, datetime.now(UTC))


def test_what_never_comes_is_refused() -> None:
    for look in (next_tick, last_tick):  # the first or the 31st of April, if it is the fifth Monday
        with pytest.raises(Refused, match="never comes"):
            look("0 0 */30 4 1#5", "UTC", datetime(2026, 1, 1, tzinfo=UTC))


# -- laws --------------------------------------------------------------------------------------------------------------
PARTS = st.sampled_from(["0", "30", "45", "*", "*/10", "*/7", "5,35", "10-20"])
HOURS = st.sampled_from(["*", "0", "1", "2", "3", "1-3", "*/2", "2,14", "0,23"])
CRONS = st.builds("{} {} {} {} {}".format, PARTS, HOURS, st.sampled_from(["*", "1", "25,29", "*/5", "L"]),
                  st.sampled_from(["*", "3,4,10,11"]), st.sampled_from(["*", "0", "1-5"]))  # fmt: skip
#: Around the days on which clocks are put forward or back in one of the zones, and others.
MOMENTS = st.builds(
    lambda day, seconds: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(seconds=seconds),
    st.sampled_from(["2026-03-07", "2026-03-28", "2026-04-04", "2026-04-23", "2026-09-05", "2026-10-03", "2026-10-24",
                     "2026-10-29", "2026-10-31", "2026-12-30"]),
    st.floats(0, 3 * 86400),
)  # fmt: skip


def between(cron: str, zone: str, begin: datetime, end: datetime) -> list[datetime]:
    return list(takewhile(lambda tick: tick <= end, ticks(cron, zone, begin)))


@given(CRONS, st.sampled_from(ZONES), MOMENTS, st.floats(0, 86400))
def test_from_wherever_one_looks_the_ticks_are_the_same(
    cron: str, zone: str, begin: datetime, seconds: float
) -> None:
    end, middle = begin + DAY, begin + timedelta(seconds=seconds)
    whole = between(cron, zone, begin, end)
    assert whole == sorted(set(whole)) and all(begin < tick <= end for tick in whole)
    assert whole == between(cron, zone, begin, middle) + between(cron, zone, middle, end)


@given(CRONS, st.sampled_from(ZONES), MOMENTS)
@example("0 9 * * *", "UTC", datetime(2026, 3, 1, 9, tzinfo=UTC))
def test_the_last_tick_is_the_one_that_no_other_follows(cron: str, zone: str, before: datetime) -> None:
    last = last_tick(cron, zone, before)
    assert last <= before < next_tick(cron, zone, last)
    assert last_tick(cron, zone, last) == last


@given(CRONS, st.sampled_from(ZONES), MOMENTS)
def test_every_minute_that_a_clock_shows_for_the_only_time_is_decided_by_what_it_shows(
    cron: str, zone: str, begin: datetime
) -> None:
    """Beside days of changing clocks a schedule is just its five parts: the same as in a zone that never changes."""
    own = ZoneInfo(zone)
    offsets = {(begin + n * HOUR).astimezone(own).utcoffset() for n in range(-26, 51)}
    if len(offsets) == 1:
        wall = begin.astimezone(own).replace(tzinfo=UTC)
        shift = wall - begin
        assert between(cron, zone, begin, begin + DAY) == [
            tick - shift for tick in between(cron, "UTC", wall, wall + DAY)
        ]


# -- firing ------------------------------------------------------------------------------------------------------------
START = datetime(2026, 3, 28, 12, tzinfo=UTC)


def keep(where: Surroundings, *wanted: Schedule, at: datetime = START) -> None:
    """Writes schedules as if it were then."""
    with where.store.write() as conn:
        schedules.keep_schedules(conn, wanted, zone=BERLIN)
        for one in wanted:
            first = next_tick(one.cron, one.zone or BERLIN, at)
            conn.execute(schedule.update().where(schedule.c.key == one.key).values(next=first, last=None))


def hourly(missed: str = "each") -> Schedule:
    return Schedule("hourly", "count", say("Count"), "0 * * * *", missed=missed)  # type: ignore[arg-type]


def fire(where: Surroundings, now: datetime) -> int:
    with where.store.write() as conn:
        return schedules.fire(conn, now=now)


def fired(where: Surroundings) -> list[datetime]:
    with where.store.read() as conn:
        payloads = conn.execute(sa.select(job.c.payload).order_by(job.c.id)).scalars()
        return [datetime.fromisoformat(each["tick"]) for each in payloads]


def hours(first: int, count: int) -> Iterator[datetime]:
    return (START + n * HOUR for n in range(first, first + count))


def test_each_missed_tick_fires_or_the_last_alone(surroundings: Surroundings) -> None:
    keep(surroundings, hourly())
    assert fire(surroundings, START + 5.5 * HOUR) == 5 and fire(surroundings, START + 5.5 * HOUR) == 0
    assert fired(surroundings) == list(hours(1, 5))


def test_of_many_missed_ticks_the_last_fires_once_even_at_its_very_moment(surroundings: Surroundings) -> None:
    keep(surroundings, hourly("last"))
    assert fire(surroundings, START + 5 * HOUR) == 1 and fire(surroundings, START + 5 * HOUR) == 0
    assert fired(surroundings) == [START + 5 * HOUR]


def test_more_missed_ticks_than_one_transaction_fires(surroundings: Surroundings) -> None:
    keep(surroundings, hourly())
    counts = [fire(surroundings, START + 450 * HOUR) for _ in range(4)]
    assert counts == [200, 200, 50, 0] and fired(surroundings) == list(hours(1, 450))


def test_a_clock_that_jumps_fires_neither_twice_nor_never(surroundings: Surroundings) -> None:
    keep(surroundings, hourly())
    for offset in (1, 6, 2, 3, 7, 1.5, 8):  # put forward by five hours, back by four, and so on
        fire(surroundings, START + offset * HOUR)
    assert fired(surroundings) == list(hours(1, 8))


def test_a_clock_that_was_wrong_by_days_is_believed_anew(surroundings: Surroundings) -> None:
    keep(surroundings, hourly("last"))
    fire(surroundings, START + 9000 * HOUR)
    assert fire(surroundings, START + HOUR / 2) == 0
    assert fire(surroundings, START + HOUR) == 1


def test_a_schedule_that_rests_makes_up_for_nothing(surroundings: Surroundings) -> None:
    row = {"cron": "0 * * * *", "zone": BERLIN}
    assert schedules.following(row, None, START) == START + HOUR
    assert schedules.following(row, START + 2 * HOUR, START) == START + 3 * HOUR  # not what has fired already


def test_schedules_of_the_program_come_change_and_go(surroundings: Surroundings) -> None:
    keep(surroundings, hourly(), Schedule("other", "count", say("Count"), "0 1 * * *"))
    keep(surroundings, Schedule("hourly", "count", say("Count"), "30 * * * *", zone=SEOUL))
    with surroundings.store.read() as conn:
        (row,) = conn.execute(sa.select(schedule)).all()
    assert (row.key, row.cron, row.zone, row.next) == ("hourly", "30 * * * *", SEOUL, START + HOUR / 2)
