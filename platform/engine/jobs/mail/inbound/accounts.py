"""Inbound accounts as records, and how far each mailbox was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, message_of, written
from hanok.engine.jobs.mail.accounts import keep, kept
from hanok.engine.records import Query, Record, page

MODULE = "inbound_account"
MOST = 500
TLS, STARTTLS = "tls", "starttls"


@dataclass(frozen=True, slots=True)
class Inbox:
    """What it takes to read a mailbox. `minutes` is how often, `unmatched` whether mail of strangers is kept."""

    id: UUID
    version: int
    name: str
    key: str
    address: str
    host: str
    username: str
    password: str = field(default="", repr=False)
    port: int = 993
    security: str = TLS
    folder: str = "INBOX"
    minutes: int = 5
    backlog: bool = False
    unmatched: bool = True
    active: bool = True


COLUMNS = tuple(name for name in Inbox.__slots__ if name not in ("id", "version"))


@dataclass(frozen=True, slots=True)
class Place:
    """How far a mailbox was read: the last UID under its UIDVALIDITY (RFC 3501, 2.3.1.1); `since` the day before which
    nothing is taken ("" for none). `at` is when it was looked at last, `error` what was wrong then."""

    validity: int = 0
    uid: int = 0
    since: str = ""
    at: datetime | None = None
    error: Message | None = None


def inbox_of(record: Record) -> Inbox:
    said = {name: record[name] for name in COLUMNS if record[name] is not None}
    return Inbox(id=record.id, version=record.version, **said)


def inboxes(conn: sa.Connection, catalog: Catalog) -> tuple[Inbox, ...]:
    """All inbound accounts, the oldest first; none where the live revision does not know them yet."""
    if MODULE not in catalog.modules:
        return ()
    found = page(conn, catalog, SYSTEM, Query(module=MODULE, columns=COLUMNS, sort=("created_at",), size=MOST))
    return tuple(inbox_of(record) for record in found.rows)


def place_of(conn: sa.Connection, inbox: Inbox) -> Place | None:
    """How far it was read; None where it never was."""
    said = kept(conn, _key(inbox))
    if not said:
        return None
    at = datetime.fromisoformat(said["at"]) if said["at"] else None
    return Place(said["validity"], said["uid"], said["since"], at, message_of(said["error"]))


def keep_place(conn: sa.Connection, inbox: Inbox, place: Place) -> None:
    at = place.at.isoformat() if place.at else None
    said: dict[str, Any] = {"validity": place.validity, "uid": place.uid, "since": place.since, "at": at,
                            "error": written(place.error)}  # fmt: skip
    keep(conn, _key(inbox), said)


def _key(inbox: Inbox) -> str:
    return f"inbox:{inbox.id}"
