"""The inputs of formatted text, stars, colours, drawings, codes and secrets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanok.engine.fields.json import Json
from hanok.web.controls import Control, Input
from hanok.web.formats import Formats


def fill_json(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=value.pretty if isinstance(value, Json) else str(value))


MARKS: tuple[Input, ...] = (
    Input("rich_text", wide=True),
    Input("rating"),
    Input("radio"),
    Input("color"),
    Input("icon"),
    Input("json", fill_json, wide=True),
    Input("barcode"),
    Input("secret"),
)
