"""Conditions as a tree for a page: what is asked, of what, and (of a run) what was there and whether it held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import marshmallow as ma

from hanok.engine.conditions import Every, Node, Not, Some
from hanok.engine.conditions.tree import Against, Changed, Members, New, Reference, Test, Through, Under
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, in_language
from hanok.screens.words import Formats, in_words

TEST, ALL, ANY, NOT = "test", "all", "any", "not"
#: What a group of conditions is called.
GROUPS: Mapping[str, Message] = {ALL: say("All of these"), ANY: say("At least one of these"), NOT: say("None of these")}
#: Who asks, or what is at hand.
WORDS: Mapping[str, Message] = {
    "$me": say("whoever acts"), "$me.team": say("the team of whoever acts"),
    "$me.groups": say("the security groups of whoever acts"), "$record": say("the record"),
}  # fmt: skip
JOINT = " › "


@dataclass(frozen=True, slots=True)
class Said:
    """One condition: a test of a field, or a group of others in `nodes`. `values` are what is wanted.

    Of a run `held` says how it came out and `actual` what was there; `unseen` that the reader may not see that.
    """

    kind: str
    label: str | Message = ""
    operator: str | Message = ""
    values: tuple[str | Message, ...] = ()
    nodes: tuple[Said, ...] = ()
    held: bool | None = None
    actual: str | Message | None = None
    unseen: bool = False

    @property
    def group(self) -> Message | None:
        """The name of the group that it is, where it is one."""
        return GROUPS.get(self.kind)


def said(node: Node, formats: Formats, path: tuple[str, ...] = ()) -> Said:
    """A condition in words; `path` are the links that led to what it is about."""
    match node:
        case Every((only,)) | Some((only,)):
            return said(only, formats, path)
        case Every(nodes):
            return Said(ALL, nodes=tuple(said(one, formats, path) for one in nodes))
        case Some(nodes):
            return Said(ANY, nodes=tuple(said(one, formats, path) for one in nodes))
        case Not(inner):
            return Said(NOT, nodes=(said(inner, formats, path),))
        case Through(field, _, inner):
            return said(inner, formats, (*path, field.label_in(formats.language)))
        case Members():
            return _members(node, formats, path)
        case New(flag):
            return Said(TEST, say("The record is new") if flag else say("The record was there before"))
        case Changed(field, before, after):
            return _changed(field, before, after, formats)
    return _test(node, formats, path)


def _test(node: Any, formats: Formats, path: tuple[str, ...]) -> Said:
    label = JOINT.join((*path, node.field.label_in(formats.language)))
    match node:
        case Test(field, operator, operand):
            return Said(TEST, label, *of_test(field, operator, operand, formats))
        case Against(field, operator, other):
            return Said(TEST, label, _operator(field, operator, formats.language), (_reference(other, formats),))
        case Under(_, _, _, operand):
            value = _reference(operand, formats) if isinstance(operand, Reference) else word(operand)
            return Said(TEST, label, say("is, or stands under"), (value,))
    return Said(TEST, label)


def of_test(
    field: Field, operator: str, operand: Any, formats: Formats
) -> tuple[str | Message, tuple[str | Message, ...]]:
    """The operator and the values that a test wants, in words."""
    known = field.type.operators
    takes = field.type.operator(operator).takes if operator in known else "one"
    if takes == "flag":
        return "", (say("is empty") if operand is not False else say("is filled in"),)
    many = operand if isinstance(operand, list | tuple) else [operand]
    if operator in ("eq", "ne", "in", "not_in") and not many:
        return _operator(field, operator, formats.language), (say("nothing"),)
    values = tuple(value_said(field, operator, one, formats) for one in many)
    shown = "eq" if operator == "in" and len(values) == 1 else operator
    return _operator(field, shown, formats.language), values


def value_said(field: Field, operator: str, written: Any, formats: Formats) -> str | Message:
    """One operand as the reader writes it; what its type does not read stays as it was written."""
    if isinstance(written, str) and written.startswith("$"):
        return word(written)
    try:
        found = field.type.operand(field, operator).deserialize(written)
    except (AttributeError, KeyError, TypeError, ValueError, ma.ValidationError):
        found = written
    return plain(field, found, formats)


def plain(field: Field, value: Any, formats: Formats) -> str | Message:
    """A value of a field in words."""
    choice = field.choice(value) if field.choices and isinstance(value, str) else None
    if choice is not None:
        return in_language(choice.label, formats.language)
    try:
        return in_words(field, value, formats) or say("empty")
    except (AttributeError, KeyError, TypeError, ValueError):
        return str(value)


def word(written: Any) -> str | Message:
    """What is written with a $, in words where there is one."""
    return WORDS.get(written, written) if isinstance(written, str) else str(written)


def _operator(field: Field, operator: str, language: str) -> str | Message:
    if operator == "eq":
        return "="
    if operator == "ne":
        return "≠"
    if operator not in field.type.operators:
        return operator
    return in_language(field.type.operator(operator).label, language)


def _reference(other: Reference, formats: Formats) -> str:
    return JOINT.join(field.label_in(formats.language) for field in other.path)


def _members(node: Members, formats: Formats, path: tuple[str, ...]) -> Said:
    label = JOINT.join((*path, in_language(getattr(node.end, "label", {}), formats.language) or node.end.key))
    inner = said(node.node, formats)
    nodes = inner.nodes if inner.kind == ALL else (inner,)
    nodes = () if node.node == Every(()) else nodes
    counts = tuple(f"{_sign(operator)} {number}" for operator, number in node.counts)
    if node.counts == (("gte", 1),):
        return Said(TEST, label, say("one of them at least"), (), nodes)
    if node.counts == (("eq", 0),):
        return Said(TEST, label, say("none of them"), (), nodes)
    return Said(TEST, label, say("number"), counts, nodes)


def _sign(operator: str) -> str:
    return {"eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "lt": "<", "lte": "≤"}.get(operator, operator)


def _changed(field: Field, before: Node, after: Node, formats: Formats) -> Said:
    parts = ((say("from"), before), (say("to"), after))
    nodes = tuple(
        replace(found, label=name) for name, node in parts if (found := said(node, formats)).kind == TEST
    )
    return Said(TEST, field.label_in(formats.language), say("changed"), (), nodes)


def all_of(found: Said | None) -> Sequence[Said]:
    """What stands in the outermost group, or the only condition."""
    if found is None:
        return ()
    return found.nodes if found.kind == ALL else (found,)
