"""What administrators did, by time: deeds, and the changes of those records that say who may do what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, say
from hanok.engine.records.auditing.pages import MOST_SIZE, SIZE
from hanok.engine.records.auditing.telling import Told, tell
from hanok.engine.records.auditing.walking import SLACK, first_id
from hanok.engine.records.deeds import SUBJECTS
from hanok.engine.records.former import called
from hanok.engine.store.account_tables import deed
from hanok.engine.store.tables import audit

UUID_TEXT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AREA = "access"
#: Modules of the house itself, whatever area they are sorted into.
HOUSE = ("user", "employee", "team", "role_group", "role", "security_group", "login_provider", "inbound_account",
         "outbound_account")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A question to the log of administration. `subject` is one of deeds, or the key of a module."""

    subject: str = ""
    actor: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrowed(self) -> bool:
        return bool(self.subject or self.actor or self.since or self.until)


@dataclass(frozen=True, slots=True)
class Deed:
    """One deed, as it was written. `by` is the administrator who was logged in as that person.

    `whose` is the title of the user whom it is about, "" where it is about no user.
    """

    id: UUID
    at: datetime
    who: str
    who_id: UUID | None
    by: str
    subject: str
    about: str
    title: str
    action: str
    changes: Mapping[str, Any]
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A page of the log, the newest first: deeds and entries of records, with the ids to go on from."""

    rows: tuple[Deed | Told, ...]
    next: UUID | None
    previous: UUID | None


def modules_told(catalog: Catalog) -> tuple[str, ...]:
    """The keys of the modules whose changes are administration."""
    every = catalog.every
    return tuple(
        key for key, module in every.items()
        if key.partition(".")[0] in HOUSE or every.get(key.partition(".")[0], module).area == AREA
    )  # fmt: skip


def administration(
    conn: sa.Connection, catalog: Catalog, actor: Actor, wanted: Wanted, *, size: int = SIZE,
    after: UUID | None = None, before: UUID | None = None,
) -> Done:  # fmt: skip
    """One page. Raises Denied for whoever is no administrator, Invalid for a subject that there is not."""
    if not actor.governs:
        raise Denied(say("Only administrators may see this."))
    modules = modules_told(catalog)
    if wanted.subject and wanted.subject not in (*SUBJECTS, *modules):
        raise Invalid({"subject": [say("There is nothing called “{key}” in this log.", key=wanted.subject)]})
    size, before = max(1, min(size, MOST_SIZE)), None if after else before
    found = [*_deeds(conn, wanted, size + 1, after, before), *_changes(conn, catalog, wanted, size + 1, after, before)]
    found.sort(key=lambda row: row.id, reverse=before is None)
    on = found[size - 1].id if len(found) > size else None
    kept = found[:size] if before is None else found[:size][::-1]
    rows = _told(conn, catalog, actor, kept)
    first, last = (kept[0].id, kept[-1].id) if kept else (None, None)
    if before is not None:
        return Done(rows, last or UUID(int=before.int + 1), on)
    return Done(rows, on, first or UUID(int=after.int - 1) if after else None)


def all_done(conn: sa.Connection, catalog: Catalog, actor: Actor, wanted: Wanted) -> Iterator[Deed | Told]:
    """All of it, page by page."""
    after: UUID | None = None
    while True:
        found = administration(conn, catalog, actor, wanted, size=MOST_SIZE, after=after)
        yield from found.rows
        if found.next is None:
            return
        after = found.next


def _told(conn: sa.Connection, catalog: Catalog, actor: Actor, rows: list[Any]) -> tuple[Deed | Told, ...]:
    deeds = [row for row in rows if "record" not in row._fields]
    entries = iter(tell(conn, catalog, actor, [row for row in rows if "record" in row._fields]))
    users = _users(conn, catalog, {row.about for row in deeds})
    return tuple(next(entries) if "record" in row._fields else _deed(row, users.get(row.about, "")) for row in rows)


def _users(conn: sa.Connection, catalog: Catalog, about: set[str]) -> Mapping[str, str]:
    """The titles of those users whose ids these are."""
    table = catalog.module("user").table
    ids = [UUID(text) for text in about if UUID_TEXT.fullmatch(text)]
    rows = conn.execute(sa.select(table.c.id, table.c.title).where(table.c.id.in_(ids))) if ids else ()
    return {str(row.id): row.title for row in rows}


def _deed(row: Any, whose: str) -> Deed:
    return Deed(row.id, row.at, row.actor_name, row.actor_id, row.by_name or "", row.subject, row.about, row.title,
                row.action, row.changes, whose)  # fmt: skip


def _deeds(
    conn: sa.Connection, wanted: Wanted, size: int, after: UUID | None, before: UUID | None
) -> list[Any]:
    if wanted.subject and wanted.subject not in SUBJECTS:
        return []
    statement = sa.select(deed).where(*_narrowing(deed, wanted, after, before))
    if wanted.subject:
        statement = statement.where(deed.c.subject == wanted.subject)
    return list(conn.execute(_ordered(statement, deed, before).limit(size)))


def _changes(
    conn: sa.Connection, catalog: Catalog, wanted: Wanted, size: int, after: UUID | None, before: UUID | None
) -> list[Any]:
    """The newest of each module, then the newest of these."""
    modules = [key for key in modules_told(catalog) if wanted.subject in ("", key)]
    parts = []
    for module in (old for key in modules for old in called(catalog, key)):
        for made in (True, False):
            created = sa.literal("created", sa.String(), literal_execute=True)
            action = audit.c.action == created if made else audit.c.action != created
            ids = sa.select(audit.c.id).where(audit.c.module == module, action)
            ids = ids.where(*_narrowing(audit, wanted, after, before))
            parts.append(sa.select(_ordered(ids, audit, before).limit(size).subquery().c.id))
    if not parts:
        return []
    chosen = parts[0] if len(parts) == 1 else sa.union_all(*parts)
    statement = sa.select(audit).where(audit.c.id.in_(sa.select(chosen.subquery("chosen").c.id)))
    return list(conn.execute(_ordered(statement, audit, before).limit(size)))


def _narrowing(
    table: sa.Table, wanted: Wanted, after: UUID | None, before: UUID | None
) -> Iterator[ColumnElement[bool]]:
    if wanted.actor is not None:
        yield sa.or_(table.c.actor_id == wanted.actor, table.c.by_id == wanted.actor)
    if wanted.since is not None:
        yield sa.and_(table.c.at >= wanted.since, table.c.id >= first_id(wanted.since - SLACK))
    if wanted.until is not None:
        yield sa.and_(table.c.at < wanted.until, table.c.id < first_id(wanted.until + SLACK))
    if after is not None:
        yield table.c.id < after
    if before is not None:
        yield table.c.id > before


def _ordered(statement: sa.Select[Any], table: sa.Table, before: UUID | None) -> sa.Select[Any]:
    return statement.order_by(table.c.id.asc() if before else table.c.id.desc())
