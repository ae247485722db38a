"""Identities made by the engine."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562): its order is the order of time."""
    return uuid7()
