"""The id of something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import RecordId
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.value import Value, refuse


class UuidValue(Value):
    """A UUID, from its canonical text."""

    def load(self, value: Any, **known: Any) -> UUID:
        if isinstance(value, UUID):
            return value
        text = value.strip().lower() if isinstance(value, str) else ""
        try:
            found = UUID(text)
        except ValueError:
            found = None
        if found is None or str(found) != text:
            raise refuse(say("This is not the id of a record."))
        return found


class Uuid(FieldType):
    key = "uuid"
    label: ClassVar[Labels] = {"en": "Id", "ko": "고유 번호"}
    icon = "fingerprint"
    group = "machine"
    compares = "exact"

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", RecordId()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return UuidValue()

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else str(value)

    def input(self, field: Field) -> Widget:
        return Widget("text", {"length": 36})

    def cell(self, field: Field) -> Cell:
        return Cell("id", width="long")

    def samples(self, field: Field) -> Sequence[Any]:
        return (
            "0199c7e4-7a3b-7c00-8000-000000000001",
            "0199C7E4-7A3B-7C00-8000-00000000000F",
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
        )
