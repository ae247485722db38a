"""The inputs of formatted text, stars, colours, drawings, codes and secrets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanok.engine.fields.json import Json
from hanok.web.controls import Control, Input, fill_text
from hanok.web.formats import Formats

HIDDEN = "••••••"


def fill_json(control: Control, value: Any, formats: Formats) -> Control:
    return replace(control, text=value.pretty if isinstance(value, Json) else str(value))


def fill_secret(control: Control, value: Any, formats: Formats) -> Control:
    """What is only ever written is not sent to the browser: dots behind the empty box say that there is something."""
    if control.facts.get("write_only"):
        return replace(control, placeholder=HIDDEN)
    return fill_text(control, value, formats)


MARKS: tuple[Input, ...] = (
    Input("rich_text", wide=True),
    Input("rating"),
    Input("radio"),
    Input("color"),
    Input("icon"),
    Input("json", fill_json, wide=True),
    Input("barcode"),
    Input("secret", fill_secret),
)
