"""Waiting for others a short while, and trying again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from hanok.engine.store.failures import LOCK_NOT_AVAILABLE, passes, sqlstate

T = TypeVar("T")

#: How long one attempt to change a table waits for readers and writers; everybody behind it waits as long.
LOCK_TIMEOUT = "2s"
ATTEMPTS = 10
PAUSE = 0.3


def change_tables(work: Callable[[], T]) -> T:
    """The result of `work`, run up to ten times while it meets locks, with growing pauses."""
    for attempt in range(1, ATTEMPTS):
        try:
            return work()
        except sa.exc.DBAPIError as error:
            if not passes(error) and sqlstate(error) != LOCK_NOT_AVAILABLE:
                raise
            time.sleep(PAUSE * attempt * random.uniform(0.5, 1.5))  # noqa: S311  # spreads rivals, guards nothing
    return work()


def limit_waiting(conn: sa.Connection) -> None:
    """From here on this transaction waits shortly only: on PostgreSQL every reader would queue up behind it."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.set_config("lock_timeout", LOCK_TIMEOUT, True)))
