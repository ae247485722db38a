"""Whom a step means: users by references, by fields and ends of the record, by team, group or role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.access.assigning import GROUP, TEAM, USER
from hanok.engine.automation.steps.base import Doing
from hanok.engine.catalog.words import is_reference
from hanok.engine.errors import Refused
from hanok.engine.fields import Field, Linked
from hanok.engine.records.acting.choosing import members
from hanok.engine.records.acting.giving import named, worked_out
from hanok.engine.records.acting.looking import NOBODY, Said, Words, linked
from hanok.engine.records.acting.steps import owner_of


def people(doing: Doing, said: Any) -> tuple[UUID, ...]:
    """The active users that are meant, each once. Of a team or a security group, those in it.

    Whoever wrote the step says who that is; so it does not depend on what somebody who pressed a button may see.
    """
    if isinstance(said, Mapping):
        return tuple(one.id for one in members(doing.conn, doing.catalog, said))
    found: list[UUID] = []
    for one in _named(doing, said):
        if one.module == USER:
            found.append(one.id)
        elif one.module in (TEAM, GROUP):
            found += [each.id for each in members(doing.conn, doing.catalog, {one.module: str(one.id)})]
    return _active(doing, dict.fromkeys(found))


def owners(doing: Doing) -> tuple[UUID, ...]:
    """Whose the record is."""
    record = doing.running.subject
    if record is None:
        return ()
    try:
        value = record.values.get(owner_of(doing.running.module).key)
    except Refused:
        return ()
    return _active(doing, [value.id]) if isinstance(value, Linked) else ()


def said_of(doing: Doing, word: str, *, whole: bool = False) -> Said:
    """What one word stands for: a reference, an expression, a field or an end of the record that the step is about.

    Links are followed with the rights of who acts, or to wherever they lead (`whole`).
    """
    words = _whole(doing.words) if whole and not word.startswith("$me") else doing.words
    if is_reference(word):
        return words.said(word)
    if word.startswith("="):
        return Said(worked_out(words, word))
    subject = doing.running.subject
    record = subject
    if subject is not None and words.catalog is not doing.catalog:
        record = words.there(linked(subject))
    return NOBODY if record is None else words.walk(record, word)


def _whole(words: Words) -> Words:
    """What the words of a step stand for, whoever acts."""
    everything = replace(words, actor=SYSTEM, catalog=words.catalog.whole)
    record = words.record if everything.catalog is words.catalog else everything.there(linked(words.record))
    return replace(everything, record=record or words.record)


def languages(doing: Doing, ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """The language of each user, "" where she chose none."""
    user = doing.catalog.whole.module(USER)
    users, language = user.table, user.table.c[user.field("language").columns[""]]
    rows = doing.conn.execute(sa.select(users.c.id, language).where(users.c.id.in_(list(ids))))
    return {row[0]: row[1] or "" for row in rows}


def _named(doing: Doing, said: Any) -> Iterator[Linked]:
    words: Sequence[Any] = said if isinstance(said, list) else [said]
    for word in words:
        found = said_of(doing, str(word), whole=True)
        yield from named(found.value, _of_records(found.field))


def _of_records(field: Field | None) -> Field | None:
    return field if field is not None and (field.targets or field.members) else None


def _active(doing: Doing, ids: Iterable[UUID]) -> tuple[UUID, ...]:
    """Those of them who may log in, in the same order."""
    user, wanted = doing.catalog.whole.module(USER), list(ids)
    users = user.table
    living = sa.select(users.c.id).where(
        users.c.id.in_(wanted), users.c.deleted_at.is_(None), users.c[user.field("active").columns[""]]
    )  # fmt: skip
    there = set(doing.conn.scalars(living)) if wanted else set()
    return tuple(id for id in wanted if id in there)
