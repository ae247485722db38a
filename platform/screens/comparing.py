"""How a field is compared in a list: by what its type compares, and links to many by the records that are tied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hanok.engine.fields import Field
from hanok.engine.fields.field import Labels
from hanok.engine.fields.link import Link
from hanok.engine.fields.links import Links
from hanok.engine.fields.operators import Operator

#: Whether some of the tied records is this one; `tied` whether there is any at all.
WITH, WITHOUT, TIED = "with", "without", "tied"
LABELS: Mapping[str, Labels] = {
    WITH: {"en": "is among them", "ko": "포함"},
    WITHOUT: {"en": "is not among them", "ko": "포함하지 않음"},
    TIED: {"en": "is empty", "ko": "비어 있음"},
}


def operators(field: Field) -> tuple[str, ...]:
    """The keys of the operators that the address of a list may name for a field."""
    return tuple(LABELS) if _is_tied(field) else tuple(field.type.operators)


def operator(field: Field, key: str) -> Operator:
    """One of them."""
    if not _is_tied(field):
        return field.type.operator(key)
    return Operator(key, LABELS[key], "flag" if key == TIED else "one", _never, _never)


def shape(field: Field) -> Field:
    """The field as one that holds what it is compared with: of links to many, a link to one."""
    if not _is_tied(field):
        return field
    return replace(field, type=Link(), targets=field.members, settings={"to": field.members[0]})


def written(field: str, key: str, value: object, *, flag: bool) -> Mapping[str, object] | None:
    """The comparison in the condition language, None where it is no comparison of links to many."""
    if key == TIED:
        return {field: {"none" if flag else "some": {}}}
    return {field: {"some" if key == WITH else "none": {"id": value}}} if key in (WITH, WITHOUT) else None


def _is_tied(field: Field) -> bool:
    return isinstance(field.type, Links) and len(field.members) == 1


def _never(*_: Any) -> Any:
    raise TypeError("links to many are compared by their ties")
