"""Deploys beside others: one at a time, and waiting for readers and writers a short while only."""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from hanok.engine.store import Store
from hanok.engine.store.failures import LOCK_NOT_AVAILABLE, passes, sqlstate
from hanok.engine.store.live import HOUSE

T = TypeVar("T")

#: How long one attempt to change a table waits for readers and writers; everybody behind it waits as long.
LOCK_TIMEOUT = "2s"
ATTEMPTS = 10
PAUSE = 0.3
DEPLOYING = 3


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


@contextmanager
def alone(store: Store) -> Iterator[bool]:
    """Whether nobody else deploys or finishes meanwhile. The lock goes with its process, however that ends."""
    with (_alone_in_folder if store.dialect == "sqlite" else _alone_on_server)(store) as mine:
        yield mine


@contextmanager
def _alone_on_server(store: Store) -> Iterator[bool]:
    with store.apart() as guard:
        mine = bool(guard.scalar(sa.select(sa.func.pg_try_advisory_lock(HOUSE, DEPLOYING))))
        try:
            yield mine
        finally:
            if mine:
                guard.execute(sa.select(sa.func.pg_advisory_unlock(HOUSE, DEPLOYING)))


@contextmanager
def _alone_in_folder(store: Store) -> Iterator[bool]:
    """On the folder, not on the file: SQLite has locks of its own on that, which must not be touched."""
    place = os.open(Path(store.url.database or ".").parent, os.O_RDONLY)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(place)
