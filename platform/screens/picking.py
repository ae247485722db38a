"""What a link's combobox offers: titles, and what tells namesakes apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from hanok.engine import records
from hanok.engine.access import SYSTEM, Actor, level
from hanok.engine.catalog.model import Catalog, Module
from hanok.engine.conditions import Every, Node
from hanok.engine.conditions.tree import Against
from hanok.engine.errors import Denied, Message, say
from hanok.engine.fields import in_language
from hanok.engine.records import Query, Record
from hanok.screens.words import Formats, in_text, in_words

SIZE = 10
NOTES = 2


@dataclass(frozen=True, slots=True)
class Limit:
    """What a field lets be picked for the record at hand, with these values (raw or loaded)."""

    module: Module
    field: str
    values: Mapping[str, Any]

    def put(self, catalog: Catalog, actor: Actor, asked: Query) -> Query:
        """The query about a target of the field, limited."""
        return records.limited(catalog, actor, asked, self.module.key, self.field, self.values)

    def of(self, target: str) -> tuple[str, str] | None:
        """The one link of the record and of the target that must be equal, where the limit is as simple as that."""
        pick = self.module.picks.get(self.field)
        return _equal(pick.nodes.get(target)) if pick else None


def _equal(node: Node | None) -> tuple[str, str] | None:
    match node:
        case Every((only,)):
            return _equal(only)
        case Against(field, "eq", other, "") if not other.own and len(other.path) == 1:
            return other.last.key, field.key
    return None


def hint(target: Module, title: str, language: str) -> Message:
    """“Only contacts of 한빛전자 are shown”; `title` is "" where no sentence can say what fits."""
    if not title:
        return say("Only what fits this record is shown")
    modules = in_text(in_language(target.plural, language), language)
    return say("Only {modules} of {record} are shown", modules=modules, record=title)


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
    known = level(catalog, actor, module.key, "view") in ({"all"} if people else {"all", "owner", "some"})
    if not known and not people:
        raise Denied(say("You may not see records of this kind."))
    return known


def choices(
    conn: Connection, catalog: Catalog, actor: Actor, module: Module, *, words: str = "", size: int = SIZE,
    limit: Limit | None = None,
) -> tuple[Record, ...]:  # fmt: skip
    """Records to link to; none where the actor may see none."""
    try:
        known = knows(catalog, actor, module)
    except Denied:
        return ()
    asked = replace(query(module, words, known=known), size=size)
    asked = limit.put(catalog, actor, asked) if limit else asked
    return records.page(conn, catalog, actor if known else SYSTEM, asked).rows


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
