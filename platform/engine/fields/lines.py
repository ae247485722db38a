"""Lines: rows of their own inside a record, in an order and, where wanted, in groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.apart import Apart
from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.link import MODULE
from hanok.engine.fields.uuid import UuidValue
from hanok.engine.fields.value import Value, refuse

MOST = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was sent: its id (None for a new one) and its raw values, which its own module validates."""

    id: UUID | None
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, Any]:
        """What was sent, under the name by which a stored line has its values."""
        return self.raw


class LinesValue(Value):
    """A list of maps, in order: `{id: …, product: …, quantity: …}`; one without an id is new. Loads as `Line`s."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(blank=(), **rest)

    def load(self, value: Any, **known: Any) -> tuple[Line, ...]:
        if not isinstance(value, list | tuple):
            raise refuse(say("This takes a list of lines."))
        if len(value) > MOST:
            raise refuse(say("A record has at most {most} lines.", most=MOST))
        found = tuple(map(self._line, value))
        ids = [line.id for line in found if line.id is not None]
        if len(set(ids)) < len(ids):
            raise refuse(say("One line was given twice."))
        return found

    def _line(self, raw: Any) -> Line:
        if isinstance(raw, Line):
            return raw
        if not isinstance(raw, Mapping):
            raise refuse(say("A line is a map of its fields."))
        id = raw.get("id")
        rest = {str(key): each for key, each in raw.items() if key != "id"}
        return Line(None if id in (None, "") else UuidValue().deserialize(id), rest)


class Lines(Apart):
    """Values are tuples of `Line` on the way in and of records on the way out; the lines' own module has the rest."""

    key = "lines"
    label: ClassVar[Labels] = {"en": "Lines", "ko": "품목 줄"}
    icon = "list"
    group = "link"
    options: ClassVar[Mapping[str, Any]] = {
        "of": {
            "description": "What a line is made of: a module that extends line, or the fields themselves.",
            "anyOf": [
                MODULE,
                {
                    "type": "object", "x-ordered": True, "minProperties": 1,
                    "propertyNames": {"pattern": "^[a-z][a-z0-9_]{0,39}$"},
                    "additionalProperties": {"$ref": "#/$defs/field"},
                },
            ],
        },
        "groups": {"type": "boolean", "description": "Lines stand in groups with a name of their own."},
    }  # fmt: skip
    needs: ClassVar[tuple[str, ...]] = ("of",)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return LinesValue()

    def dump(self, field: Field, value: Any) -> Any:
        return [({"id": str(line.id)} if line.id else {}) | dict(line.raw) for line in value or ()]

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None

    def embedded(self, settings: Mapping[str, Any]) -> Any:
        return settings.get("of")

    def input(self, field: Field) -> Widget:
        return Widget("lines", {"groups": bool(field.settings.get("groups", False))})

    def cell(self, field: Field) -> Cell:
        return Cell("lines", width="long")

    def samples(self, field: Field) -> Sequence[Any]:
        return ([{"name": "A"}, {"name": "가", "id": "0199c7e4-7a3b-7c00-8000-000000000001"}], [])

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({"of": {"name": {"type": "text"}}}, {"of": {"name": {"type": "text"}}, "groups": True})
