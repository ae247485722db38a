"""Limits by key: never more than so much within any hour, whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.store.job_tables import rate
from hanok.engine.store.moments import now as now_of

HOUR = timedelta(hours=1)
#: Into how many parts a window is counted: it is kept to within one of them.
PARTS = 60


def take(
    conn: sa.Connection, key: str, *, most: int, count: int = 1, window: timedelta = HOUR, at: datetime | None = None
) -> tuple[int, timedelta]:
    """Takes up to `count` of a limit of `most` in any window: how many were given, and how long to wait for more.

    The limit's row stays locked until the transaction ends. The wait is zero when all were given.
    """
    part = window / PARTS
    now = at or now_of(conn)
    here = int(now.timestamp() // part.total_seconds())
    used: dict[int, int] = {}
    for slot, number in _row(conn, key).items():
        if here - PARTS <= int(slot):  # what a clock that was wrong counted in days to come counts as of now
            used[min(int(slot), here)] = used.get(min(int(slot), here), 0) + number
    given = max(0, min(count, most - sum(used.values())))
    if given:
        used[here] = used.get(here, 0) + given
    conn.execute(rate.update().where(rate.c.key == key).values(used={str(slot): used[slot] for slot in used}))
    if given == count:
        return given, timedelta(0)
    free = datetime.fromtimestamp((min(used, default=here) + PARTS + 1) * part.total_seconds(), UTC)
    return given, max(free - now, part / 10)


def _row(conn: sa.Connection, key: str) -> dict[str, int]:
    insert = (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(rate)
    conn.execute(insert.values(key=key, used={}).on_conflict_do_nothing())
    found: dict[str, int] = conn.execute(
        sa.select(rate.c.used).where(rate.c.key == key).with_for_update()
    ).scalar_one()
    return found
