"""What stands below the lines of a form: the fields of the record that follow from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from hanok.engine.catalog.derived import TITLE, Derivation, Rollup
from hanok.engine.catalog.model import Catalog, Module
from hanok.engine.fields import Field


@dataclass(frozen=True, slots=True)
class Total:
    """One of them, with its value as it is stored."""

    field: Field
    value: Any


def totals(
    catalog: Catalog, module: Module, key: str, values: Mapping[str, Any], *, but: Collection[str] = ()
) -> tuple[Total, ...]:
    """Those that follow from the lines under this key, in the order in which they are worked out; `but` these."""
    found: list[str] = []
    for step in catalog.derived.stored.get(module.key, ()):
        if step.key != TITLE and _follows(module, step, key, found):
            found.append(step.key)
    fields = (module.fields[one] for one in found if one in module.fields and one not in but)
    return tuple(Total(one, values.get(one.key)) for one in fields if not one.hidden)


def has_worked(catalog: Catalog, module: Module) -> bool:
    """Whether anything in the module or in its lines is worked out."""
    lines = (f"{module.key}.{key}" for key, found in module.fields.items() if found.type.embedded(found.settings))
    return any(
        step.key != TITLE
        for key in (module.key, *lines)
        for step in (*catalog.derived.stored.get(key, ()), *catalog.derived.live.get(key, ()))
    )


def _follows(module: Module, step: Derivation, key: str, found: Collection[str]) -> bool:
    there = f"{module.key}.{key}"
    names = step.how.ends if isinstance(step.how, Rollup) else tuple(step.needs)
    return any(name in found or (name in module.ends and module.ends[name].module == there) for name in names)
