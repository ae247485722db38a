"""The cells of formatted text, stars, colours, drawings, codes and secrets, and of whatever a list masks."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import segno
from barcode import get_barcode_class
from markupsafe import Markup, escape

from hanok.engine.fields import Field, in_language
from hanok.engine.fields.barcode import DIGITS
from hanok.engine.fields.rich_text import cleaned, plain_of
from hanok.web.cells.basic import LONGEST_IN_A_ROW
from hanok.web.cells.look import Draw, Look
from hanok.web.i18n import translate
from hanok.web.marks import safe

HIDDEN = "••••••"
LEFT_OPEN = 4
#: Modules that stay white at both sides of a code, so that scanners find it.
QUIET = 10


# -- text ------------------------------------------------------------------------------------------------------
def rich_text(value: Any, field: Field, look: Look) -> str:
    """Its plain text in a list. On a record it is cleaned once more: what is drawn never rests on what was stored."""
    if look.wide:
        return Markup('<div class="rich">{}</div>').format(safe(cleaned(str(value))))
    line = " ".join(plain_of(str(value)).split())
    return escape(line if len(line) <= LONGEST_IN_A_ROW else line[: LONGEST_IN_A_ROW - 1] + "…")


def json(value: Any, field: Field, look: Look) -> str:
    if look.wide:
        return Markup('<pre class="json">{}</pre>').format(getattr(value, "pretty", value))
    said = str(value)
    shown = said if len(said) <= LONGEST_IN_A_ROW else said[: LONGEST_IN_A_ROW - 1] + "…"
    return Markup('<code class="clip">{}</code>').format(shown)


# -- numbers ---------------------------------------------------------------------------------------------------
def measured(value: Any, field: Field, look: Look) -> str:
    """Digits in groups where that can be read, else as powers of ten."""
    plain = value == 0 or 1e-4 <= abs(value) < 1e15
    shown = look.formats.number(value) if plain else f"{value:.15g}"
    return safe(f'<span class="fig">{escape(shown)}</span>')


def rating(value: Any, field: Field, look: Look) -> str:
    most = max(int(look.facts.get("max", 5)), int(value))
    said = translate("{count} of {most}", look.language, count=int(value), most=most)
    stars = Markup("<i>{}</i>{}").format("★" * int(value), "★" * (most - int(value)))
    return Markup('<span class="rated" role="img" aria-label="{}" title="{}">{}</span>').format(said, said, stars)


# -- choices ---------------------------------------------------------------------------------------------------
def color(value: Any, field: Field, look: Look) -> str:
    """The colour as a drawing: a style in the page would be refused."""
    return Markup(
        '<span class="who"><svg class="swatch" viewBox="0 0 16 16" aria-hidden="true">'
        '<rect width="16" height="16" rx="4" fill="{}"/></svg><code class="clip">{}</code></span>'
    ).format(value, value)


def icon(value: Any, field: Field, look: Look) -> str:
    return Markup('<span class="who">{}<span class="clip">{}</span></span>').format(look.icon(str(value)), value)


# -- codes -----------------------------------------------------------------------------------------------------
def barcode(value: Any, field: Field, look: Look) -> str:
    text = Markup('<code class="fig clip">{}</code>').format(value)
    if not look.wide:
        return text
    kind = str(look.facts.get("kind", "code128"))
    drawn = squares(str(value)) if kind == "qr" else bars(kind, str(value))
    return Markup('<span class="scanned">{}{}</span>').format(drawn, text)


@lru_cache(maxsize=256)
def squares(text: str) -> Markup:
    """A QR code as SVG; nothing where the text is too long for one."""
    try:
        code = segno.make(text, error="m", boost_error=False, micro=False)
    except segno.DataOverflowError:
        return Markup("")
    drawn = code.svg_inline(omitsize=True, svgclass="code square", lineclass=None, light="#fff", dark="#000")
    return safe(str(drawn).replace("<svg ", '<svg aria-hidden="true" ', 1))


@lru_cache(maxsize=256)
def bars(kind: str, text: str) -> Markup:
    """The bars of a code as SVG; nothing where the stored text is none of this kind."""
    if kind in DIGITS and not (text.isdecimal() and len(text) == DIGITS[kind]):
        return Markup("")
    made = get_barcode_class("ean13" if kind == "upca" else kind)("0" + text if kind == "upca" else text)
    modules = "".join(made.build()).replace("G", "1")
    width = len(modules) + 2 * QUIET
    path = "".join(f"M{QUIET + place} 4v44h1v-44z" for place, sign in enumerate(modules) if sign == "1")
    return safe(
        f'<svg class="code" viewBox="0 0 {width} 52" aria-hidden="true" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{width}v52h-{width}z"/><path fill="#000" d="{path}"/></svg>'
    )


# -- secrets ---------------------------------------------------------------------------------------------------
def secret(value: Any, field: Field, look: Look) -> str:
    """Dots; on a record they open, with the keyboard too, and without scripts: unless it is only ever written."""
    if not look.wide or field.type.cell(field).facts.get("write_only"):
        return Markup('<span class="muted">{}</span>').format(HIDDEN)
    said = translate("Show {field}", look.language, field=in_language(field.label, look.language))
    return Markup(
        '<details class="secret"><summary aria-label="{}"><span aria-hidden="true">{}</span>{}</summary>'
        "<span>{}</span></details>"
    ).format(said, HIDDEN, look.icon("eye"), value)


def masked(value: Any, field: Field, look: Look) -> str:
    """The value as an export writes it, its letters and digits hidden: all, or all but the last four."""
    text = str(field.type.export(field, value, look.language))
    return Markup('<span class="fig muted">{}</span>').format(hidden(text, field.mask))


def hidden(text: str, how: str) -> str:
    """`most`: 010-1234-5678 is •••-••••-5678, and a text of up to four letters shows none."""
    letters = sum(sign.isalnum() for sign in text)
    if how == "all" or letters <= LEFT_OPEN:
        return HIDDEN
    left, found = letters - LEFT_OPEN, []
    for sign in text:
        hide = sign.isalnum() and left > 0
        found.append("•" if hide else sign)
        left -= hide
    return "".join(found)


MARKS: tuple[tuple[str, Draw], ...] = (
    ("rich_text", rich_text),
    ("json", json),
    ("float", measured),
    ("rating", rating),
    ("color", color),
    ("icon", icon),
    ("barcode", barcode),
    ("secret", secret),
)
