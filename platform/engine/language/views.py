"""What the schema of a kind says about one place in a document: the schemas that apply to it, and their annotations.

Documents of one kind ask the same again and again: a field has the same keys wherever it stands. So each schema is
taken apart once, and a view that was made once is given again, with all that it was ever asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hanok.engine.language.fitting import Schema, fits, resolve
from hanok.engine.language.nodes import Node

Asked = tuple[Any, ...]
Ids = tuple[int, ...]
MISSING = object()


class Choice(Protocol):
    """A part of a schema that applies to some values only."""

    def taken(self, node: Node) -> Sequence[Any]:
        """The schemas that apply to this value."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """One of an `anyOf` or `oneOf`: applies when it fits."""

    root: Schema
    part: Any

    def taken(self, node: Node) -> Sequence[Any]:
        return (self.part,) if fits(self.root, self.part, node) else ()


@dataclass(frozen=True, slots=True)
class Branch:
    """`if`, `then`, `else`."""

    root: Schema
    schema: Schema

    def taken(self, node: Node) -> Sequence[Any]:
        return (self.schema.get("then" if fits(self.root, self.schema["if"], node) else "else"),)


@dataclass(frozen=True, slots=True)
class Switch:
    """Branches that all look at one key, each for a word of its own: the type of a field."""

    key: str
    branches: Mapping[str, Sequence[Any]]

    def taken(self, node: Node) -> Sequence[Any]:
        if not isinstance(node.value, dict):
            return [schema for branch in self.branches.values() for schema in branch]
        found = node.value.get(self.key)
        word = found.value if found else None
        return self.branches.get(word, ()) if isinstance(word, str) else ()


class Views:
    """All views of one schema."""

    def __init__(self, root: Schema) -> None:
        self.root = root
        self._parts: dict[int, tuple[Schema | Choice, ...]] = {}
        self._kept: list[Any] = []
        self._fixed: dict[Ids, View] = {}
        self._views: dict[tuple[Ids, Ids], View] = {}

    def of(self, asked: Asked, node: Node) -> View:
        """The view of a value to which these schemas are put."""
        return self.known(asked, ids_of(asked), node)

    def known(self, asked: Asked, ids: Ids, node: Node) -> View:
        """The same for who has the ids already."""
        view = self._fixed.get(ids)
        if view is not None:
            return view
        chosen: list[Choice] = []
        schemas = tuple(found for schema in asked for found in self._expand(schema, node, chosen))
        if not chosen:
            return self._fixed.setdefault(ids, View(self, asked, schemas))
        return self._views.setdefault((ids, ids_of(schemas)), View(self, asked, schemas))

    def _expand(self, schema: Any, node: Node, chosen: list[Choice]) -> Iterator[Schema]:
        for part in self._taken_apart(schema):
            if isinstance(part, Mapping):
                yield part
                continue
            chosen.append(part)
            for taken in part.taken(node):
                yield from self._expand(taken, node, chosen)

    def _taken_apart(self, schema: Any) -> tuple[Schema | Choice, ...]:
        found = self._parts.get(id(schema))
        if found is None:
            found = self._parts[id(schema)] = tuple(_parts(self.root, schema))
            self._kept.append(schema)  # as long as it is kept no other one has its id
        return found


class View:
    """All schemas that apply to one value, references followed and branches taken."""

    __slots__ = ("_below", "_ids", "_said", "_views", "asked", "schemas")

    def __init__(self, views: Views, asked: Asked, schemas: tuple[Schema, ...]) -> None:
        self.asked = asked
        self.schemas = schemas
        self._views = views
        self._ids = ids_of(asked)
        self._said: dict[str, Any] = {}
        self._below: dict[str | int | None, tuple[Asked, Ids]] = {}

    @property
    def root(self) -> Schema:
        return self._views.root

    def again(self, node: Node) -> View:
        """The view of the same place for another value."""
        return self._views.known(self.asked, self._ids, node)

    def apart(self, schema: Any, node: Node) -> View:
        """The view of a value to which only this schema of the document is put."""
        return self._views.of((schema,), node)

    def says(self, word: str) -> Any:
        """The first value of an annotation, or None."""
        found = self._said.get(word, MISSING)
        if found is MISSING:
            found = self._said[word] = next((schema[word] for schema in self.schemas if word in schema), None)
        return found

    @property
    def ordered(self) -> bool:
        return bool(self.says("x-keyed") or self.says("x-ordered"))

    @property
    def renames(self) -> bool:
        """Whether items here are declared, so that they may say what they `was` called."""
        return bool(self.says("x-ordered") or (self.says("x-keyed") and self.says("propertyNames")))

    def child(self, step: str | int, node: Node) -> View:
        """The view of the value under a key, or of an item of a list."""
        listed = None if isinstance(step, str) and not self._lists(step) else 0 if isinstance(step, int) else step
        found = self._below.get(listed)
        if found is None:
            asked = tuple(_items(self.schemas) if isinstance(step, int) else _under(self.schemas, step))
            found = self._below[listed] = (asked, ids_of(asked))
        return self._views.known(*found, node)

    def known(self) -> tuple[str, ...]:
        """The keys that are listed by name."""
        return tuple(dict.fromkeys(key for schema in self.schemas for key in schema.get("properties", ())))

    def _lists(self, key: str) -> bool:
        return key in self._below or any(key in schema.get("properties", ()) for schema in self.schemas)


def ids_of(schemas: Sequence[Any]) -> Ids:
    return tuple(map(id, schemas))


def _under(schemas: tuple[Schema, ...], key: str) -> Iterator[Any]:
    for schema in schemas:
        if key in schema.get("properties", ()):
            yield schema["properties"][key]
        elif "additionalProperties" in schema:
            yield schema["additionalProperties"]


def _items(schemas: tuple[Schema, ...]) -> Iterator[Any]:
    return (schema["items"] for schema in schemas if "items" in schema)


def _parts(root: Schema, schema: Any) -> Iterator[Schema | Choice]:
    """A schema, and what it refers to and is made of, each a schema that always applies or a choice."""
    if not isinstance(schema, Mapping):
        return
    yield schema
    if "$ref" in schema:
        yield from _parts(root, resolve(root, schema["$ref"]))
    yield from _all_of(root, schema.get("allOf", ()))
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield Fitting(root, part)
    if "if" in schema:
        yield Branch(root, schema)


def _all_of(root: Schema, parts: Sequence[Any]) -> Iterator[Schema | Choice]:
    """Branches on the words of one key become one switch; the first of them stands for the others."""
    switches: dict[str, dict[str, list[Any]]] = {}
    for part in parts:
        case = _case(part)
        if case is None:
            yield from _parts(root, part)
            continue
        key, word = case
        if key not in switches:
            switches[key] = {}
            yield part
            yield Switch(key, switches[key])
        switches[key].setdefault(word, []).append(part["then"])


def _case(part: Any) -> tuple[str, str] | None:
    """The key and the word of a plain branch: `if` that key is this word, `then` …"""
    if not isinstance(part, Mapping) or set(part) != {"if", "then"} or set(part["if"]) != {"properties", "required"}:
        return None
    tests = part["if"]["properties"]
    if len(tests) != 1 or list(tests) != part["if"]["required"]:
        return None
    ((key, test),) = tests.items()
    return (key, test["const"]) if set(test) == {"const"} and isinstance(test["const"], str) else None
