"""What a table shows of records: headings, rows and cells, for lists, subpanels and the home page alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as also
from typing import Any

import marshmallow as ma
from markupsafe import Markup

from hanok.engine.catalog.ends import PARENT
from hanok.engine.catalog.model import Module
from hanok.engine.fields import Field, in_language
from hanok.engine.records import Record
from hanok.screens import inline
from hanok.screens.deadlines import deadline, is_late, path_field
from hanok.screens.words import Formats

FOLLOWING = {"none": "ascending", "ascending": "descending", "descending": "none"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head. `order` is what `aria-sort` says; `url` sorts by it, "" where nothing does.

    `edit` says how its cells are edited in place (`screens.inline`), "" where they are not.
    """

    key: str
    label: str
    align: str
    width: str
    order: str = "none"
    url: str = ""
    edit: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One value to show, with its field. `late` says that it is a deadline which is over."""

    field: Field
    value: Any
    late: bool = False

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
class Column:
    """A column after the first. `role` is its place in a phone's row; `due` marks the deadline.

    In a table of several modules it has no field where the records of one have nothing to show.
    """

    field: Field | None
    align: str
    role: str
    due: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A record in a table. The first column is its link (`url` is "" where the reader may not open it); `values` are
    those of the others.

    `kind` and `icon` say of which module it is, where a table has several.
    """

    record: Record
    url: str
    title: str
    values: tuple[Any, ...]
    late: bool = False
    kind: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What a table prints of records. `own` are the columns by module, where it has records of several."""

    headings: tuple[Heading, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    own: Mapping[str, tuple[Column, ...]] = also(default_factory=dict)


def table(
    module: Module,
    columns: Sequence[str],
    records: Sequence[Record],
    formats: Formats,
    *,
    sort: Sequence[str] = (),
    to: Callable[[str], str] | None = None,
    ties: Mapping[str, Field] | None = None,
    edits: bool = False,
) -> Table:
    """These records; `to` makes the address that sorts by a key ("" is the view's own order).

    `ties` are the fields that the ties have by which they stand under another record; `edits` says that cells may be
    edited where they are.
    """
    fields = tuple((ties or {}).get(key) or module.field(key) for key in columns)
    found = tuple(_heading(module, one, formats.language, sort, to) for one in fields)
    found = tuple(replace(one, edit=inline.way(module, one.key)) for one in found) if edits else found
    return Table(found, _columns(module, fields[1:]), _rows(module, fields, records, formats))


def _heading(
    module: Module, field: Field, language: str, sort: Sequence[str], to: Callable[[str], str] | None
) -> Heading:
    cell = field.type.cell(field)
    order = "ascending" if field.key in sort[:1] else "descending" if f"-{field.key}" in sort[:1] else "none"
    following = {"ascending": field.key, "descending": f"-{field.key}", "none": ""}[FOLLOWING[order]]
    url = to(following) if to and field.type.sortable else ""
    label = in_language(module.label, language) if field.key == "title" else field.label_in(language)
    return Heading(field.key, label, cell.align, cell.width, order, url)


def _columns(module: Module, fields: Sequence[Field]) -> tuple[Column, ...]:
    """The first column that wants a place in a phone's row gets it; the others are left out there."""
    found, taken, due = [], {"", "title"}, deadline(module)
    for field in fields:
        cell = field.type.cell(field)
        role = "" if cell.role in taken else cell.role
        taken.add(role)
        found.append(Column(field, cell.align, role, due is not None and field.key == due.key))
    return tuple(found)


def _rows(module: Module, fields: Sequence[Field], records: Sequence[Record], formats: Formats) -> tuple[Row, ...]:
    moving, due = path_field(module), deadline(module)
    columns = [field.key for field in fields]
    asked = moving is not None and due is not None and due.key in columns
    leading = fields[0]
    plain = not (leading.mask or leading.type.secret) and leading.type.cell(leading).width != "long"
    rows = []
    for record in records:
        first = record.values.get(columns[0])
        title = first if isinstance(first, str) and first and plain else record.title
        values = tuple(record.values.get(key) for key in columns[1:])
        late = bool(asked and moving and due and is_late(record, moving, due, formats))
        rows.append(Row(record, _url(module, record), title, values, late))
    return tuple(rows)


def _url(module: Module, record: Record) -> str:
    """Where the record is opened; a line where its record is; "" where the reader may not."""
    if not record.may_view:
        return ""
    parent = record.values.get(PARENT) if module.parent else None
    return f"/{module.key}/{record.id}" if parent is None else f"/{parent.module}/{parent.id}"


def drawer(
    found: Table, bound: Callable[[Field], Callable[[Any], str]], late: str
) -> Callable[[Row], str]:
    """What draws the cells of a row. `bound` binds a field to its cell; `late` is said of what is overdue."""
    drawn = {
        module: [(_start(column), bound(column.field) if column.field else _nothing, column.due) for column in columns]
        for module, columns in (found.own or {"": found.columns}).items()
    }
    note = Markup('<span class="visually-hidden"> {}</span>').format(late)

    def cells(row: Row) -> str:
        parts = []
        for (start, draw, due), value in zip(drawn[row.record.module if found.own else ""], row.values, strict=True):
            overdue = due and row.late
            parts.append(f"{start[overdue]}{draw(value)}{note if overdue else ''}</td>")
        return Markup("".join(parts))  # noqa: S704  cells are HTML

    return cells


def _nothing(value: Any) -> str:
    return ""


def _start(column: Column) -> tuple[str, str]:
    """The opening tag of a cell, and that of one whose date is over."""
    place = f' data-at="{column.role}"' if column.role else ""
    names = ["num"] if column.align == "end" else []
    plain, late = (f' class="{" ".join(one)}"' if one else "" for one in (names, [*names, "late"]))
    return f"<td{place}{plain}>", f"<td{place}{late}>"
