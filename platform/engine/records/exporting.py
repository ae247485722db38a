"""Records into files: what is written here, the import reads back unchanged.

Links have two columns: the title, for readers, and the id, which leads back; n-n links have several of both, with ";"
between them. Lines are exported by themselves, with the record that they stand in. A heading is the field's label, or
its key where the label could mean something else. Records come page by page, in the order of their ids or of the list
that is exported, all of one snapshot; so memory stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, may, seen
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.paths import find_path
from hanok.engine.errors import Denied, Invalid, Message, Refused, say
from hanok.engine.fields import Field, Linked, Tie, in_language
from hanok.engine.records.filters import OwnFilter, asked_of, with_filter
from hanok.engine.records.importing.ledger import Ledger
from hanok.engine.records.importing.links import Links
from hanok.engine.records.importing.mapping import ID, Column, Names, Target, is_lines, leads_to, of_lines
from hanok.engine.records.importing.ties import written_ids, written_titles
from hanok.engine.records.query import Query, Record
from hanok.engine.records.read import LARGEST_PAGE, count, page
from hanok.engine.records.ties import ties_of_many
from hanok.engine.records.writing import write_table

#: How many rows are written until somebody is told again.
EVERY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The rows of a list as it stands: the key of its saved filter, the reader's own condition, words and order."""

    saved: str = ""
    asked: Mapping[str, Any] | None = None
    words: str = ""
    sort: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants exported.

    `columns` names fields (`account.id` is the id of a link; none: the id and every field), `where` maps fields to
    the one value that they have, `listed` takes the rows of a list instead. Headings and options are written in
    `language`.
    """

    actor: Actor
    module: str
    language: str
    columns: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    listed: Listed | None = None


@dataclass(frozen=True, slots=True)
class Out:
    """One column of the file."""

    heading: str
    field: Field
    by_id: bool = False

    @property
    def tied(self) -> bool:
        """True for an n-n link, whose values are not among those of the record."""
        return self.field.type.apart

    def cell(self, record: Record, language: str, ties: Mapping[UUID, Sequence[Tie]]) -> Any:
        """Text, a number, a boolean, a date, or None."""
        if self.tied:
            some = ties.get(record.id, ())
            return written_ids(some) if self.by_id else written_titles(some)
        value = record.values.get(self.field.key)
        if isinstance(value, Linked) and not self.by_id:
            return value.title
        return self.field.type.export(self.field, value, language)


@dataclass(frozen=True, slots=True)
class Export:
    """An export that is bound to a catalog and a snapshot of the database."""

    conn: sa.Connection
    catalog: Catalog
    wish: Wish
    columns: tuple[Out, ...]
    query: Query

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]

    @property
    def title(self) -> str:
        return in_language(self.catalog.module(self.wish.module).plural, self.wish.language)

    def count(self, cap: int | None = None) -> int:
        """How many records there are, counted up to `cap` + 1 (None: all of them)."""
        return count(self.conn, self.catalog, self.wish.actor, self.query, cap=cap)

    def rows(self) -> Iterator[list[Any]]:
        """The cells of each record."""
        after: str | None = None
        while True:
            found = page(self.conn, self.catalog, self.wish.actor, replace(self.query, after=after))
            ties = self._ties(found.rows)
            for record in found.rows:
                yield [
                    column.cell(record, self.wish.language, ties.get(column.field.key, {})) for column in self.columns
                ]
            after = found.next
            if after is None:
                return

    def write(self, file: Path, told: Callable[[int], None] | None = None) -> int:
        """Writes the table as the file's ending says; how many rows. `told` hears how many there are so far.

        Raises Refused for other endings than .csv and .xlsx, and for what does not fit into a workbook.
        """
        written = 0

        def counted() -> Iterator[list[Any]]:
            nonlocal written
            for row in self.rows():
                yield row
                written += 1
                if told and written % EVERY == 0:
                    told(written)

        write_table(file, self.headings, counted(), title=self.title)
        return written

    def _ties(self, rows: Sequence[Record]) -> Mapping[str, Mapping[UUID, Sequence[Tie]]]:
        """By field and record, the n-n links of a page."""
        module, ids = self.catalog.module(self.wish.module), [record.id for record in rows]
        fields = {column.field.key: column.field for column in self.columns if column.tied}
        return {
            key: ties_of_many(self.conn, self.catalog, self.wish.actor, module, ids, found)
            for key, found in fields.items()
        }


def export(conn: sa.Connection, catalog: Catalog, wish: Wish) -> Export:
    """What the wish comes to. Raises NotFound, Denied, and Invalid for fields that there are not."""
    catalog = seen(catalog, wish.actor)
    module = catalog.module(wish.module)
    if not may(catalog, wish.actor, module.key, "export"):
        raise Denied(say("You may not export records of this kind."))
    names = Names(catalog, module)
    columns = _chosen(names, wish) if wish.columns else _every(names, wish.language)
    keys = tuple(dict.fromkeys(column.field.key for column in columns if not column.tied)) or (ID,)
    saved = with_filter(conn, catalog, wish.actor, module, wish.listed.saved) if wish.listed else module
    rows = rows_of_list(saved, wish.listed) if wish.listed else Query(
        module=module.key, asked=_asked(conn, names, wish), sort=(ID,)
    )  # fmt: skip
    query = replace(rows, columns=keys, size=LARGEST_PAGE, action="export")
    return Export(conn, catalog, wish, tuple(columns), query)


def rows_of_list(module: Module, listed: Listed) -> Query:
    """The list's rows, by the conditions that the metadata says now. Raises Refused for a filter that is gone."""
    if listed.saved and listed.saved not in module.saved_filters:
        raise Refused(say("The filter of this list is no longer there."))
    saved = module.saved_filters[listed.saved] if listed.saved else None
    if isinstance(saved, OwnFilter) and saved.wider:  # more records would be meant than its name says
        raise Refused(say("Something that this filter asks for is no longer there. Save it anew first."))
    conditions = [one for one in (module.views.list.where, saved and saved.where) if one]
    asked = [one for one in (listed.asked, asked_of(saved)) if one]
    return Query(
        module=module.key, where={"all": conditions} if conditions else None,
        asked={"all": asked} if asked else None, words=listed.words,
        sort=listed.sort or (ID,),
    )  # fmt: skip


def _every(names: Names, language: str) -> list[Out]:
    columns = [_out(names, Target(ID), language)]
    for found in filter(lambda found: found.exported and not is_lines(found), names.module.fields.values()):
        columns.append(_out(names, Target(found.key), language))
        if leads_to(found):
            columns.append(_out(names, Target(found.key, ID), language))
    return columns


def exportable(catalog: Catalog, module: Module, keys: Sequence[str]) -> tuple[str, ...]:
    """Those of a view's columns that may stand in a file."""
    names = Names(catalog, module)
    found = ((key, _column(names, key, catalog.app.languages[0])) for key in keys)
    return tuple(key for key, column in found if isinstance(column, Out) and column.field.exported)


def _chosen(names: Names, wish: Wish) -> list[Out]:
    found = {name: _column(names, name, wish.language) for name in wish.columns}
    faults = {name: [column] for name, column in found.items() if isinstance(column, Message)}
    if faults:
        raise Invalid(faults)
    return [column for column in found.values() if isinstance(column, Out)]


def _column(names: Names, name: str, language: str) -> Out | Message:
    """What goes by this name, or why it stands in no file."""
    targets = names.named(name)
    if len(targets) == 1 and targets[0].by in ("", ID):
        found = names.keys[targets[0].field]
        if found.settings.get("export") is False:
            return say("“{name}” is never exported.", name=name)
        return of_lines(names.module, found) if is_lines(found) else _out(names, targets[0], language)
    path = find_path(name, names.module, names.catalog.every)
    if path is None or path.field.type.apart or not path.field.exported:
        return names.unknown(name)
    return Out(_plain(path.field, language), path.field)


def _out(names: Names, target: Target, language: str) -> Out:
    found, by_id = names.keys[target.field], target.by == ID
    label = _plain(found, language)
    heading = f"{label} (id)" if by_id else label
    plain = f"{found.key}.id" if by_id else found.key
    return Out(heading if names.named(heading) == [target] else plain, found, by_id)


def _plain(found: Field, language: str) -> str:
    return " ".join(found.label_in(language).split())


def _asked(conn: sa.Connection, names: Names, wish: Wish) -> Mapping[str, Any] | None:
    """The wanted values as a condition, which is the actor's own."""
    asked: dict[str, Any] = {}
    faults: dict[str, list[Message]] = {}
    for name, text in wish.where.items():
        targets = names.named(name)
        value = _operand(conn, names, wish, targets[0], text) if len(targets) == 1 else names.unknown(name)
        if isinstance(value, Message):
            faults[name] = [value]
        else:
            asked[targets[0].field] = value
    if faults:
        raise Invalid(faults)
    return asked or None


def _operand(conn: sa.Connection, names: Names, wish: Wish, target: Target, text: str) -> Any:
    found = names.keys[target.field]
    if not text.strip():
        return {"empty": True}
    if not leads_to(found) or text.startswith("$"):
        return found.type.from_text(found, text)
    links = Links(conn, names.catalog, wish.actor, names.module, Ledger())
    column = Column(0, name_shown(target), found, target.by)
    links.prepare(column, [text.strip()])
    linked = links.find(column, text.strip())
    return str(linked.id) if isinstance(linked, Linked) else linked


def name_shown(target: Target) -> str:
    """A target as people write it."""
    return f"{target.field}.{target.by}" if target.by else target.field
