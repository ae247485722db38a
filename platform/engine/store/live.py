"""Which revision the database lives on."""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.store.tables import revision

#: Keys of the advisory locks on PostgreSQL: ours, then which.
HOUSE = 0x48616E6F
#: The same for guesses at passwords, of which each address has its own.
GUESSES = HOUSE + 1
FENCE, MIGRATION = 1, 2


def live_revision(conn: sa.Connection) -> int:
    """The number of the live revision, 0 before the first deploy."""
    if conn.dialect.name == "sqlite":
        return int(conn.exec_driver_sql("PRAGMA user_version").scalar_one())
    return conn.scalar(sa.select(sa.func.max(revision.c.id)).where(revision.c.state != "prepared")) or 0


def held_revision(conn: sa.Connection) -> int:
    """The live revision, which stays live until this write transaction ends.

    SQLite's writer is alone anyway; on PostgreSQL writers share a lock that the switch to a new revision takes alone.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock_shared(HOUSE, FENCE)))
    return live_revision(conn)


def hold_alone(conn: sa.Connection) -> int:
    """The live revision, with every other write transaction waiting until this one ends. Bounded by lock_timeout."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(HOUSE, FENCE)))
    return live_revision(conn)


def hold_guesses(conn: sa.Connection, address: str) -> None:
    """Has other guesses from this address wait until this transaction ends, so that each counts those before it."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(GUESSES, sa.func.hashtext(address))))


def set_live(conn: sa.Connection, number: int) -> None:
    """Makes this revision, whose row is written, the live one when the transaction commits."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"PRAGMA user_version = {int(number)}")
