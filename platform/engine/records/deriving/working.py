"""Works out what follows from values: a formula, a suggestion, a title."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import Derivation
from hanok.engine.expressions import Expression, Here, taken, value_of
from hanok.engine.expressions.values import look
from hanok.engine.fields import Field
from hanok.engine.fields.money import Money


def here(catalog: Catalog, values: Mapping[str, Any], *, zone: str = "", me: Any = None) -> Here:
    """Where expressions are worked out: the site's zone unless said, its currency, now."""
    app = catalog.app
    return Here(values, app.currency, zone or app.zone, datetime.now(UTC), me)


def seen(
    catalog: Catalog, module: Module, values: Mapping[str, Any], keys: Iterable[str] | None = None
) -> dict[str, Any]:
    """The values of a record as expressions see them; of links only what the values themselves say."""
    language = catalog.app.languages[0]
    found = {}
    for key in values if keys is None else keys:
        field = module.fields.get(key) or module.system.get(key)
        if field is not None and not field.type.apart:
            names = _parts(catalog, module, key)
            found[key] = value_of(field, values.get(key), language=language, names=names)
    return found


def _parts(catalog: Catalog, module: Module, key: str) -> tuple[str, ...]:
    """The names behind a dot after this field that anything worked out in the module asks for."""
    derived = catalog.derived
    every = (*derived.stored.get(module.key, ()), *derived.suggested.get(module.key, ()))
    return tuple(dict.fromkeys(name for found in every for name in found.needs.get(key, ())))


def work_out(catalog: Catalog, module: Module, derivation: Derivation, place: Here) -> Any:
    """The value of a field, as the field has it, from what its expression gives."""
    assert isinstance(derivation.how, Expression)
    field: Field = module.fields[derivation.key]
    return taken(field, derivation.how.value(place), place, like=_shared(derivation, place))


def _shared(derivation: Derivation, place: Here) -> Money | None:
    """One of the amounts that an expression looks at, when all of them are of one currency."""
    found: Money | None = None
    for path in derivation.money:
        value: Any = place.values.get(path[0])
        for name in path[1:]:
            value = None if isinstance(value, Money) else look(value, name, place)
        if isinstance(value, Money):
            if found is not None and found.currency != value.currency:
                return None
            found = value
    return found


def own_values(catalog: Catalog, module: Module, values: Mapping[str, Any]) -> dict[str, Any]:
    """What follows from a record's own values alone, by field."""
    steps = tuple(catalog.derived.own(module.key))
    if not steps:
        return {}
    known = seen(catalog, module, values, {name for step in steps for name in step.needs})
    found = {}
    for step in steps:
        value = work_out(catalog, module, step, here(catalog, known))
        found[step.key] = value
        known |= seen(catalog, module, {step.key: value})
    return found

