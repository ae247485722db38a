"""Quick search: all modules that the actor may see, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor, may, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields.operators import LONGEST_PATTERN, begins, has
from hanok.engine.fields.text import fold
from hanok.engine.records.grams import MOST_WORDS, phrases
from hanok.engine.records.initials import has_initials, ranges
from hanok.engine.store import search as index
from hanok.engine.store.tables import search as entries


@dataclass(frozen=True, slots=True)
class Hit:
    """One record that was found: `snippet` is what else it was found by."""

    module: str
    id: UUID
    title: str
    snippet: str


def search(
    conn: sa.Connection, catalog: Catalog, actor: Actor, words: str, *, modules: Sequence[str] | None = None,
    size: int = 8,
) -> tuple[Hit, ...]:  # fmt: skip
    """At most `size` hits of each module, titles that begin with the words first; nothing for no words."""
    wanted = phrases(words)
    asked = [found for key, found in catalog.modules.items() if modules is None or key in modules]
    visible = [found for found in asked if may(catalog, actor, found.key, "view")]
    if not wanted or not visible:
        return ()
    parts = [_one(conn, catalog, actor, found, words, size) for found in visible]
    rows = conn.execute(sa.union_all(*(sa.select(part.subquery()) for part in parts)))
    places = {found.key: number for number, found in enumerate(visible)}
    ordered = sorted(rows, key=lambda row: (row.rank, places[row.module]))
    return tuple(Hit(row.module, row.record, row.title, row.text) for row in ordered)


def hides_searched(catalog: Catalog, module: Module) -> bool:
    """Whether the search looks at a field of this module that the actor of this catalog does not see everywhere."""
    if catalog.base is None:
        return False
    keys = {found.key for found in catalog.whole.module(module.key).searched}
    masked = {key for where, key in catalog.masks if where == module.key}
    return bool(keys - {found.key for found in module.searched} or keys & masked)


def in_title(table: Any, words: str, dialect: str = "") -> ColumnElement[bool]:
    """Whether each of the words stands in the title. With a dialect lone consonants stand for their syllables too."""
    folded = [fold(word) for word in words.split()[:MOST_WORDS]]
    return sa.and_(sa.true(), *(_has(table.c["title$folded"], word, dialect) for word in folded))


def _has(title: Any, word: str, dialect: str, *, at_start: bool = False) -> ColumnElement[bool]:
    """Whether a folded title has this folded word, or begins with it."""
    found = ranges(word) if dialect and has_initials(word) else None
    if found is None or len(found) > LONGEST_PATTERN:
        return (begins if at_start else has)(title, word)
    if dialect == "sqlite":
        return title.op("GLOB", is_comparison=True)(("" if at_start else "*") + found + "*")  # type: ignore[no-any-return]
    return title.op("~", is_comparison=True)(("^" if at_start else "") + found)  # type: ignore[no-any-return]


def _one(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, words: str, size: int) -> sa.Select[Any]:
    table = module.table.alias()
    found: ColumnElement[bool] = index.found(conn.dialect.name, phrases(words))
    snippet: ColumnElement[Any] = entries.c.text
    if hides_searched(catalog, module):  # the index would tell by what she may not see
        found, snippet = in_title(table, words, conn.dialect.name), sa.literal("").label("text")
    at_start = _has(table.c["title$folded"], fold(words.strip()), conn.dialect.name, at_start=True)
    rank = sa.case((at_start, 0), else_=1).label("rank")
    return (
        sa.select(entries.c.module, entries.c.record, table.c.title, snippet, rank)
        .select_from(entries.join(table, table.c.id == entries.c.record))
        .where(
            entries.c.module == module.key, found,
            table.c.deleted_at.is_(None), predicate(catalog, actor, module, "view", table),
        )
        .order_by(rank, table.c.id.desc())
        .limit(size)
    )  # fmt: skip
