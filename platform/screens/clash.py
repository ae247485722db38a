"""Two people changed the same record: what each of them wrote, field by field.

A field that only one of them touched is merged by itself; the others are for the reader to choose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma

from hanok.engine.catalog.model import Module
from hanok.engine.errors import Conflict, Difference
from hanok.engine.fields import Field, Linked
from hanok.screens.cells import Shown

KEEP = "keep."


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that both changed."""

    key: str
    label: str
    before: Shown
    theirs: Shown
    mine: Shown


@dataclass(frozen=True, slots=True)
class Merged:
    """A field that one of them changed; `mine` says which."""

    label: str
    before: Shown
    after: Shown
    mine: bool


@dataclass(frozen=True, slots=True)
class Clash:
    """The page of a conflict. `version` is what is stored now."""

    version: int
    choices: tuple[Choice, ...]
    merged: tuple[Merged, ...]


def build(module: Module, conflict: Conflict, language: str, titles: Mapping[str, str]) -> Clash:
    """`titles` are the names of the links that I chose, by field: the engine did not look them up."""
    known = [one for one in conflict.differences if module.has(one.field)]
    return Clash(
        conflict.version,
        tuple(_choice(module.field(one.field), one, language, titles) for one in known if disputed(one)),
        tuple(_merged(module.field(one.field), one, language, titles) for one in known if not disputed(one)),
    )


def _choice(field: Field, one: Difference, language: str, titles: Mapping[str, str]) -> Choice:
    before, theirs, mine = (_shown(field, value, titles) for value in (one.before, one.theirs, one.mine))
    return Choice(field.key, field.label_in(language), before, theirs, mine)


def _merged(field: Field, one: Difference, language: str, titles: Mapping[str, str]) -> Merged:
    before, theirs, _ = _compared(one)
    mine = theirs == before
    after = one.mine if mine else one.theirs
    return Merged(field.label_in(language), _shown(field, one.before, titles), _shown(field, after, titles), mine)


def _shown(field: Field, dumped: Any, titles: Mapping[str, str]) -> Shown:
    """A value of the conflict, which comes in dump form, as the type reads it."""
    if isinstance(dumped, Mapping) and {"module", "id", "title"} <= dumped.keys():
        return Shown(field, Linked(dumped["module"], dumped["id"], dumped["title"] or titles.get(field.key, "")))
    try:
        return Shown(field, None if dumped is None else field.type.operand(field, "eq").deserialize(dumped))
    except ma.ValidationError:
        return Shown(field, dumped)


def disputed(one: Difference) -> bool:
    """Both changed it, and not to the same."""
    before, theirs, mine = _compared(one)
    return theirs not in (before, mine) and mine != before


def given_way(conflict: Conflict, chosen: Mapping[str, str]) -> frozenset[str]:
    """The fields in which my values give way to theirs: those that I did not touch, and those of which I chose so.

    `chosen` says "theirs" or "mine" for disputed fields.
    """
    return frozenset(one.field for one in conflict.differences if _theirs(one, chosen))


def _theirs(one: Difference, chosen: Mapping[str, str]) -> bool:
    if disputed(one):
        return chosen.get(one.field) == "theirs"
    before, _, mine = _compared(one)
    return bool(mine == before)


def _compared(one: Difference) -> tuple[Any, Any, Any]:
    """Before, theirs and mine as they compare: a link by its id, whatever its title."""
    before, theirs, mine = (
        value["id"] if isinstance(value, Mapping) and "id" in value else value
        for value in (one.before, one.theirs, one.mine)
    )
    return before, theirs, mine


def chosen(form: Mapping[str, str]) -> dict[str, str]:
    """What the reader chose on the page of a conflict."""
    return {key.removeprefix(KEEP): value for key, value in form.items() if key.startswith(KEEP)}


def undecided(differences: Sequence[Difference]) -> bool:
    return any(disputed(one) for one in differences)
