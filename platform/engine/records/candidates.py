"""What may be picked for a field, by the limits that metadata sets for the record at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor, context_of, may
from hanok.engine.access.assigning import USER, owner_keys
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Choice, Field, Linked
from hanok.engine.records.around import Around
from hanok.engine.records.obeying import limit, offers
from hanok.engine.records.query import Query
from hanok.engine.records.read import page

SIZE = 20
Values = Mapping[str, Any]


def candidates(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, field: str, words: str = "",
    values: Values | None = None, *, size: int = SIZE,
) -> tuple[Linked, ...]:  # fmt: skip
    """Records that the actor may pick for a link, a user or links: lately changed ones first, those of the words.

    `values` are those of the record at hand, raw as from a form or as they are stored.
    """
    found = catalog.module(module)
    asked = found.fields[field]
    picked: list[Linked] = []
    for target in asked.targets or asked.members:
        if len(picked) < size and may(catalog, actor, target, "view"):
            query = Query(
                module=target, columns=("title",), sort=("-updated_at",), size=size - len(picked), words=words,
                action="view",
            )  # fmt: skip
            rows = page(conn, catalog, actor, limited(catalog, actor, query, module, field, values or {})).rows
            picked += [Linked(target, row.id, row.title) for row in rows]
    return tuple(picked)


def limited(catalog: Catalog, actor: Actor, query: Query, module: str, field: str, values: Values) -> Query:
    """A query about a target of the field, with the limit that the field sets for the record with these values."""
    found = catalog.module(module)
    pick = found.picks.get(field)
    if query.module == USER and field in owner_keys(found):
        query = replace(query, assigned=module)
    node = pick.nodes.get(query.module) if pick else None
    if node is None:
        return query
    known = at_hand(found, values, actor.zone or catalog.app.zone)
    return replace(query, limit=limit(node, known), record=known)


def offered(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, field: str, values: Values
) -> tuple[Choice, ...]:
    """The options of a choice that may be picked for the record with these values, its present one among them."""
    found = catalog.module(module)
    asked, pick = found.fields[field], found.picks.get(field)
    known = at_hand(found, values, actor.zone or catalog.app.zone)
    present = known.get(field)
    kept = present if isinstance(present, tuple) else (present,)
    context = replace(context_of(actor, catalog), record=known)
    around = Around(conn, catalog)
    return tuple(
        choice
        for choice in asked.choices
        if choice.key in kept
        or (not choice.retired and (pick is None or offers(asked, pick, choice.key, context, around)))
    )


def at_hand(module: Module, values: Values, zone: str) -> dict[str, Any]:
    """The values as conditions ask for them: each loaded by its type; what cannot be loaded is empty."""
    return {key: _loaded(module.field(key), value, zone) for key, value in values.items() if module.has(key)}


def _loaded(found: Field, value: Any, zone: str) -> Any:
    if found.system or found.type.apart or isinstance(value, Linked):
        return value
    try:
        return found.type.former(found).deserialize(value, zone=zone)
    except (ma.ValidationError, TypeError):
        return None
