"""Conditions of roles in words, where they are simple; what is not stays as it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hanok.engine.conditions import Every, Node, Not, Some
from hanok.engine.conditions.tree import Test, Through
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field

#: Who asks, within a condition.
ME: Mapping[str, Message] = {
    "$me": say("oneself"), "$me.team": say("one's own team"), "$me.groups": say("one's own security groups"),
}  # fmt: skip
MOST_SAID = 3


def in_words(node: Node | None) -> Message | None:
    """The condition as a reader would say it, None where it takes more than a sentence."""
    match node:
        case Every((only,)) | Some((only,)):
            return in_words(only)
        case Every(nodes):
            return _joined(say("{all} and {last}"), nodes)
        case Some(nodes):
            return _joined(say("{all} or {last}"), nodes)
        case Not(inner):
            said = in_words(inner)
            return say("not: {condition}", condition=said) if said else None
        case Through(field, _, inner):
            said = in_words(inner)
            return say("{link} › {condition}", link=field.label, condition=said) if said else None
        case Test(field, "eq" | "in", operand, ""):
            values = _values(field, operand)
            return say("{field} is {values}", field=field.label, values=_listed(values)) if values else None
    return None


def _joined(template: Message, nodes: Sequence[Node]) -> Message | None:
    said = [in_words(node) for node in nodes]
    known = [one for one in said if one is not None]
    if len(known) < len(nodes) or not 1 < len(nodes) <= MOST_SAID:
        return None
    return Message(template.text, {"all": known[:-1], "last": known[-1]})


def _values(field: Field, operand: Any) -> list[Any]:
    """The values in words, none where one has no word."""
    found = [_value(field, one) for one in (operand if isinstance(operand, list | tuple) else [operand])]
    return found if None not in found and len(found) <= MOST_SAID else []


def _value(field: Field, one: Any) -> Any:
    if isinstance(one, bool):
        return say("Yes") if one else say("No")
    if not isinstance(one, str):
        return None
    choice = field.choice(one) if field.choices else None
    return ME.get(one) or (say("‘{option}’", option=choice.label) if choice else None)


def _listed(values: Sequence[Any]) -> Any:
    return values[0] if len(values) == 1 else say("{options} or {option}", options=list(values[:-1]), option=values[-1])
