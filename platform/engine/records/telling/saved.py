"""What a save tells people: the one hook on the path of every single save.

Who is given the record is told, who is named in a text of it, and whoever follows it. Changes of many records at once
tell at their end (`telling.many`), and what the system does by itself tells nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.access.assigning import USER, owner_keys
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Message, say
from hanok.engine.records.drafts import Draft
from hanok.engine.records.query import Record
from hanok.engine.records.telling.followers import follow_by_itself, following
from hanok.engine.records.telling.kinds import ASSIGNED, CHANGED, MENTIONED
from hanok.engine.records.telling.mentions import newly
from hanok.engine.records.telling.notices import WITHIN, tell
from hanok.engine.store.desk_tables import notice
from hanok.engine.store.ids import NOW

GIVEN = say("{by} gave you {record}.")
NAMED = say("{by} mentioned you in {record}.")


def told(conn: sa.Connection, catalog: Catalog, actor: Actor, draft: Draft) -> None:
    """Tells whom a written draft concerns, in its transaction, each in one way: given, else named, else following."""
    module = catalog.whole.every[draft.module.key]
    if actor.id is None or module.parent is not None or datetime.now(UTC) - draft.at > NOW:
        return  # what is brought over from elsewhere is no news
    about = (module.key, draft.id)
    given = set(_given(module, draft)) - {actor.id}
    tell(conn, given, ASSIGNED, GIVEN, about=about, by=actor.id, key=f"assigned:{draft.id}:{draft.version}")
    named = set(newly(module, draft.changes)) - given - {actor.id}
    texts = " ".join(key for key in draft.changes if module.has(key) and module.field(key).type.mentions)
    tell(conn, named, MENTIONED, Message(NAMED.text, {WITHIN: texts}), about=about, by=actor.id,
         key=_naming(draft.id, draft.version))  # fmt: skip
    if draft.action == "changed":
        rest = set(following(conn, *about)) - given - named - {actor.id}
        fields = [key for key in draft.changes if module.has(key) and not module.field(key).made]
        text = say("{by} changed {fields} of {record}.", fields=fields)
        tell(conn, rest, CHANGED, text, about=about, by=actor.id, key=f"changed:{draft.id}", again=True)
    if module.owners:
        maker = actor.id if draft.action == "created" else None
        follow_by_itself(conn, catalog, *about, maker=maker, given=given, at=draft.at)


def told_by(conn: sa.Connection, catalog: Catalog, saved: Record) -> tuple[tuple[UUID, str], ...]:
    """Whom this version of a record named first, with their names of today."""
    users = catalog.whole.module(USER).table
    asked = sa.select(users.c.id, users.c.title).join(notice, notice.c.user_id == users.c.id)
    rows = conn.execute(asked.where(notice.c.key == _naming(saved.id, saved.version)).order_by(users.c.title))
    return tuple((row.id, row.title) for row in rows)


def _naming(id: UUID, version: int) -> str:
    return f"mentioned:{id}:{version}"


def _given(module: Module, draft: Draft) -> Iterator[UUID]:
    """Whom the record belongs to now and did not belong to before."""
    for key in owner_keys(module):
        pair = draft.changes.get(key)
        if pair and isinstance(pair[1], dict):
            yield UUID(pair[1]["id"])
