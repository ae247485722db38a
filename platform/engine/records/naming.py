"""The title of a record: how it is named wherever it is shown, kept in a column of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import in_language
from hanok.engine.fields.text import fold
from hanok.engine.records.deriving.working import here, seen

#: Signs that are kept: titles are sorted by an index, whose entries PostgreSQL bounds to 2,704 bytes.
LONGEST = 255


def title_of(catalog: Catalog, module: Module, values: Mapping[str, Any]) -> str:
    """The title from the module's template, in the site's first language; never empty, at most 255 signs."""
    known = seen(catalog, module, values, module.title.names)
    return shortened(catalog, module, module.title.render(here(catalog, known)))


def shortened(catalog: Catalog, module: Module, text: str) -> str:
    """What a template gave, as a title."""
    title = text or f"{in_language(module.label, catalog.app.languages[0])} ?"
    return title if len(title) <= LONGEST else title[: LONGEST - 1] + "…"


def titled(title: str) -> dict[str, Any]:
    """The columns of a title."""
    return {"title": title, "title$folded": fold(title)}
