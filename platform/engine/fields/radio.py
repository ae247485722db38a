"""One of an option set, all of which are in sight."""

from __future__ import annotations

from typing import ClassVar

from hanok.engine.fields.choice import OneOf
from hanok.engine.fields.field import Field, Labels, Widget


class Radio(OneOf):
    """Stored like a choice, and asked with a button for each option: for few options that are compared at once."""

    key = "radio"
    label: ClassVar[Labels] = {"en": "Radio buttons", "ko": "라디오 버튼"}
    icon = "circle-dot"
    converts_from = frozenset({"choice"})
    compares = "exact"

    def input(self, field: Field) -> Widget:
        return Widget("radio", super().input(field).facts)
