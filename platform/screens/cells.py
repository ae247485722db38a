"""What a table shows of records: headings, rows and cells, for lists, subpanels and the home page alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from hanok.engine.catalog.model import Module
from hanok.engine.fields import Field, in_language
from hanok.engine.records import Record

FOLLOWING = {"none": "ascending", "ascending": "descending", "descending": "none"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head. `order` is what `aria-sort` says; `url` sorts by it, "" where nothing does."""

    key: str
    label: str
    align: str
    width: str
    order: str = "none"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One value to show: its field and, in a table, its place in a phone's row."""

    field: Field
    value: Any
    role: str = ""

    @property
    def plain(self) -> bool:
        """True for an old text that the type no longer understands: it is shown as it was written."""
        if not isinstance(self.value, str):
            return False
        try:
            return bool(self.field.type.operand(self.field, "eq").deserialize(self.value) != self.value)
        except ma.ValidationError:
            return True


@dataclass(frozen=True, slots=True)
class Row:
    """A record in a table. The first column is its link; `cells` are the others."""

    record: Record
    url: str
    title: str
    cells: tuple[Shown, ...]


def headings(
    module: Module,
    columns: Sequence[str],
    language: str,
    *,
    sort: Sequence[str] = (),
    to: Callable[[str], str] | None = None,
) -> tuple[Heading, ...]:
    """The heads of these columns; `to` makes the address that sorts by a key ("" is the view's own order)."""
    return tuple(_heading(module, module.field(key), language, sort, to) for key in columns)


def _heading(
    module: Module, field: Field, language: str, sort: Sequence[str], to: Callable[[str], str] | None
) -> Heading:
    cell = field.type.cell(field)
    order = "ascending" if field.key in sort[:1] else "descending" if f"-{field.key}" in sort[:1] else "none"
    following = {"ascending": field.key, "descending": f"-{field.key}", "none": ""}[FOLLOWING[order]]
    url = to(following) if to and field.type.sortable else ""
    label = in_language(module.label, language) if field.key == "title" else field.label_in(language)
    return Heading(field.key, label, cell.align, cell.width, order, url)


def rows(module: Module, columns: Sequence[str], records: Sequence[Record]) -> tuple[Row, ...]:
    roles = phone_roles(module, columns[1:])
    return tuple(_row(module, columns, record, roles) for record in records)


def _row(module: Module, columns: Sequence[str], record: Record, roles: Mapping[str, str]) -> Row:
    first = record.values.get(columns[0])
    title = first if isinstance(first, str) and first else record.title
    cells = tuple(Shown(module.field(key), record.values.get(key), roles.get(key, "")) for key in columns[1:])
    return Row(record, f"/{module.key}/{record.id}", title, cells)


def phone_roles(module: Module, columns: Sequence[str]) -> dict[str, str]:
    """The first column that wants a place in a phone's row gets it; the others are left out there."""
    taken: dict[str, str] = {}
    for key in columns:
        role = module.field(key).type.cell(module.field(key)).role
        if role and role != "title" and role not in taken:
            taken[role] = key
    return {key: role for role, key in taken.items()}


def is_empty(value: Any) -> bool:
    """What a screen shows as a dash."""
    return value is None or value == "" or value == () or value == []
