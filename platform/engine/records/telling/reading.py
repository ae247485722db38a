"""Reading what one was told: as far as one may view the records that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, seen
from hanok.engine.access.assigning import USER
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, NotFound, message_of, say
from hanok.engine.records.desk import Place, at_hand
from hanok.engine.records.telling.notices import FIELDS, WITHIN
from hanok.engine.store.desk_tables import notice
from hanok.engine.store.moments import now

PAGE, MOST = 25, 99
#: Notices that are looked at for one page, where most are about what the reader may not view any more.
FARTHEST = 500
WITHOUT_FIELDS = say("{by} changed {record}.")
GONE = say("There is no such notice, or it is not yours.")
SOMEBODY = say("Somebody")


@dataclass(frozen=True, slots=True)
class Notice:
    """One of them: `by` is whoever did it, by the name that she has now ("" where nobody did), `about` the record."""

    id: UUID
    at: datetime
    kind: str
    text: Message
    by: str
    about: Place | None
    is_read: bool


@dataclass(frozen=True, slots=True)
class Notices:
    """Some of them, the latest first; `next` is the id that the further ones come after, None at the end."""

    rows: tuple[Notice, ...]
    next: UUID | None


def notices(
    conn: sa.Connection, catalog: Catalog, actor: Actor, *, unread: bool = False, after: UUID | None = None,
    size: int = PAGE,
) -> Notices:  # fmt: skip
    """What the actor was told. What is about records that she may not view is passed over."""
    found: list[Notice] = []
    looked = 0
    while len(found) <= size and looked < FARTHEST:
        rows = _rows(conn, catalog, actor, unread=unread, after=after, size=size + 1)
        found += _told(conn, catalog, actor, rows)
        looked += len(rows)
        if len(rows) <= size:
            break
        after = rows[-1].id
    more = found[size - 1].id if len(found) > size else after if looked >= FARTHEST else None
    return Notices(tuple(found[:size]), more)


def count_unread(conn: sa.Connection, catalog: Catalog, actor: Actor) -> int:
    """How many she has not read, counted up to one more than MOST."""
    mine = sa.and_(notice.c.user_id == actor.id, notice.c.read.is_(None))
    asked = sa.select(notice.c.module, notice.c.record, notice.c.text).where(mine)
    rows = conn.execute(asked.order_by(notice.c.id.desc()).limit(FARTHEST)).all()
    if not rows:
        return 0
    places = [(row.module, row.record) for row in rows if row.record is not None]
    known = {(one.module, one.id) for one in at_hand(conn, catalog, actor, places)} if places else set()
    hers = seen(catalog, actor)
    found = (row for row in rows if row.record is None or (row.module, row.record) in known)
    return min(MOST + 1, sum(_is_open(hers, row) for row in found))


def unread_notice(conn: sa.Connection, catalog: Catalog, actor: Actor, key: str) -> Notice | None:
    """What she was told under this key, unless she has read it, or may not view what it is about."""
    users = catalog.whole.module(USER).table.alias()
    asked = (
        sa.select(notice, users.c.title.label("by")).outerjoin(users, users.c.id == notice.c.by_id)
        .where(notice.c.user_id == actor.id, notice.c.key == key, notice.c.read.is_(None))
    )  # fmt: skip
    return next(_told(conn, catalog, actor, conn.execute(asked).all()), None)


def open_notice(conn: sa.Connection, actor: Actor, id: UUID) -> tuple[Place | None, Mapping[str, Any]]:
    """Marks it as read, but not for an administrator in her place; the record that it is about, and its facts.

    Raises NotFound.
    """
    asked = sa.select(notice.c.module, notice.c.record, notice.c.text)
    row = conn.execute(asked.where(notice.c.user_id == actor.id, notice.c.id == id)).first()
    if row is None:
        raise NotFound(GONE)
    mark_read(conn, actor, id)
    return ((row.module, row.record) if row.record else None), row.text["facts"]


def mark_read(conn: sa.Connection, actor: Actor, id: UUID | None = None) -> int:
    """Marks one as read, or all of them; how many were not. In her place nobody reads for her."""
    if actor.by is not None:
        return 0
    mine = [notice.c.user_id == actor.id, notice.c.read.is_(None)]
    if id is not None:
        mine.append(notice.c.id == id)
    return conn.execute(notice.update().where(*mine).values(read=now(conn))).rowcount


def _rows(
    conn: sa.Connection, catalog: Catalog, actor: Actor, *, unread: bool, after: UUID | None, size: int
) -> Sequence[Any]:
    users = catalog.whole.module(USER).table.alias()
    asked = (
        sa.select(notice, users.c.title.label("by")).outerjoin(users, users.c.id == notice.c.by_id)
        .where(notice.c.user_id == actor.id).order_by(notice.c.id.desc()).limit(size)
    )  # fmt: skip
    if unread:
        asked = asked.where(notice.c.read.is_(None))
    if after is not None:
        asked = asked.where(notice.c.id < after)
    return conn.execute(asked).all()


def _told(conn: sa.Connection, catalog: Catalog, actor: Actor, rows: Sequence[Any]) -> Iterator[Notice]:
    places = [(row.module, row.record) for row in rows if row.record is not None]
    titles = {(one.module, one.id): one.title for one in at_hand(conn, catalog, actor, places)} if places else {}
    hers = seen(catalog, actor)
    for row in rows:
        about = (row.module, row.record) if row.record is not None else None
        if (about is None or about in titles) and _is_open(hers, row):
            text = _text(hers, row, titles.get(about, "") if about else "")
            yield Notice(row.id, row.at, row.kind, text, row.by or "", about, row.read is not None)


def _is_open(catalog: Catalog, row: Any) -> bool:
    """Whether one of the fields that it is about, where it says any, is there for its reader."""
    keys = str(row.text["facts"].get(WITHIN, "")).split()
    return not keys or any(catalog.module(row.module).has(key) for key in keys)


def _text(catalog: Catalog, row: Any, title: str) -> Message:
    """The message with the names of today, and the labels of the fields that its reader sees in every record."""
    text = message_of(row.text)
    assert text is not None, "a notice says something"
    facts = {**text.facts, "by": row.by or SOMEBODY, "record": title}
    if FIELDS in text.facts:
        module = catalog.module(row.module)
        hers = (key for key in text.facts[FIELDS] if module.has(key) and (module.key, key) not in catalog.masks)
        labels = [module.field(key).label for key in hers]
        facts[FIELDS] = labels
        text = text if labels else WITHOUT_FIELDS
    return Message(text.text, facts)
