"""Links to many records (n-n): each tie is a row of a table of its own, in an order, with fields of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.apart import Apart
from hanok.engine.fields.field import NOTHING, Cell, Field, Labels, Linked, Widget
from hanok.engine.fields.link import MODULE, MODULES, ON_DELETE, REVERSE_OF_MANY, TO
from hanok.engine.fields.uuid import UuidValue
from hanok.engine.fields.value import Value, refuse

MOST = 1000


@dataclass(frozen=True, slots=True)
class Tie:
    """One record that is linked, and the values of the tie's own fields (Python values by key).

    `module` is "" where the field leads to one module only; `color` is that of a chip, where they are shown as chips.
    """

    id: UUID
    module: str = ""
    title: str = ""
    own: Mapping[str, Any] = field(default_factory=dict)
    color: str = ""


class TiesValue(Value):
    """A list of records: ids, `{id: …, role: …}` with the tie's own fields, "account:…" where several are possible.

    Text is read as ids with commas between them. Loads as a tuple of `Tie`, each record once.
    """

    def __init__(self, bound: Field, **rest: Any) -> None:
        super().__init__(blank=(), **rest)
        self.bound = bound

    def load(self, value: Any, **known: Any) -> tuple[Tie, ...]:
        if isinstance(value, str):
            value = [each for each in value.replace(";", ",").split(",") if each.strip()]
        if not isinstance(value, list | tuple):
            raise refuse(say("This takes a list of records."))
        if len(value) > MOST:
            raise refuse(say("At most {most} records can be given at once.", most=MOST))
        found: dict[tuple[str, UUID], Tie] = {}
        for each in value:
            tie = self._tie(each, **known)
            found.setdefault((tie.module, tie.id), tie)
        return tuple(found.values())

    def _tie(self, raw: Any, **known: Any) -> Tie:
        if isinstance(raw, Tie):
            return raw
        if isinstance(raw, Linked):
            return Tie(raw.id, self._module(raw.module), raw.title)
        if isinstance(raw, Mapping):
            given = {key: each for key, each in raw.items() if key not in ("id", "module", "title")}
            own = own_values(self.bound, given)
            return Tie(UuidValue().deserialize(raw.get("id")), self._module(raw.get("module")), "", own)
        module, _, id = str(raw).rpartition(":")
        return Tie(UuidValue().deserialize(id), self._module(module.strip() or None))

    def _module(self, written: Any) -> str:
        members = self.bound.type.members(self.bound.settings)
        if len(members) == 1:
            return ""
        if written not in members:
            raise refuse(say("A link to “{module}” is not possible here.", module=str(written)[:80]))
        return str(written)


def own_values(bound: Field, given: Mapping[str, Any]) -> dict[str, Any]:
    """The loaded values of a tie's own fields. Raises marshmallow's ValidationError."""
    loaded = {}
    for key, raw in given.items():
        own = bound.own.get(key)
        if own is None:
            raise refuse(say("There is no field “{key}”.", key=str(key)[:80]))
        if own.readonly:
            raise refuse(say("This cannot be changed."))
        loaded[key] = own.type.value(own).deserialize(raw)
    return loaded


class Links(Apart):
    """Values are tuples of `Tie`. They stand in a table of their own and are read by the module's end of this key."""

    key = "links"
    label: ClassVar[Labels] = {"en": "Links", "ko": "여러 연결"}
    icon = "link"
    group = "link"
    options: ClassVar[Mapping[str, Any]] = {
        "to": {"anyOf": [MODULE, MODULES], "description": TO},
        "on_delete": ON_DELETE,
        "reverse": REVERSE_OF_MANY,
        "primary": {**MODULE, "description": "The key of a link to the most important one of them."},
        "chips": {**MODULE, "description": "A choice of the other module: records are shown as chips of its colours."},
        "fields": {
            "description": "Fields of each tie itself: the role of a contact in a deal.",
            "type": "object", "x-ordered": True, "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,39}$"},
            "additionalProperties": {"$ref": "#/$defs/field"},
        },
    }  # fmt: skip
    needs: ClassVar[tuple[str, ...]] = ("to",)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return TiesValue(field)

    def dump(self, field: Field, value: Any) -> Any:
        return [self._dumped(field, tie) for tie in value or ()]

    def _dumped(self, field: Field, tie: Tie) -> dict[str, Any]:
        module = {"module": tie.module} if tie.module else {}
        own = {key: field.own[key].type.dump(field.own[key], each) for key, each in tie.own.items()}
        return {**module, "id": str(tie.id), **own}

    def export(self, field: Field, value: Any, language: str) -> Any:
        return ", ".join(f"{tie.module}:{tie.id}" if tie.module else str(tie.id) for tie in value or ()) or None

    def members(self, settings: Mapping[str, Any]) -> tuple[str, ...]:
        to = settings.get("to", ())
        return (to,) if isinstance(to, str) else tuple(to)

    def own(self, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = settings.get("fields", NOTHING)
        return found

    def reverse(self, settings: Mapping[str, Any]) -> Any:
        return settings.get("reverse")

    def input(self, field: Field) -> Widget:
        return Widget("links", {"targets": field.members})

    def cell(self, field: Field) -> Cell:
        return Cell("links", {"chips": True} if field.settings.get("chips") else {}, width="long")

    def samples(self, field: Field) -> Sequence[Any]:
        ids = ("0199c7e4-7a3b-7c00-8000-000000000001", "ffffffff-ffff-ffff-ffff-ffffffffffff")
        members = self.members(field.settings)
        if len(members) > 1:
            return ([{"module": members[0], "id": ids[0]}, f"{members[-1]}:{ids[1]}"],)
        return (list(ids), [{"id": ids[0]}])

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({"to": "contact", "reverse": "deals"}, {"to": ["account", "lead"], "on_delete": "restrict"})
