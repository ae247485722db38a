"""The values that the record that stays takes over, as a save takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Refused, say
from hanok.engine.fields import Field, Linked
from hanok.engine.records.attachments import named
from hanok.engine.records.merging.asked import Wish
from hanok.engine.records.merging.choosing import fields_of, is_several
from hanok.engine.records.query import Record


def taken(catalog: Catalog, module: Module, wish: Wish, records: Mapping[UUID, Record]) -> dict[str, Any]:
    """Raw values by field. Raises Refused for fields that are none to choose, and records that are none of these."""
    fields = {found.key: found for found in fields_of(catalog, module)}
    raw: dict[str, Any] = {}
    for key, id in wish.take.items():
        if key not in fields or id not in records:
            raise Refused(say("The value of “{field}” cannot be taken from another record.", field=key))
        value = records[id].values.get(key)
        inward = isinstance(value, Linked) and value.id in wish.all
        if id != wish.stays and not inward:
            raw[key] = sent(fields[key], value)
    for key, found in fields.items():
        united = _united(found, [records[id].values.get(key) for id in wish.all])
        if united is not None:
            raw[key] = sent(found, united)
    return raw


def files_in(module: Module, wish: Wish, records: Mapping[UUID, Record], raw: Mapping[str, Any]) -> set[UUID]:
    """The files among what is taken over."""
    return {
        id for key in raw for one in wish.goes for id in named(module, {key: records[one].values.get(key)})
    }


def sent(field: Field, value: Any) -> Any:
    """A value as a save takes it."""
    return None if value is None else field.type.dump(field, value)


def _united(field: Field, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """Several files of several records, each once; None for all other values."""
    if not field.type.holds_files or not is_several(values):
        return None
    found = {one.id: one for value in values for one in field.type.files_of(field, value)}
    return tuple(found.values()) if len(found) > len(values[0] or ()) else None
