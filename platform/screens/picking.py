"""What a link's combobox offers: titles, and what tells namesakes apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from hanok.engine import records
from hanok.engine.access import SYSTEM, Actor, level
from hanok.engine.catalog.model import Catalog, Module
from hanok.engine.errors import Denied, say
from hanok.engine.records import Query, Record
from hanok.screens.words import Formats, in_words

SIZE = 10
NOTES = 2


def query(module: Module, words: str, *, known: bool) -> Query:
    """The recently changed ones, or those that match the words. `known`: the actor may see more than their names."""
    if known:
        columns = ("title", *module.views.list.columns)
        return Query(
            module=module.key, columns=columns, sort=("-updated_at",), size=SIZE, words=words, action="view"
        )
    named = {"$title": {"contains": words}} if words else None  # the search would tell by what else they are found
    return Query(
        module=module.key, columns=("title",), sort=("-updated_at",), size=SIZE, where=named, action="view"
    )


def knows(catalog: Catalog, actor: Actor, module: Module) -> bool:
    """Whether the actor may see more of these records than their names. Raises Denied where not even those.

    Of people, teams and groups everybody may see the names: work is given to them.
    """
    people = module.area == "access"
    known = level(catalog, actor, module.key, "view") in ({"all"} if people else {"all", "owner"})
    if not known and not people:
        raise Denied(say("You may not see records of this kind."))
    return known


def choices(
    conn: Connection, catalog: Catalog, actor: Actor, module: Module, *, words: str = "", size: int = SIZE
) -> tuple[Record, ...]:
    """Records to link to; none where the actor may see none."""
    try:
        known = knows(catalog, actor, module)
    except Denied:
        return ()
    return records.page(
        conn, catalog, actor if known else SYSTEM, replace(query(module, words, known=known), size=size)
    ).rows


def items(module: Module, found: Sequence[Record], formats: Formats, *, known: bool) -> list[dict[str, str]]:
    """For each record id, title, a note and a figure, as the combobox reads them."""
    return [_item(module, record, formats, known=known) for record in found]


def _item(module: Module, record: Record, formats: Formats, *, known: bool) -> dict[str, str]:
    fields = [module.field(key) for key in module.views.list.columns[1:]] if known else []
    said = [(field, text) for field in fields if (text := in_words(field, record.values.get(field.key), formats))]
    notes = [str(text) for field, text in said if field.type.cell(field).role == "sub"][:NOTES]
    figure = next(
        (str(text) for field, text in said if field.type.cell(field).width in {"phone", "money", "number"}), ""
    )
    return {"id": str(record.id), "title": record.title, "note": " · ".join(notes), "figure": figure}
