"""Identities made by the engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

#: What lies further back than this was not made just now.
NOW = timedelta(minutes=1)


def new_id(at: datetime | None = None) -> UUID:
    """A new UUIDv7 (RFC 9562): its order is the order of time.

    `at` is when the thing was, where that is not now: what is brought over from elsewhere stands among its like.
    """
    if at is None or datetime.now(UTC) - at < NOW:
        return uuid7()
    return uuid7(nanoseconds=int(at.timestamp()) * 1_000_000_000 + at.microsecond * 1000)
