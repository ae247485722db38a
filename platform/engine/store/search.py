"""The search index as a store of grams; which grams a text has is said elsewhere.

A gram is a short piece of text without white space, already folded. Grams keep their order, so a phrase of grams
finds a longer word exactly: `한빛 빛전 전자` is 한빛전자.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.store.columns import lexeme
from hanok.engine.store.tables import search, search_grams


@dataclass(frozen=True, slots=True)
class Phrase:
    """Grams that follow each other. With `open`, the last one may be the beginning of a gram."""

    grams: tuple[str, ...]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Indexed:
    """What is kept of one record: `text` is what a hit shows beside the title."""

    record: UUID
    title: str
    text: str
    grams: Sequence[str]


def put_many(conn: sa.Connection, *, module: str, entries: Sequence[Indexed], known: bool) -> None:
    """Indexes many records by a few statements. `known`: some of them may be indexed already."""
    if not entries:
        return
    ids = [entry.record for entry in entries]
    if known:
        there = sa.select(search.c.number).where(search.c.module == module, search.c.record.in_(ids))
        conn.execute(search_grams.delete().where(search_grams.c.rowid.in_(there)))
        conn.execute(search.delete().where(search.c.module == module, search.c.record.in_(ids)))
    conn.execute(search.insert(), [
        {"module": module, "record": entry.record, "title": entry.title, "text": entry.text} for entry in entries
    ])  # fmt: skip
    rows = conn.execute(
        sa.select(search.c.record, search.c.number).where(search.c.module == module, search.c.record.in_(ids))
    )
    numbers = {row.record: row.number for row in rows}
    conn.execute(
        search_grams.insert(), [{"rowid": numbers[entry.record], "grams": list(entry.grams)} for entry in entries]
    )


def put(conn: sa.Connection, *, module: str, record: UUID, title: str, text: str, grams: Sequence[str]) -> None:
    """Indexes a record, in place of what was known of it."""
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    values = {"title": title, "text": text}
    row = insert(search).values(module=module, record=record, **values)
    row = row.on_conflict_do_update(index_elements=[search.c.module, search.c.record], set_=values)
    number = conn.execute(row.returning(search.c.number)).scalar_one()
    conn.execute(search_grams.delete().where(search_grams.c.rowid == number))
    conn.execute(search_grams.insert().values(rowid=number, grams=list(grams)))


def drop(conn: sa.Connection, *, module: str, record: UUID) -> None:
    """Forgets a record."""
    number = sa.select(search.c.number).where(search.c.module == module, search.c.record == record).scalar_subquery()
    conn.execute(search_grams.delete().where(search_grams.c.rowid == number))
    conn.execute(search.delete().where(search.c.module == module, search.c.record == record))


def drop_many(conn: sa.Connection, *, module: str, records: Sequence[UUID]) -> None:
    """Forgets several records."""
    those = sa.and_(search.c.module == module, search.c.record.in_(list(records)))
    conn.execute(search_grams.delete().where(search_grams.c.rowid.in_(sa.select(search.c.number).where(those))))
    conn.execute(search.delete().where(those))


def drop_module(conn: sa.Connection, module: str) -> None:
    """Forgets all records of a module."""
    numbers = sa.select(search.c.number).where(search.c.module == module)
    conn.execute(search_grams.delete().where(search_grams.c.rowid.in_(numbers)))
    conn.execute(search.delete().where(search.c.module == module))


def found(dialect: str, phrases: Sequence[Phrase]) -> sa.ColumnElement[bool]:
    """The condition on `tables.search` that every phrase occurs in the record. `phrases` is not empty."""
    query = _fts5(phrases) if dialect == "sqlite" else _tsquery(phrases)
    return search.c.number.in_(sa.select(search_grams.c.rowid).where(query))


def _fts5(phrases: Sequence[Phrase]) -> sa.ColumnElement[bool]:
    def written(phrase: Phrase) -> str:
        inside = " ".join(phrase.grams).replace('"', '""')
        return f'"{inside}"' + (" *" if phrase.open else "")

    return sa.literal_column("hanok_search_grams", sa.Text).op("MATCH", is_comparison=True)(
        " AND ".join(map(written, phrases))
    )


def _tsquery(phrases: Sequence[Phrase]) -> sa.ColumnElement[bool]:
    def written(phrase: Phrase) -> str:
        joined = " <-> ".join(map(lexeme, phrase.grams))
        return f"({joined}{':*' if phrase.open else ''})"

    query = sa.cast(" & ".join(map(written, phrases)), postgresql.TSQUERY)
    return search_grams.c.grams.op("@@", is_comparison=True)(query)
