"""A small drawing, by its name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.value import Value, refuse

LONGEST_NAME = 60
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


class IconValue(Value):
    """A name such as `building-bank`. Which ones are drawn is the faces' knowledge, and more with each version."""

    def __init__(self, names: Sequence[str] = (), **rest: Any) -> None:
        super().__init__(**rest)
        self.names = names

    def load(self, value: Any, **known: Any) -> str:
        name = value.strip() if isinstance(value, str) and len(value) <= 2 * LONGEST_NAME else ""
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise refuse(say("This is not the name of an icon, such as building-bank."))
        if self.names and name not in self.names:
            raise refuse(say("“{value}” is none of the options.", value=name))
        return name


class Icon(FieldType):
    """Values are names of the icon set (Tabler's outlines); `names` says which ones may be chosen, else all."""

    key = "icon"
    label: ClassVar[Labels] = {"en": "Icon", "ko": "아이콘"}
    icon = "icons"
    group = "choice"
    options: ClassVar[Mapping[str, Any]] = {
        "names": {
            "description": "The icons to choose from; all when nothing is said.",
            "type": "array", "x-replace": True, "minItems": 1, "uniqueItems": True,
            "items": {"type": "string", "pattern": f"^{NAME.pattern}$", "maxLength": LONGEST_NAME},
        }
    }  # fmt: skip
    compares = "exact"

    def names(self, field: Field) -> tuple[str, ...]:
        return tuple(field.settings.get("names", ()))

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()),)

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return IconValue(self.names(field))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return IconValue()

    def search_text(self, field: Field, value: Any) -> str:
        return ""

    def input(self, field: Field) -> Widget:
        return Widget("icon", {"names": self.names(field)})

    def cell(self, field: Field) -> Cell:
        return Cell("icon", width="choice")

    def samples(self, field: Field) -> Sequence[Any]:
        return self.names(field) or ("star", " building-bank ", "columns-3", "2fa")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"names": ["star", "heart", "thumb-up"]})
