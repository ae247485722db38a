"""Kinds of documents, and what their schemas say about a place in a document.

The schema of a kind describes the *long* form of its documents; besides JSON Schema's own words (draft 2020-12) it
carries these, which rule how short forms are written out and how layers merge:

    x-keyed: true        A map whose keys have an order. A list of names is short for it ([a, b] = {a: {}, b: {}}, and
                         in a later layer replaces it), `true` is short for {} in it, and its items may say `after` or
                         `before` a neighbour.
    x-ordered: true      The same without the short forms: `fields`, `options`, whose items always say something.
    x-replace: true      A later layer replaces the value whole: conditions, expressions, defaults, levels, rows, sort.
    x-identity: type     A map that is replaced whole when a later layer gives this key of it another value.
    x-short: key         Text (or a number) is short for a map with this one key: `reverse: deals` = {key: deals}.
    x-list: true         One value is short for a list of one: `to: account` = [account].
    x-label: true        Text is short for a map of languages with the default language.
    x-brings: trait      At a key of the document's top: the documents of that kind that are named here (one, or the
                         keys of a map) lie below this one, so it may patch, move and remove what they bring.
    x-noun: type         What a word of an `enum` names: unknown *type* "mony".
    x-says: sentence     What is said when `pattern`, `propertyNames`, `not` or `format` does not fit.

`after` and `before` are taken out before a document is checked: schemas do not list them. Schemas may use `$ref`
into their own `$defs`, `allOf`, `anyOf`, `oneOf` and `if`/`then`/`else`; an `if` tests keys
by `const`, `enum` or `type`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jsonschema_rs

from hanok.engine.language.nodes import Node

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of document: its key, the folder of its files ("" for the one file `<key>.yaml`), its schema."""

    key: str
    folder: str
    schema: Schema

    @cached_property
    def validator(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(dict(self.schema))

    @property
    def labelled(self) -> bool:
        """True when a document must have a label, so that one without must patch another."""
        return "label" in self.schema.get("required", ())

    @property
    def brings(self) -> tuple[tuple[str, str], ...]:
        """The keys whose values name documents that lie below this one, with the kind of those."""
        properties = self.schema.get("properties", {})
        return tuple((key, said["x-brings"]) for key, said in properties.items() if "x-brings" in said)

    def view(self, node: Node) -> View:
        return View.of(self.schema, (self.schema,), node)


@dataclass(frozen=True, slots=True)
class View:
    """All schemas that apply to one value, references followed and branches taken."""

    root: Schema
    asked: tuple[Any, ...]
    schemas: tuple[Schema, ...]

    @classmethod
    def of(cls, root: Schema, schemas: tuple[Any, ...], node: Node) -> View:
        return cls(root, schemas, tuple(found for schema in schemas for found in _expand(root, schema, node)))

    def again(self, node: Node) -> View:
        """The view of the same place for another value."""
        return View.of(self.root, self.asked, node)

    def says(self, word: str) -> Any:
        """The first value of an annotation, or None."""
        return next((schema[word] for schema in self.schemas if word in schema), None)

    @property
    def ordered(self) -> bool:
        return bool(self.says("x-keyed") or self.says("x-ordered"))

    def child(self, step: str | int, node: Node) -> View:
        """The view of the value under a key, or of an item of a list."""
        steps = _items(self.schemas) if isinstance(step, int) else _under(self.schemas, step)
        return View.of(self.root, tuple(steps), node)

    def known(self) -> tuple[str, ...]:
        """The keys that are listed by name."""
        return tuple(dict.fromkeys(key for schema in self.schemas for key in schema.get("properties", ())))


def _under(schemas: tuple[Schema, ...], key: str) -> Iterator[Any]:
    for schema in schemas:
        if key in schema.get("properties", ()):
            yield schema["properties"][key]
        elif "additionalProperties" in schema:
            yield schema["additionalProperties"]


def _items(schemas: tuple[Schema, ...]) -> Iterator[Any]:
    return (schema["items"] for schema in schemas if "items" in schema)


def _expand(root: Schema, schema: Any, node: Node) -> Iterator[Schema]:
    if not isinstance(schema, Mapping):
        return
    yield schema
    if "$ref" in schema:
        yield from _expand(root, resolve(root, schema["$ref"]), node)
    for part in schema.get("allOf", ()):
        yield from _expand(root, part, node)
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if fits(root, part, node):
            yield from _expand(root, part, node)
    if "if" in schema:
        branch = "then" if fits(root, schema["if"], node) else "else"
        yield from _expand(root, schema.get(branch), node)


def resolve(root: Schema, reference: str) -> Any:
    """The schema that a `#/…` reference of this document points to. Raises KeyError."""
    found: Any = root
    for step in reference.removeprefix("#").split("/")[1:]:
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def fits(root: Schema, schema: Any, node: Node) -> bool:
    """Whether a value, long or short, could be meant by this schema: by its type, its constants and its known keys."""
    if not isinstance(schema, Mapping):
        return schema is not False
    if "$ref" in schema and not fits(root, resolve(root, schema["$ref"]), node):
        return False
    if "type" in schema and not _type_fits(schema, node):
        return False
    if "const" in schema and node.value != schema["const"]:
        return False
    if "enum" in schema and not any(node.value == option for option in schema["enum"]):
        return False
    if not isinstance(node.value, dict):
        return True
    if not all(key in node.value for key in schema.get("required", ())) and "x-short" not in schema:
        return False
    return all(
        fits(root, below, node.value[key])
        for key, below in schema.get("properties", {}).items()
        if key in node.value and isinstance(below, Mapping) and ("const" in below or "enum" in below)
    )


def _type_fits(schema: Schema, node: Node) -> bool:
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    found = types_of(node)
    if any(name in types for name in found):
        return True
    if "array" in types and schema.get("x-list"):
        return True
    if "object" not in types:
        return False
    if isinstance(node.value, list):
        return bool(schema.get("x-keyed"))
    return isinstance(node.value, str) and bool(schema.get("x-short") or schema.get("x-label"))


def types_of(node: Node) -> tuple[str, ...]:
    """JSON Schema's names for the type of a value."""
    value = node.value
    if isinstance(value, bool):
        return ("boolean",)
    if value is None:
        return ("null",)
    if isinstance(value, str):
        return ("string",)
    if isinstance(value, dict):
        return ("object",)
    if isinstance(value, list):
        return ("array",)
    return ("integer", "number") if value == int(value) else ("number",)
