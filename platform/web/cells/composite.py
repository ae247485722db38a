"""The cells of values of several parts: lists of addresses and numbers, postal addresses, names, places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from hanok.engine.fields import Field, in_language
from hanok.engine.fields.country import name_of
from hanok.engine.fields.listed import WORDS, Entry
from hanok.engine.fields.person_name import HONORIFIC
from hanok.engine.fields.phone import national
from hanok.web.cells.look import Draw, Look
from hanok.web.i18n import translate
from hanok.web.marks import safe


# -- lists ---------------------------------------------------------------------------------------------------------
def emails(value: Any, field: Field, look: Look) -> str:
    return _listed(value, look, _mail)


def _mail(entry: Entry, look: Look) -> Markup:
    said = escape(entry.value)
    usable = not (entry.opt_out or entry.invalid)
    return safe(f'<a class="link" href="mailto:{said}">{said}</a>' if usable else f"<span>{said}</span>")


def phones(value: Any, field: Field, look: Look) -> str:
    return _listed(value, look, _phone)


def _phone(entry: Entry, look: Look) -> Markup:
    shown = escape(national(entry.value, str(look.facts.get("country", ""))))
    return safe(f'<a class="fig" href="tel:{escape(entry.value)}">{shown}</a>')


def _listed(value: Any, look: Look, draw: Callable[[Entry, Look], Markup]) -> Markup:
    """The primary and how many more in a list; all of them with their kinds on a record."""
    first, *others = value.foremost()
    if look.wide:
        items = Markup("").join(_item(entry, look, draw) for entry in (first, *others))
        return Markup('<ul class="listed">{}</ul>').format(items)
    more = Markup(' <small class="muted" title="{}">+{}</small>') if others else Markup("")
    return draw(first, look) + more.format(", ".join(map(str, others)), len(others))


def _item(entry: Entry, look: Look, draw: Callable[[Entry, Look], Markup]) -> Markup:
    words = " · ".join(in_language(WORDS[key], look.language) for key in entry.said())
    said = Markup(' <small class="muted">{}</small>').format(words) if words else Markup("")
    return Markup("<li>{}{}</li>").format(draw(entry, look), said)


# -- addresses, names, places --------------------------------------------------------------------------------------
def address(value: Any, field: Field, look: Look) -> str:
    home = str(look.facts.get("home", ""))
    if not look.wide:
        return escape(value.line(look.language, home) or name_of(value.country, look.language))
    abroad = [name_of(value.country, look.language)] if value.country != home or not value.lines() else []
    return Markup("<br>").join([*value.lines(), *abroad])


def country(value: Any, field: Field, look: Look) -> str:
    return escape(name_of(str(value), look.language))


def person_name(value: Any, field: Field, look: Look) -> str:
    polite = look.facts.get("honorific") and look.language == "ko" and value.eastern and not value.salutation
    return escape(f"{value}{HONORIFIC}" if polite else str(value))


def geo_point(value: Any, field: Field, look: Look) -> str:
    shown = Markup('<span class="fig">{}</span>').format(value)
    if not look.wide:
        return shown
    where = f"https://www.openstreetmap.org/?mlat={value.lat}&mlon={value.lng}#map=16/{value.lat}/{value.lng}"
    return Markup('{} <a class="link" href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(
        shown, where, translate("Map", look.language)
    )


COMPOSITE: tuple[tuple[str, Draw], ...] = (
    ("emails", emails),
    ("phones", phones),
    ("address", address),
    ("country", country),
    ("person_name", person_name),
    ("geo_point", geo_point),
)
