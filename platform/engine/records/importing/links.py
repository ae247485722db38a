"""The records that cells of links name: found for a whole batch by a statement or two a column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, Linked
from hanok.engine.fields.text import fold
from hanok.engine.language.words import clip
from hanok.engine.records.importing.ledger import Ledger, Name
from hanok.engine.records.importing.mapping import ID, Column, leads_to

TITLE = "title"


class Links:
    """Resolves the link cells of one batch: `prepare` asks the database, `find` answers from what it said.

    A text is an id, else the title of exactly one record, else the value of exactly one in its unique and searched
    fields. Records that the rows above made count like stored ones.
    """

    def __init__(self, conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, ledger: Ledger) -> None:
        self.conn = conn
        self.catalog = catalog
        self.actor = actor
        self.module = module
        self.ledger = ledger
        self.stored: dict[tuple[str, str, Any], list[Linked]] = defaultdict(list)

    def prepare(self, column: Column, texts: Iterable[str]) -> None:
        """Asks for what these texts of a column may name."""
        wanted = {text for text in texts if text and not self._is_id(column, text)}
        for key in leads_to(column.field) if wanted else ():
            target = self.catalog.modules[key]
            if not column.by:
                self._ask_titles(target, wanted)
            left = {text for text in wanted if column.by or not self.stored[key, TITLE, fold(text)]}
            self._ask_fields(target, self._fields(target, column.by), left)

    def find(self, column: Column, text: str) -> Linked | str | Message:
        """The record that a text names, the text itself when it is an id, or why there is none."""
        if self._is_id(column, text):
            return text
        found: dict[UUID, Linked] = {}
        for key in leads_to(column.field):
            found |= {linked.id: linked for linked in self._named(self.catalog.modules[key], column.by, text)}
        if len(found) == 1:
            return next(iter(found.values()))
        labels = [self.catalog.modules[key].label for key in leads_to(column.field)]
        if found:
            return say("{count} records are called “{name}”; write the id, or a value that only one of them has.",
                       count=len(found), name=clip(text))  # fmt: skip
        return say("{module}: there is no “{name}”, or you may not see it.", module=labels[0], name=clip(text))

    def _is_id(self, column: Column, text: str) -> bool:
        if column.by:
            return column.by == ID
        try:
            return bool(column.field.type.value(column.field).deserialize(text))
        except ma.ValidationError:
            return False

    def _named(self, target: Module, by: str, text: str) -> list[Linked]:
        if not by and (titled := self._matching(target, (TITLE, fold(text)))):
            return titled
        found: dict[UUID, Linked] = {}
        for name in (name_of(field, text) for field in self._fields(target, by)):
            if name is not None:
                found |= {linked.id: linked for linked in self._matching(target, name)}
        return list(found.values())

    def _matching(self, target: Module, name: Name) -> list[Linked]:
        """Stored records that the run did not touch, and those of the run."""
        stored = self.stored.get((target.key, *name), [])
        if target.key != self.module.key:
            return stored
        untouched = [linked for linked in stored if self.ledger.title(linked.id) is None]
        made = [Linked(target.key, id, self.ledger.title(id) or "") for id in self.ledger.named(name)]
        return untouched + made

    def _ask_titles(self, target: Module, texts: Iterable[str]) -> None:
        table = target.table.alias()
        folded = table.c["title$folded"]
        rows = self._rows(target, table, [folded], folded.in_({fold(text) for text in texts}))
        for row in rows:
            self.stored[target.key, TITLE, row.c0].append(Linked(target.key, row.id, row.title))

    def _ask_fields(self, target: Module, fields: Sequence[Field], texts: Iterable[str]) -> None:
        table = target.table.alias()
        columns = [table.c[field.columns[field.type.compared(field)]] for field in fields]
        wanted = [{name[1] for text in texts if (name := name_of(field, text))} for field in fields]
        asked = [column.in_(some) for column, some in zip(columns, wanted, strict=True) if some]
        if not asked:
            return
        for row in self._rows(target, table, columns, sa.or_(*asked)):
            values: tuple[Any, ...] = tuple(row)[2:]
            for field, some, value in zip(fields, wanted, values, strict=True):
                if value in some:
                    self.stored[target.key, field.key, value].append(Linked(target.key, row.id, row.title))

    def _rows(
        self, target: Module, table: Any, columns: Sequence[Any], where: sa.ColumnElement[bool]
    ) -> Sequence[sa.Row[Any]]:
        rule = predicate(self.catalog, self.actor, target, "view", table)
        labelled = [column.label(f"c{place}") for place, column in enumerate(columns)]
        found = sa.select(table.c.id, table.c.title, *labelled).where(where, table.c.deleted_at.is_(None), rule)
        return self.conn.execute(found).all()

    def _fields(self, target: Module, by: str) -> Sequence[Field]:
        if by:
            return [target.field(by)] if target.has(by) else []
        return naming_fields(target)


def naming_fields(module: Module) -> list[Field]:
    """The fields by which a record may be named beside its title: unique ones, and short ones that are searched."""
    return [
        found
        for found in module.fields.values()
        if not found.targets and (found.unique or (found.search and found.type.sortable))
    ]


def names_of(fields: Iterable[Field], title: str, values: Mapping[str, Any]) -> list[Name]:
    """What a record goes by: its title, and its values of these fields."""
    given = [(field, values[field.key]) for field in fields if values.get(field.key) is not None]
    return [(TITLE, fold(title)), *((field.key, field.type.comparable(field, value)) for field, value in given)]


def name_of(field: Field, text: str) -> Name | None:
    """The text as a value of this field, None when it cannot be one."""
    try:
        value = field.type.former(field).deserialize(field.type.from_text(field, text))
    except ma.ValidationError:
        return None
    return None if value is None else (field.key, field.type.comparable(field, value))
