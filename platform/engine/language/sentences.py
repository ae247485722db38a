"""One sentence for each way in which a value can fail its schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import jsonschema_rs

from hanok.engine.errors import Message, say
from hanok.engine.language.fitting import resolve
from hanok.engine.language.nodes import Node
from hanok.engine.language.views import View
from hanok.engine.language.words import NAME, clip, did_you_mean, unknown

TYPES: Mapping[str, Message] = {
    "boolean": say("true or false"),
    "integer": say("a whole number"),
    "number": say("a number"),
    "string": say("text"),
    "array": say("a list"),
    "object": say("a map"),
    "null": say("nothing"),
}
NAMES = say("a map or a list of names")
LABEL = say("text or a map of languages")
LIKE_BOOLEANS = frozenset({"yes", "no", "y", "n", "on", "off", "true", "false"})

LIMITS = {
    "minimum": say("it is at least {limit}"),
    "maximum": say("it is at most {limit}"),
    "exclusiveMinimum": say("it is more than {limit}"),
    "exclusiveMaximum": say("it is less than {limit}"),
    "multipleOf": say("it is a multiple of {limit}"),
    "minLength": say("it has at least {limit} characters"),
    "maxLength": say("it has at most {limit} characters"),
    "minItems": say("the list has at least {limit} items"),
    "maxItems": say("the list has at most {limit} items"),
    "minProperties": say("the map has at least {limit} keys"),
    "maxProperties": say("the map has at most {limit} keys"),
}


def fact(error: jsonschema_rs.ValidationError, name: str) -> Any:
    """A fact of an error; which ones there are depends on its kind, so the library's types do not know them."""
    return getattr(error.kind, name)


def sentence(error: jsonschema_rs.ValidationError, view: View, node: Node) -> Message:
    """What is wrong with the value of `node`."""
    name = error.kind.name
    if name == "type":
        return _mistyped(node, [_type(found, view) for found in _types(error)], types=list(_types(error)))
    if name in ("enum", "const"):
        options = fact(error, "options") if name == "enum" else [fact(error, "expected_value")]
        return _not_offered(node, view, [str(option) for option in options])
    if name in ("anyOf", "oneOf"):
        return _none_fits(node, view)
    if name in ("minItems", "minProperties", "minLength") and fact(error, "value") == 1:
        return say("it must not be empty")
    if name in LIMITS:
        rule = replace(LIMITS[name], facts={"limit": fact(error, "value")})
        return say("found {found}; {rule}", found=found(node), rule=rule)
    if name == "uniqueItems":
        return say("the same value stands twice in this list")
    says = view.says("x-says")
    if says:
        return say("found {found}; {rule}", found=found(node), rule=say(str(says)))
    return say("{found} cannot stand here", found=found(node))


def found(node: Node) -> Message | str:
    """The value as it is quoted in a sentence."""
    value = node.value
    if isinstance(value, str):
        return f'"{clip(value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return TYPES["object"] if isinstance(value, dict) else TYPES["array"]
    return node.text or str(value)


def _types(error: jsonschema_rs.ValidationError) -> Iterable[str]:
    return tuple(fact(error, "types"))


def _type(name: str, view: View) -> Message:
    return _spoken(name, keyed=bool(view.says("x-keyed")), label=bool(view.says("x-label")))


def _spoken(name: str, *, keyed: bool, label: bool) -> Message:
    """A type by name, with the short forms that stand for a map there."""
    if name != "object":
        return TYPES[name]
    if label:
        return LABEL
    return NAMES if keyed else TYPES[name]


def _mistyped(node: Node, wanted: list[Message], *, types: list[str]) -> Message:
    if "boolean" in types and isinstance(node.value, str) and node.value.casefold() in LIKE_BOOLEANS:
        return say("found {found}; booleans are written true or false", found=found(node))
    expected = either(wanted)
    if types == ["string"] and node.text:
        return say('found {found}, expected text: put it in quotes, "{words}"', found=found(node),
                   words=clip(node.text))
    return say("found {found}, expected {expected}", found=found(node), expected=expected)


def either(choices: list[Message]) -> Message:
    """`a, b or c`."""
    unique = list({choice.text: choice for choice in choices}.values())
    said = unique[-1]
    for at, choice in enumerate(reversed(unique[:-1])):
        said = say("{one}, {other}", one=choice, other=said) if at else say("{one} or {other}", one=choice, other=said)
    return said


def _not_offered(node: Node, view: View, options: list[str]) -> Message:
    if isinstance(node.value, str):
        noun = view.says("x-noun")
        return unknown(node.value, options, noun=say(str(noun)) if noun else NAME)
    return say("found {found}, expected one of: {known}", found=found(node), known=", ".join(options))


def _none_fits(node: Node, view: View) -> Message:
    """No branch of an anyOf takes a value of this type."""
    branches = list(_branches(view))
    options = [str(option) for branch in branches for option in (*branch.get("enum", ()), *_const(branch))]
    types = [name for branch in branches for name in _listed(branch)]
    if isinstance(node.value, str) and options and (did_you_mean(node.value, options) or "string" not in types):
        boolean = "boolean" in types and node.value.casefold() in LIKE_BOOLEANS
        if not boolean:
            return _not_offered(node, view, options)
    if not types:
        return say("{found} cannot stand here", found=found(node))
    wanted = [
        _spoken(name, keyed=bool(branch.get("x-keyed")), label=bool(branch.get("x-label")))
        for branch in branches for name in _listed(branch)
    ]
    return _mistyped(node, wanted, types=types)


def _const(branch: Mapping[str, Any]) -> tuple[Any, ...]:
    return (branch["const"],) if "const" in branch else ()


def _listed(branch: Mapping[str, Any]) -> list[str]:
    types = branch.get("type", ())
    return [types] if isinstance(types, str) else list(types)


def _branches(view: View) -> Iterator[Mapping[str, Any]]:
    for schema in view.schemas:
        for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            yield from _flat(view, branch)


def _flat(view: View, branch: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(branch, Mapping):
        return
    yield branch
    if "$ref" in branch:
        yield from _flat(view, resolve(view.root, branch["$ref"]))
    for inner in (*branch.get("anyOf", ()), *branch.get("oneOf", ())):
        yield from _flat(view, inner)
