"""The title of a record: how it is named wherever it is shown, kept in a column of its own."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import in_language
from hanok.engine.fields.text import fold

#: Signs that are kept: titles are sorted by an index, whose entries PostgreSQL bounds to 2,704 bytes.
LONGEST = 255


def title_of(catalog: Catalog, module: Module, values: Mapping[str, Any]) -> str:
    """The title from the module's template, in the site's first language; never empty, at most 255 signs."""
    language = catalog.app.languages[0]
    shown = {key: _shown(module, key, values.get(key), language) for key in module.title.names}
    title = module.title.render(shown) or f"{in_language(module.label, language)} ?"
    return title if len(title) <= LONGEST else title[: LONGEST - 1] + "…"


def titled(title: str) -> dict[str, Any]:
    """The columns of a title."""
    return {"title": title, "title$folded": fold(title)}


def _shown(module: Module, key: str, value: Any, language: str) -> Any:
    found = module.fields[key]
    choice = found.choice(value) if isinstance(value, str) else None
    if choice is not None:
        return in_language(choice.label, language)
    return format(value, "f") if isinstance(value, Decimal) else None if value is None else str(value)
