"""Mentions: who is named in a text.

In the text stands `@[김하늘](user:<id>)`: readable as it is, the same in an export and an import. The name is what it
was when it was written; what is shown is the name of today. A mark of anybody who is not there is text like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, may, predicate
from hanok.engine.access.assigning import USER, viewing
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Linked
from hanok.engine.fields.mentions import MARK
from hanok.engine.records.search import search

#: What no name in a mark has.
STRANGE = re.compile(r"[^\w .,()·-]+")
#: People that one text can name; more is no mention but a mailing.
MOST = 50
SIZE = 8


def mark(name: str, id: UUID) -> str:
    """How a text names somebody."""
    return f"@[{STRANGE.sub(' ', name).strip() or '?'}](user:{id})"


def mentioned(text: str | None) -> tuple[UUID, ...]:
    """Who is named in a text, each once, in its order."""
    found = (UUID(each[2]) for each in MARK.finditer(text or ""))
    return tuple(dict.fromkeys(found))[:MOST]


def newly(module: Module, changes: Mapping[str, object]) -> tuple[UUID, ...]:
    """Who is named in the texts of a change and was not named there before; `changes` are pairs in dump form."""
    found: dict[UUID, None] = {}
    for key, pair in changes.items():
        if module.has(key) and module.field(key).type.mentions and isinstance(pair, (list, tuple)):
            before, after = (mentioned(text if isinstance(text, str) else "") for text in pair)
            found |= dict.fromkeys(id for id in after if id not in before)
    return tuple(found)


def pieces(text: str, write: Callable[[str, UUID], str], plain: Callable[[str], str]) -> list[str]:
    """The text with its marks and what is between them, each as these write it."""
    found, end = [], 0
    for each in MARK.finditer(text):
        found += [plain(text[end : each.start()]), write(each[1], UUID(each[2]))]
        end = each.end()
    return [*found, plain(text[end:])]


def people(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, words: str, *, size: int = SIZE
) -> tuple[Linked, ...]:
    """Whom the actor may name in a record of the module: users whom she may view and who may view some of it."""
    if not may(catalog, actor, USER, "view") or not may(catalog, actor, module, "view"):
        return ()
    users = catalog.module(USER).table.alias()
    rule = predicate(catalog, actor, catalog.module(USER), "view", users)
    asked = sa.select(users.c.id, users.c.title).where(viewing(catalog, module, users), rule).order_by(users.c.title)
    if not words.strip():
        return tuple(Linked(USER, row.id, row.title) for row in conn.execute(asked.limit(size)))
    hits = [hit.id for hit in search(conn, catalog, actor, words, modules=(USER,), size=MOST)]
    known = {row.id: row.title for row in conn.execute(asked.where(users.c.id.in_(hits)))} if hits else {}
    return tuple(Linked(USER, id, known[id]) for id in hits if id in known)[:size]


def names(conn: sa.Connection, catalog: Catalog, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """What these users are called today."""
    users, asked = catalog.whole.module(USER).table, list(ids)
    if not asked:
        return {}
    found = sa.select(users.c.id, users.c.title).where(users.c.id.in_(asked), users.c.deleted_at.is_(None))
    return {row.id: row.title for row in conn.execute(found)}

