"""Which failures of a database pass if the same work is done again."""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy as sa

#: serialization_failure, deadlock_detected (PostgreSQL, appendix A).
_PASSING_STATES = {"40001", "40P01"}
LOCK_NOT_AVAILABLE = "55P03"


def passes(error: sa.exc.DBAPIError) -> bool:
    """True for deadlocks, serialisation failures and a busy SQLite file: the transaction may simply run again."""
    return _busy(error.orig) or sqlstate(error) in _PASSING_STATES


def sqlstate(error: sa.exc.DBAPIError) -> str:
    """PostgreSQL's five letters for what happened, "" on SQLite."""
    return getattr(error.orig, "sqlstate", None) or ""


def _busy(original: Any) -> bool:
    primary = getattr(original, "sqlite_errorcode", 0) & 0xFF  # extended codes keep the primary one in the low byte
    return primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
