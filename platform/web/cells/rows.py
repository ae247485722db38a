"""The cells of what stands in rows: lines inside a record, and links to many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from hanok.engine.fields import Field, in_language
from hanok.web.cells.basic import secret
from hanok.web.cells.look import Draw, Look, address
from hanok.web.marks import NOTHING

GROUP = "group"


def ties(value: Any, field: Field, look: Look) -> str:
    """The titles of what is tied, each a link, or a chip of its colour."""
    if field.type.cell(field).facts.get("chips"):
        return Markup(" ").join(_chip(tie, field, look) for tie in value)
    return Markup(", ").join(_tie(tie, field, look) for tie in value)


def _chip(tie: Any, field: Field, look: Look) -> str:
    if not tie.title:
        return secret(look)
    there = address(tie.module or field.members[0], tie.id)
    chip = Markup('<a class="badge" data-color="{}" href="{}">{}</a>')
    return chip.format(tie.color or "grey", there, tie.title)


def _tie(tie: Any, field: Field, look: Look) -> str:
    if not tie.title:
        return secret(look)
    there = address(tie.module or field.members[0], tie.id)
    return Markup('<a class="link" href="{}">{}</a>').format(there, tie.title)


def lines(value: Any, field: Field, look: Look) -> str:
    """A table of the lines (records), under the names of their groups."""
    own = [found for key, found in field.own.items() if key != GROUP and not found.hidden]
    shown = [found for found in own if any(_said(line.values.get(found.key)) for line in value)] or own
    heads = Markup("").join(_head(found, look) for found in shown)
    body = Markup("").join(_rows(value, shown, look))
    return Markup(
        '<div class="wide-table"><table class="lines read"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(heads, body)


def _said(value: Any) -> bool:
    return value not in (None, "", (), [])


def _head(found: Field, look: Look) -> Markup:
    cell = found.type.cell(found)
    side = Markup(' class="num"') if cell.align == "end" else ""
    head = Markup('<th{} data-width="{}">{}</th>')
    return head.format(side, cell.width, in_language(found.label, look.language))


def _rows(value: Sequence[Any], shown: Sequence[Field], look: Look) -> list[Markup]:
    found, group = [], ""
    for line in value:
        if (line.values.get(GROUP) or "") != group:
            group = line.values.get(GROUP) or ""
            head = Markup('<tr class="group"><td colspan="{}">{}</td></tr>')
            found.append(head.format(len(shown), group or NOTHING))
        cells = Markup("").join(_cell(one, line.values, look) for one in shown)
        found.append(Markup("<tr>{}</tr>").format(cells))
    return found


def _cell(found: Field, values: Mapping[str, Any], look: Look) -> Markup:
    side = Markup(' class="num"') if found.type.cell(found).align == "end" else ""
    drawn = look.inside(found, values.get(found.key)) if look.inside else escape(str(values.get(found.key) or ""))
    return Markup("<td{}>{}</td>").format(side, drawn)


ROWS: tuple[tuple[str, Draw], ...] = (("lines", lines), ("links", ties))
