"""Tables of records of several modules: their columns beside each other, their rows sorted together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from hanok.engine.catalog.model import Module
from hanok.engine.fields import Field, Linked, in_language
from hanok.engine.records import Record
from hanok.screens.cells import Column, Heading, Row, Table, table
from hanok.screens.words import Formats

BLANK = Column(None, "start", "")


@dataclass(frozen=True, slots=True)
class Share:
    """The records of one module, in the order of `sort`, with the columns that they show."""

    module: Module
    columns: Sequence[str]
    sort: Sequence[str]
    records: Sequence[Record]
    ties: Mapping[str, Field]


def mixed(shares: Sequence[Share], formats: Formats, *, size: int, grouped: bool = False) -> Table:
    """The first `size` of all these records in one table; `grouped` keeps those of a module together."""
    tables = [table(each.module, each.columns, each.records, formats, ties=each.ties) for each in shares]
    headings = _headings(shares, tables, formats.language)
    keys = list(headings)[1:]
    rows, own = [], {}
    for share, found in zip(shares, tables, strict=True):
        places = {heading.key: number for number, heading in enumerate(found.headings[1:])}
        own[share.module.key] = tuple(found.columns[places[key]] if key in places else BLANK for key in keys)
        rows += [(_rank(share, row.record), _shown(share, row, places, keys, formats.language)) for row in found.rows]
    if not grouped:
        falling = bool(shares) and any(name.startswith("-") for name in shares[0].sort[:1])
        rows = _sorted(rows, falling=falling)
    return Table(tuple(headings.values()), (), tuple(row for _, row in rows)[:size], own)


def _headings(shares: Sequence[Share], tables: Sequence[Table], language: str) -> dict[str, Heading]:
    """The first column has the names of all records; the others stand in the order in which modules have them."""
    name = shares[0].module.system["title"].label_in(language)
    found = {"title": replace(tables[0].headings[0], key="title", label=name)}
    for each in tables:
        for heading in each.headings[1:]:
            found.setdefault(heading.key, heading)
    return found


def _shown(share: Share, row: Row, places: Mapping[str, int], keys: Sequence[str], language: str) -> Row:
    values = tuple(row.values[places[key]] if key in places else None for key in keys)
    return replace(row, values=values, kind=in_language(share.module.label, language), icon=share.module.icon)


def _rank(share: Share, record: Record) -> tuple[str, Any] | None:
    """What the record is sorted by: its kind and the value; None where it is empty."""
    key = share.sort[0].removeprefix("-") if share.sort else "title"
    value = record.values.get(key)
    if value is None:
        return None
    field = share.module.field(key) if share.module.has(key) else None
    if field is not None and field.choices:
        places = [choice.key for choice in field.choices]
        return "number", places.index(value) if value in places else len(places)
    return _comparable(value.title if isinstance(value, Linked) else _plain(field, value))


def _plain(field: Field | None, value: Any) -> Any:
    return value if field is None else field.type.comparable(field, value)


def _comparable(value: Any) -> tuple[str, Any]:
    if isinstance(value, datetime):
        return "time", value
    if isinstance(value, date):
        return "time", datetime.combine(value, time(), UTC)
    if isinstance(value, str):
        return "text", value.casefold()
    return ("number", value) if hasattr(value, "__lt__") and hasattr(value, "__add__") else ("text", str(value))


def _sorted(rows: list[tuple[Any, Row]], *, falling: bool) -> list[tuple[Any, Row]]:
    """By what each is sorted by, empty ones last; what is of another kind stands apart."""
    full = sorted((row for row in rows if row[0] is not None), key=lambda row: row[0], reverse=falling)
    return [*full, *(row for row in rows if row[0] is None)]
