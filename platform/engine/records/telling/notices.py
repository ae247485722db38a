"""Telling somebody something: once, in the transaction of its cause."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.errors import Message, written
from hanok.engine.records.preferences import BELL, sound
from hanok.engine.store import new_id
from hanok.engine.store.desk_tables import notice, preference
from hanok.engine.store.moments import now
from hanok.engine.store.tables import outbox

#: Told, through the outbox, for everybody who wants a notice by mail.
TOLD = "notice.told"
#: The fact that names fields of the record; the reader sees the labels of those that she may see.
FIELDS = "fields"
#: The fact that names the fields, one of which the reader has to have: keys with spaces between them.
WITHIN = "within"


def tell(
    conn: sa.Connection, users: Iterable[UUID], kind: str, text: Message, *, key: str,
    about: tuple[str, UUID] | None = None, by: UUID | None = None, again: bool = False,
) -> None:  # fmt: skip
    """Tells these users, but for those who do not want this kind.

    `text` may name `{by}` and `{record}`, which the reader sees as they are called then. `about` is the module and id
    of the record. The same `key` is told to nobody twice; with `again` it takes the place of what was told before, and
    fields that were not read yet stay among its FIELDS.
    """
    asked, by_mail = _wanting(conn, users, kind)
    if not asked:
        return
    module, record = about or (None, None)
    at, facts = now(conn), _unread(conn, asked, key) if again else {}
    letters = _to_mail(conn, by_mail, key, again=again)
    rows = [
        {"id": new_id(), "user_id": user, "at": at, "kind": kind, "text": _with(text, facts.get(user, ())),
         "module": module, "record": record, "by_id": by, "key": key, "read": None}
        for user in asked
    ]  # fmt: skip
    insert: Any = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    row = insert(notice)
    ends = [notice.c.user_id, notice.c.key]
    if again:
        anew = {name: row.excluded[name] for name in ("id", "at", "kind", "text", "by_id", "read")}
        conn.execute(row.on_conflict_do_update(index_elements=ends, set_=anew), rows)
    else:
        conn.execute(row.on_conflict_do_nothing(index_elements=ends), rows)
    for user in letters:
        payload = {"user": str(user), "key": key}
        conn.execute(outbox.insert().values(id=new_id(), at=at, topic=TOLD, module="", record=None, payload=payload))


def forget(conn: sa.Connection, read_before: datetime, made_before: datetime, *, most: int) -> int:
    """Deletes up to `most` notices that were read, or made, before these moments; how many."""
    old = sa.select(notice.c.id).where(sa.or_(notice.c.read < read_before, notice.c.at < made_before)).limit(most)
    return conn.execute(notice.delete().where(notice.c.id.in_(old))).rowcount


def _wanting(conn: sa.Connection, users: Iterable[UUID], kind: str) -> tuple[Sequence[UUID], Sequence[UUID]]:
    """Those who did not say that they want nothing of this kind, in one order for everybody who tells; and those of
    them who want it by mail, too."""
    asked = sorted(set(users))
    if not asked:
        return (), ()
    wanted = sa.select(preference.c.user_id, preference.c.value).where(
        preference.c.user_id.in_(asked), preference.c.key == BELL
    )
    chosen = {row.user_id: sound(BELL, row.value) for row in conn.execute(wanted)}
    told = [user for user in asked if kind not in chosen.get(user, {}).get("without", ())]
    return told, [user for user in told if kind in chosen.get(user, {}).get("mail", ())]


def _to_mail(conn: sa.Connection, users: Sequence[UUID], key: str, *, again: bool) -> Sequence[UUID]:
    """Those of them who were not told already; with `again` those who have read what they were told."""
    if not users:
        return ()
    known = sa.select(notice.c.user_id).where(notice.c.user_id.in_(users), notice.c.key == key)
    had = set(conn.scalars(known.where(notice.c.read.is_(None)) if again else known))
    return [user for user in users if user not in had]


def _unread(conn: sa.Connection, users: Sequence[UUID], key: str) -> Mapping[UUID, Sequence[str]]:
    """The fields of what these were told under the key and have not read."""
    asked = sa.select(notice.c.user_id, notice.c.text).where(
        notice.c.user_id.in_(users), notice.c.key == key, notice.c.read.is_(None)
    )
    return {row.user_id: row.text["facts"].get(FIELDS, ()) for row in conn.execute(asked)}


def _with(text: Message, before: Sequence[str]) -> dict[str, Any]:
    """The message as it is kept, with the fields of the one whose place it takes."""
    said = written(text) or {}
    if FIELDS in text.facts:
        said["facts"][FIELDS] = list(dict.fromkeys((*before, *text.facts[FIELDS])))
    return said
