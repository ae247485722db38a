"""The trail as it is read today: what it keeps under keys of long ago stands under those that things have now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hanok.engine.catalog import Catalog, Module
from hanok.engine.records.titles import is_link


def called(catalog: Catalog, module: str) -> tuple[str, ...]:
    """Every key under which the trail may keep records of this module."""
    return (module, *catalog.names.formerly(module))


def today(catalog: Catalog, module: Module, changes: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """The changes of one entry: fields, options and modules of links under their keys of today."""
    renamed = catalog.names.renamed
    found = {}
    for old, pair in changes.items():
        key = renamed.get(f"{module.key}.{old}", old).rpartition(".")[2]
        found[key] = [_value(catalog, module, key, end) for end in pair]
    return found


def _value(catalog: Catalog, module: Module, key: str, kept: Any) -> Any:
    if is_link(kept):
        return {**kept, "module": catalog.names.renamed.get(kept["module"], kept["module"])}
    field = module.fields.get(key)
    options = catalog.renames.options_of(field) if field and field.choices else {}
    if isinstance(kept, list):
        return [options.get(each, each) if isinstance(each, str) else each for each in kept] if options else kept
    return options.get(kept, kept) if options and isinstance(kept, str) else kept
