"""What a new form begins with: the fields' defaults, and what the address fills in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Field, Linked

#: Finds a linked record by module and id; None when the actor may not see it.
Find = Callable[[str, str], Linked | None]


def initial(catalog: Catalog, actor: Actor, module: Module, asked: Mapping[str, str], find: Find) -> dict[str, Any]:
    """Values by field key. What cannot be read is left out: an address is no form."""
    found = {}
    for field in module.fields.values():
        if field.made:
            continue
        text = "" if field.readonly else asked.get(field.key, "")
        value = _given(field, text, find) if text else _default(field, actor, actor.zone or catalog.app.zone)
        if value is not None:
            found[field.key] = value
    return found


def _given(field: Field, text: str, find: Find) -> Any:
    if field.targets:
        return next(filter(None, (find(target, text) for target in field.targets)), None)
    return _loaded(field, text)


def _default(field: Field, actor: Actor, zone: str) -> Any:
    written = field.type.default(field)
    if written == "$me" and field.targets:
        return Linked(field.targets[0], actor.id, actor.title)
    if isinstance(written, str):
        span = field.type.relative(field, written, now=datetime.now(UTC), zone=zone)
        if span:
            return span[0].replace(second=0, microsecond=0) if isinstance(span[0], datetime) else span[0]
    return _loaded(field, written)


def _loaded(field: Field, raw: Any) -> Any:
    try:
        return field.type.value(field).deserialize(raw)
    except ma.ValidationError:
        return None
