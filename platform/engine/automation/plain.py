"""What records hold as plain JSON, for other systems. What is secret stays here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hanok.engine.catalog.words import is_reference
from hanok.engine.expressions import Template, View
from hanok.engine.fields import Field, Linked
from hanok.engine.fields.money import Money
from hanok.engine.records import Record
from hanok.engine.records.acting.giving import worked_out
from hanok.engine.records.acting.looking import Words


def of_record(words: Words, record: Record) -> dict[str, Any]:
    """A record by its fields, with `module`, `id` and `title`; links as `{module, id, title}`."""
    module = words.catalog.module(record.module)
    fields = {key: found for key, found in {**module.fields, **module.system}.items()
              if not (found.type.apart or found.type.secret or found.hidden)}  # fmt: skip
    known = {key: of_value(found, record.values.get(key)) for key, found in fields.items() if key in record.values}
    return {"module": record.module, "id": str(record.id), "title": record.title, **known}


def of_value(found: Field | None, value: Any) -> Any:
    """A value of a field; or, where it is of none, one that was worked out."""
    if isinstance(value, Linked):
        return {"module": value.module, "id": str(value.id), "title": value.title}
    if isinstance(value, View) and "module" in value.values:
        return {"module": value.values["module"], "id": str(value.key), "title": value.text}
    if isinstance(value, tuple | list) and (found is None or found.members):
        return [of_value(None, each) for each in value]
    if found is not None:
        return None if found.type.secret or value is None else found.type.dump(found, value)
    return _plain(value)


def filled_in(words: Words, written: Any) -> Any:
    """A document with what its texts stand for: references (`$record.x`), expressions (`=…`), templates."""
    if isinstance(written, Mapping):
        return {str(key): filled_in(words, each) for key, each in written.items()}
    if isinstance(written, list):
        return [filled_in(words, each) for each in written]
    if not isinstance(written, str):
        return written
    if written == "$record":
        return of_record(words, words.record)
    if is_reference(written):
        said = words.said(written)
        return of_value(said.field, said.value)
    if written.startswith("="):
        return of_value(None, worked_out(words, written))
    if "{{" in written:
        template = Template(written)
        return template.render(words.place(template.reads))
    return written[1:] if written.startswith("$$") else written


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else None
        case Decimal() | UUID():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Money():
            return {"amount": str(value.amount), "currency": value.currency}
        case View():
            return value.text if not isinstance(value.key, str) else value.key
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case _:
            return str(value)
