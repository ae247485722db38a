"""What is asked before a list is exported, and what is exported then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import in_language
from hanok.engine.records.exporting import Listed, Wish, exportable
from hanok.screens import filters, lists
from hanok.screens.address import Asked

#: What is written while its reader waits; more becomes a job.
MOST_AT_ONCE = 2000
#: The kinds of files by their ending, and which columns there may be. The first of each is what is chosen already.
FORMATS: Mapping[str, Message] = {".xlsx": say("Excel workbook"), ".csv": say("CSV")}
LIST, EVERY = "list", "every"
COLUMNS: Mapping[str, Message] = {LIST: say("As in this list"), EVERY: say("All fields; can be imported again")}


@dataclass(frozen=True, slots=True)
class ExportPage:
    """The question. `count` is None where there are more than are written at once; `back` leads to the list."""

    module: Module
    plural: str
    narrowed: bool
    count: int | None
    url: str
    back: str
    formats: tuple[tuple[str, Message], ...] = tuple(FORMATS.items())
    columns: tuple[tuple[str, Message], ...] = tuple(COLUMNS.items())

    @property
    def most(self) -> int:
        return MOST_AT_ONCE


def build(module: Module, asked: Asked, count: int, language: str) -> ExportPage:
    """The question about a list that has so many rows, counted up to one more than are written at once."""
    return ExportPage(
        module=module,
        plural=in_language(module.plural, language),
        narrowed=bool(asked.saved or asked.conditions or asked.words),
        count=count if count <= MOST_AT_ONCE else None,
        url=asked.url("/_export"),
        back=asked.url(),
    )


def wish_of(
    catalog: Catalog, actor: Actor, module: Module, asked: Asked, checked: Sequence[filters.Checked], *, columns: str,
    language: str,
) -> Wish:  # fmt: skip
    """The rows of the list in its order; conditions with a problem are left out, as there."""
    shown = exportable(catalog, module, lists.columns_of(module, asked)) if columns == LIST else ()
    listed = Listed(
        saved=asked.saved, asked=lists.own_condition(checked), words=asked.words, sort=lists.sort_of(module, asked)
    )
    return Wish(actor=actor, module=module.key, language=language, columns=shown, listed=listed)
