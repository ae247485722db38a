"""A link to one record: of one module, or of one of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import RecordId, plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Linked, Part, Widget
from hanok.engine.fields.text import TextValue
from hanok.engine.fields.uuid import UuidValue
from hanok.engine.fields.value import Value, refuse

MODULE: Mapping[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}
MODULES: Mapping[str, Any] = {
    "type": "array",
    "items": MODULE,
    "minItems": 1,
    "uniqueItems": True,
    "x-replace": True,
}
TO = "The module whose records it leads to, or a list of several."
_BACK: Mapping[str, Any] = {
    "key": {**MODULE, "description": "The key of the end there."},
    "label": {"$ref": "#/$defs/labels", "description": "What people call it."},
}
_ONE: Mapping[str, Any] = {"type": "boolean", "description": "At most one record links to each: one to one."}


def _reverse(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    said = {"type": "object", "properties": properties, "required": ["key"], "additionalProperties": False}
    return {
        "description": "What the other module calls this link: a key, or key and label.", "anyOf": [MODULE, said]
    }


REVERSE, REVERSE_OF_MANY = _reverse({**_BACK, "one": _ONE}), _reverse(_BACK)
ON_DELETE: Mapping[str, Any] = {
    "description": "When the linked record is deleted: unlink this record, forbid it, or delete this record too.",
    "enum": ["unlink", "restrict", "cascade"],
    "default": "unlink",
}


class LinkValue(UuidValue):
    """The id of a record of the one module that the link points to."""

    def load(self, value: Any, **known: Any) -> UUID:
        return super().load(value.id if isinstance(value, Linked) else value, **known)


class LinkOperand(LinkValue):
    """Only the id, also of what says the module beside it: an id is one record's in all modules."""

    def load(self, value: Any, **known: Any) -> UUID:
        if isinstance(value, Mapping):
            value = value.get("id")
        return super().load(value.rpartition(":")[2] if isinstance(value, str) else value, **known)


class AnyLinkValue(Value):
    """A record of one of several modules: `{module: account, id: …}`, "account:…" or a Linked; loads as Linked."""

    def __init__(self, targets: Sequence[str], **rest: Any) -> None:
        super().__init__(**rest)
        self.targets = targets

    def load(self, value: Any, **known: Any) -> Linked:
        module, found = self._split(value)
        if module not in self.targets:
            raise refuse(say("A link to “{module}” is not possible here.", module=str(module)[:80]))
        return Linked(str(module), UuidValue().load(found), "")

    def _split(self, value: Any) -> tuple[Any, Any]:
        if isinstance(value, Linked):
            return value.module, value.id
        if isinstance(value, str) and ":" in value:
            module, _, found = value.partition(":")
            return module.strip(), found
        if isinstance(value, Mapping) and set(value) == {"module", "id"}:
            return value["module"], value["id"]
        raise refuse(say("A link needs the module and the id of the record."))


class Link(FieldType):
    """Values are loaded as UUID (as Linked without a title when the link has several targets) and read as Linked.

    `read` gets the part "title", joined from the target, beside its own parts. Whether the record exists and may be
    seen is the record room's question. Files hold the id; whoever writes one for readers adds a column with titles.
    """

    key = "link"
    label: ClassVar[Labels] = {"en": "Link", "ko": "연결"}
    icon = "link"
    group = "link"
    options: ClassVar[Mapping[str, Any]] = {
        "to": {"anyOf": [MODULE, MODULES], "description": TO},
        "on_delete": ON_DELETE,
        "reverse": REVERSE,
        "inherit": {"type": "boolean",
                    "description": "Records get the security groups of the one that this links to."},
        "tree": {"type": "boolean", "description": "The records form a tree by it: no cycles; asked with `under`."},
    }
    needs: ClassVar[tuple[str, ...]] = ("to",)
    compares = "exact"

    def several(self, field: Field) -> bool:
        return len(self.targets(field.settings)) > 1

    def parts(self, field: Field) -> tuple[Part, ...]:
        module = (Part("module", plain_text()),) if self.several(field) else ()
        return (Part("", RecordId()), *module)

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        written = {"": value.id if isinstance(value, Linked) else value}
        return written | {"module": getattr(value, "module", None)} if self.several(field) else written

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        if parts[""] is None:
            return None
        module = parts["module"] if self.several(field) else self.targets(field.settings)[0]
        return Linked(module, parts[""], parts.get("title") or "")

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return AnyLinkValue(self.targets(field.settings)) if self.several(field) else LinkValue()

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        return LinkOperand()

    def comparable(self, field: Field, value: Any) -> Any:
        return value.id if isinstance(value, Linked) else value

    def part_operand(self, field: Field, part: str) -> ma.fields.Field[Any] | None:
        return TextValue() if part == "module" else None

    def dump(self, field: Field, value: Any) -> Any:
        if value is None:
            return None
        found = str(self.comparable(field, value))
        return {"module": value.module, "id": found} if self.several(field) else found

    def export(self, field: Field, value: Any, language: str) -> Any:
        if value is None or not self.several(field):
            return self.dump(field, value)
        return f"{value.module}:{value.id}"

    def search_text(self, field: Field, value: Any) -> str:
        return value.title if isinstance(value, Linked) else ""

    def targets(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        to = settings.get("to", ())
        return (to,) if isinstance(to, str) else tuple(to)

    def reverse(self, settings: Mapping[str, Any]) -> Any:
        return settings.get("reverse")

    def input(self, field: Field) -> Widget:
        return Widget("link", {"targets": field.targets or self.targets(field.settings)})

    def cell(self, field: Field) -> Cell:
        return Cell("link", width="link", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        ids = ("0199c7e4-7a3b-7c00-8000-000000000001", "ffffffff-ffff-ffff-ffff-ffffffffffff")
        if not self.several(field):
            return ids
        targets = self.targets(field.settings)
        return ({"module": targets[0], "id": ids[0]}, f"{targets[-1]}:{ids[1]}")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return (
            {"to": "account", "on_delete": "restrict", "reverse": "contacts"},
            {"to": ["account", "lead"], "reverse": {"key": "deals", "label": {"en": "Deals", "ko": "거래"}}},
        )
