"""What a link's combobox offers: titles, and what tells namesakes apart."""

from __future__ import annotations

from collections.abc import Sequence

from hanok.engine.catalog.model import Module
from hanok.engine.records import Query, Record
from hanok.screens.words import Formats, in_words

SIZE = 10
NOTES = 2


def query(module: Module, words: str, *, known: bool) -> Query:
    """The recently changed ones, or those that match the words. `known`: the actor may see more than their names."""
    columns = module.views.list.columns if known else ()
    return Query(
        module=module.key, columns=("title", *columns), sort=("-updated_at",), size=SIZE, words=words, action="view"
    )


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
