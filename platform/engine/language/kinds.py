"""Kinds of documents, and what their schemas say about a place in a document.

The schema of a kind describes the *long* form of its documents; besides JSON Schema's own words (draft 2020-12) it
carries these, which rule how short forms are written out and how layers merge:

    x-keyed: true        A map whose keys have an order. A list of names is short for it ([a, b] = {a: {}, b: {}}, and
                         in a later layer replaces it), `true` is short for {} in it, and its items may say `after` or
                         `before` a neighbour.
    x-ordered: true      The same without the short forms: `fields`, `options`, whose items always say something,
                         also what they `was` called (see `renaming`).
    x-replace: true      A later layer replaces the value whole: conditions, expressions, defaults, levels, rows, sort.
    x-identity: type     A map that is replaced whole when a later layer gives this key of it another value.
    x-short: key         Text (or a number) is short for a map with this one key: `reverse: deals` = {key: deals}.
    x-list: true         One value is short for a list of one: `to: account` = [account].
    x-removes: true     A map in which null is kept: it takes something away elsewhere (a filter of the main menu).
    x-label: true        Text is short for a map of languages with the default language.
    x-brings: trait      At a key of the document's top: the documents of that kind that are named here (one, or the
                         keys of a map) lie below this one, so it may patch, move and remove what they bring.
    x-noun: type         What a word of an `enum` names: unknown *type* "mony".
    x-says: sentence     What is said when `pattern`, `propertyNames`, `not` or `format` does not fit.

`after`, `before` and (in maps that declare keys: x-ordered, or with propertyNames) `was` are taken out before a
document is checked: schemas do not list them. A kind whose schema has `was` at its top lets whole documents be renamed.
Schemas may use `$ref` into their own `$defs`, `allOf`, `anyOf`, `oneOf` and `if`/`then`/`else`; an `if` tests keys
by `const`, `enum` or `type`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import jsonschema_rs

from hanok.engine.language.fitting import Schema
from hanok.engine.language.nodes import Node
from hanok.engine.language.renaming import WAS
from hanok.engine.language.views import View, Views


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
    def renames(self) -> bool:
        """True when its documents may say what they `was` called."""
        return WAS in self.schema.get("properties", {})

    @cached_property
    def brings(self) -> tuple[tuple[str, str], ...]:
        """The keys whose values name documents that lie below this one, with the kind of those."""
        properties = self.schema.get("properties", {})
        return tuple((key, said["x-brings"]) for key, said in properties.items() if "x-brings" in said)

    @cached_property
    def views(self) -> Views:
        return Views(self.schema)

    def view(self, node: Node) -> View:
        return self.views.of((self.schema,), node)
