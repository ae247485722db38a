"""The inputs of values of several parts: lists of addresses and numbers, postal addresses, names, places.

Each part is a box called `<name>.<part>`; an empty `<name>` beside them says that the field stood on the form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any

from hanok.engine.fields.listed import FLAGS, Listed
from hanok.engine.fields.phone import national
from hanok.web.controls import Control, Fill, Form, Input, Read, read_text, sent_boxes
from hanok.web.formats import Formats


def fill_parts(control: Control, value: Any, formats: Formats) -> Control:
    """The boxes of a value that has an attribute for each of its parts."""
    if isinstance(value, str):
        return replace(control, text=value)
    return replace(control, boxes={part: (str(getattr(value, part)),) for part in value.__dataclass_fields__})


def read_parts(form: Form, name: str, formats: Formats) -> Any:
    """A map of the parts; blank when every box is. Without boxes, what was sent by itself."""
    boxes = {part: texts[-1].strip() for part, texts in sent_boxes(form, name).items()}
    if not boxes:
        return read_text(form, name, formats)
    return boxes if any(boxes.values()) else ""


def fill_place(control: Control, value: Any, formats: Formats) -> Control:
    lat, _, lng = str(value).partition(", ")
    return replace(control, boxes={"lat": (lat,), "lng": (lng,)}) if lng else replace(control, text=lat)


# -- lists: parallel boxes, a row for each entry ------------------------------------------------------------------
def fill_listed(control: Control, value: Any, formats: Formats, *, shown: Callable[[Control, str], str]) -> Control:
    if not isinstance(value, Listed):
        return replace(control, text=str(value))
    boxes = {
        "value": tuple(shown(control, entry.value) for entry in value),
        "kind": tuple(entry.kind for entry in value),
        "state": tuple(" ".join(flag for flag in FLAGS if getattr(entry, flag)) for entry in value),
        "primary": tuple(str(place) for place, entry in enumerate(value) if entry.primary),
    }
    return replace(control, boxes=boxes)


def read_listed(form: Form, name: str, formats: Formats, *, item: str) -> Any:
    boxes = sent_boxes(form, name)
    if "value" not in boxes:
        return read_text(form, name, formats)
    first = (boxes.get("primary") or ("",))[-1]
    rows = _rows(boxes["value"], boxes.get("kind", ()), boxes.get("state", ()))
    return [
        {item: value, "kind": kind, "primary": str(place) == first} | dict.fromkeys(state.split(), True)
        for place, (value, kind, state) in enumerate(rows)
        if value.strip()
    ]


def _rows(values: Iterable[str], *others: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The texts of each row; a column that was not sent is blank."""
    found = list(values)
    return list(zip(found, *((*other, *[""] * len(found))[: len(found)] for other in others), strict=True))


def _listed(name: str, item: str, shown: Callable[[Control, str], str]) -> Input:
    fill: Fill = partial(fill_listed, shown=shown)
    read: Read = partial(read_listed, item=item)
    return Input(name, fill, read, wide=True)


COMPOSITE: tuple[Input, ...] = (
    _listed("emails", "email", lambda control, value: value),
    _listed("phones", "phone", lambda control, value: national(value, str(control.facts.get("country", "")))),
    Input("address", fill_parts, read_parts, wide=True),
    Input("person_name", fill_parts, read_parts),
    Input("geo_point", fill_place, read_parts),
)
