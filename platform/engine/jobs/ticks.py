"""When a schedule fires: five parts (minute, hour, day, month, weekday) in the wall time of a zone, as moments.

What a clock on the wall shows is matched (cronsim does that, without any zone), and each match becomes a moment. Where
clocks are put forward, a time of the missing hour fires right after it, once for all of them; where they are put back,
a fixed time fires the first time only. What has `*` for its minute or hour goes on by the minute through both. That is
what Debian's cron does (https://manpages.debian.org/cron, "Daylight saving time").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from hanok.engine.errors import Refused, say

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
#: How far back the latest tick is looked for.
FARTHEST = timedelta(days=366 * 50)


def ticks(cron: str, zone: str, after: datetime) -> Iterator[datetime]:
    """The moments (UTC) after this one at which it fires. Raises Refused for what is no schedule."""
    own, parts = ZoneInfo(zone), cron.split()
    local = after.astimezone(own)
    overlap = local.replace(fold=1).astimezone(UTC) - local.replace(fold=0).astimezone(UTC)
    wall = local.replace(tzinfo=None) - max(overlap, timedelta(0))  # what is shown twice may come once more
    try:
        if len(parts) != 5:
            raise CronSimError
        walls = CronSim(cron, wall)
    except CronSimError:
        raise Refused(say("“{cron}” is no schedule; write five parts like 0 9 * * 1.", cron=cron)) from None
    fixed = not parts[0].startswith("*") and not parts[1].startswith("*")
    return _after(after, _fixed(walls, own) if fixed else _by_the_minute(walls, own))


def next_tick(cron: str, zone: str, after: datetime) -> datetime:
    """The first moment after this one. Raises Refused for what is no schedule, or fires at no time."""
    for tick in ticks(cron, zone, after):
        return tick
    raise Refused(say("“{cron}” never comes.", cron=cron))


def last_tick(cron: str, zone: str, before: datetime) -> datetime:
    """The latest moment at or before this one. Raises Refused when there was none for fifty years."""
    span = 2 * MINUTE
    while next_tick(cron, zone, before - span) > before:
        if span > FARTHEST:
            raise Refused(say("“{cron}” never comes.", cron=cron))
        span *= 4
    early, late = before - span, before  # it is after `early`, and not after `late`
    while late - early > MINUTE:
        middle = early + (late - early) / 2
        if next_tick(cron, zone, middle) <= before:
            early = middle
        else:
            late = middle
    return next_tick(cron, zone, early)


def _fixed(walls: Iterable[datetime], own: ZoneInfo) -> Iterator[datetime]:
    for wall in walls:
        first, second = _both(wall, own)
        yield _put_forward(second, first, own) if first > second else first


def _by_the_minute(walls: Iterable[datetime], own: ZoneInfo) -> Iterator[datetime]:
    again: list[datetime] = []
    for wall in walls:
        first, second = _both(wall, own)
        if first > second:
            continue  # no clock ever shows it
        if first == second:
            yield from again
            again = []
        else:
            again.append(second)
        yield first
    yield from again


def _both(wall: datetime, own: ZoneInfo) -> tuple[datetime, datetime]:
    """The first and the second time that a clock shows this: the same moment, but where clocks are put back.

    Where they are put forward the first is the later one (PEP 495).
    """
    there = wall.replace(tzinfo=own)
    return there.astimezone(UTC), there.replace(fold=1).astimezone(UTC)


def _put_forward(before: datetime, after: datetime, own: ZoneInfo) -> datetime:
    """The moment between these two at which clocks are put forward."""
    offset = before.astimezone(own).utcoffset()
    while after - before > SECOND:
        middle = before + SECOND * ((after - before) // SECOND // 2)
        if middle.astimezone(own).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _after(after: datetime, found: Iterable[datetime]) -> Iterator[datetime]:
    """Those that come later, each once."""
    for tick in found:
        if tick > after:
            after = tick
            yield tick
