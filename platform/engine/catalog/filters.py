"""Saved filters that metadata ships with a module."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hanok.engine.catalog.layouts import Layouts
from hanok.engine.catalog.report import Source
from hanok.engine.catalog.views import SavedFilter


def saved_filters(source: Source, layout: Layouts) -> Mapping[str, SavedFilter]:
    """By key, in order. Their conditions are checked once all modules are known."""
    built = {}
    for key, written in source.data.get("saved_filters", {}).items():
        built[key] = SavedFilter(
            key, written.get("label") or {"en": key.replace("_", " ").capitalize()}, written.get("where", {}),
            sort=layout.sort(written.get("sort", []), "saved_filters", key, "sort"),
            default=written.get("default", False),
        )  # fmt: skip
    return MappingProxyType(built)
