"""Inputs that hold rows: lines inside a record, and links to many."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hanok.engine.errors import Refused, say
from hanok.engine.fields import Field
from hanok.engine.fields.lines import MOST
from hanok.engine.fields.link import Link
from hanok.web.controls import TITLE, Control, Errors, Form, Input, LineCell, LineRow, ReadField
from hanok.web.formats import Formats

#: Stands in the names of the row that new ones are made of; `js/hk-lines.js` puts a number there.
BLANK = "__n__"
#: Rows of a form, blank ones and those that are taken away among them; beyond these it is not even drawn again.
MOST_ROWS = MOST + 500
ID, GROUP, GONE = "id", "group", "gone"


# -- lines -------------------------------------------------------------------------------------------------------
def line_rows(
    control: Control, value: Any, form: Form | None, inner: Errors, formats: Formats, read: ReadField
) -> Control:
    """The rows of what was typed, else of the stored lines (records), and the blank one."""
    own = [found for key, found in control.field.own.items() if key != GROUP]
    typed = form if form is not None and control.name in form else None
    if typed is not None:
        places = {number: str(place) for place, number in enumerate(sent_lines(control.field, typed, formats, read))}
        rows = [
            _typed_row(control.name, number, own, typed, _renamed(inner, control.name, places.get(number), number))
            for number in _numbers(control.name, typed)
        ]
    else:
        rows = [_stored_row(control.name, str(place), own, line, inner) for place, line in enumerate(value or ())]
    blank = _row(control.name, BLANK, own, {}, {}, fill=True)
    return replace(control, rows=tuple(rows), blank=blank, typed=typed)


def _stored_row(name: str, number: str, own: Iterable[Field], line: Any, inner: Errors) -> LineRow:
    values: Mapping[str, Any] = getattr(line, "values", None) or {}
    found = _row(name, number, own, values, inner)
    return replace(found, id=str(getattr(line, "id", "") or ""), group=str(values.get(GROUP) or ""))


def _typed_row(name: str, number: str, own: Iterable[Field], typed: Form, inner: Errors) -> LineRow:
    found = _row(name, number, own, {}, inner)
    return replace(
        found, id=typed.get(f"{name}.{number}.{ID}", ""), group=typed.get(f"{name}.{number}.{GROUP}", "")
    )


def _row(
    name: str, number: str, own: Iterable[Field], values: Mapping[str, Any], inner: Errors, *, fill: bool = False
) -> LineRow:
    cells = tuple(
        LineCell(
            replace(found, key=f"{name}.{number}.{found.key}"),
            _default(found) if fill else values.get(found.key),
            tuple(inner.get(f"{name}.{number}.{found.key}", ())),
            fixed=found.readonly,
        )
        for found in own
        if not found.hidden
    )
    return LineRow(number, "", "", cells, tuple(inner.get(f"{name}.{number}", ())))


def _renamed(inner: Errors, name: str, place: str | None, number: str) -> Errors:
    """The errors of the line at this place, under the number that its row has on the form."""
    start = f"{name}.{place}"
    return {
        f"{name}.{number}{key.removeprefix(start)}": said
        for key, said in inner.items()
        if key == start or key.startswith(start + ".")
    }


def _default(found: Field) -> Any:
    """What a new line begins with, as far as the form can say it: not what depends on the day or on who asks."""
    written = found.type.default(found)
    return written if isinstance(written, str | bool | int) or written is None else str(written)


def _numbers(name: str, form: Form) -> list[str]:
    """The numbers of the rows that were sent, in the order in which they stood. Raises Refused for far too many."""
    named = re.compile(re.escape(name) + r"\.(\d{1,6})\.")
    numbers = list(dict.fromkeys(found[1] for key in form if (found := named.match(key))))
    if len(numbers) > MOST_ROWS:
        raise Refused(say("A record has at most {most} lines.", most=MOST))
    return numbers


def read_lines(found: Field, form: Form, formats: Formats, read: ReadField) -> list[dict[str, Any]]:
    """The raw lines, in order; new ones in which nothing was typed, and those marked as gone, are left out."""
    return list(sent_lines(found, form, formats, read).values())


def sent_lines(found: Field, form: Form, formats: Formats, read: ReadField) -> dict[str, dict[str, Any]]:
    """The raw lines by the numbers of their rows."""
    lines = {}
    for number in _numbers(found.key, form):
        start = f"{found.key}.{number}."
        if form.get(start + GONE):
            continue
        sent = {key: own for key, own in found.own.items() if key != GROUP and start + key in form}
        raw = {key: read(replace(own, key=start + key), form, formats) for key, own in sent.items()}
        if form.get(start + ID):
            raw[ID] = form[start + ID]
        elif not any(_said(each) for each in raw.values()):
            continue
        if GROUP in found.own:
            raw[GROUP] = form.get(start + GROUP, "")
        lines[number] = raw
    return lines


def _said(raw: Any) -> bool:
    if isinstance(raw, Mapping):
        return any(map(_said, raw.values()))
    return bool(raw.strip() if isinstance(raw, str) else raw)


# -- links to many -----------------------------------------------------------------------------------------------
def tie_rows(
    control: Control, value: Any, form: Form | None, inner: Errors, formats: Formats, read: ReadField
) -> Control:
    """What is tied, or was picked, as keys and titles; the blank row holds the box that finds one more."""
    stored = {f"{tie.module}:{tie.id}" if tie.module else str(tie.id): str(tie.title or "") for tie in value or ()}
    if form is not None and control.name in form:
        picked = (key for key in form.getlist(control.name) if key)
        stored = {key: form.get(f"{control.name}{TITLE}.{key}", stored.get(key, "")) for key in picked}
    finding = replace(control.field, type=Link(), targets=control.field.members, members=(), settings={})
    return replace(
        control, options=tuple(stored.items()), blank=LineRow(BLANK, "", "", (LineCell(finding, None),))
    )


def read_ties(form: Form, name: str, formats: Formats) -> list[str]:
    return [found for found in form.getlist(name) if found]


ROWS: tuple[Input, ...] = (
    Input("lines", rows=line_rows, read_rows=read_lines, wide=True),
    Input("links", read=read_ties, rows=tie_rows, wide=True),
)
