"""The cells of plain values: text, numbers, choices, time, one link."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from hanok.engine.errors import say
from hanok.engine.fields import Field, Linked
from hanok.engine.fields.mentions import readable
from hanok.engine.fields.phone import national
from hanok.engine.records.telling.mentions import mentioned, pieces
from hanok.web.cells.look import Draw, Look, address
from hanok.web.i18n import translate
from hanok.web.marks import badge, safe, who

LONGEST_IN_A_ROW = 200


# -- text ------------------------------------------------------------------------------------------------------
def text(value: Any, field: Field, look: Look) -> str:
    return escape(str(value))


def key(value: Any, field: Field, look: Look) -> str:
    return Markup('<code class="clip">{}</code>').format(value)


def long_text(value: Any, field: Field, look: Look) -> str:
    said = str(value)
    if look.wide:
        return Markup('<span class="lines-kept">{}</span>').format(with_people(said, look))
    line = " ".join(readable(said).split())
    return escape(line if len(line) <= LONGEST_IN_A_ROW else line[: LONGEST_IN_A_ROW - 1] + "…")


def with_people(text: str, look: Look) -> Markup:
    """The text; whom it names stands there by the name of today, and as before where she is gone."""
    ids = mentioned(text)
    known = look.people(ids) if ids else {}
    chip = Markup('<span class="person">@{}</span>')
    return Markup("").join(pieces(text, lambda name, id: chip.format(known.get(id, name)), escape))


def email(value: Any, field: Field, look: Look) -> str:
    said = escape(str(value))
    return safe(f'<a class="link" href="mailto:{said}">{said}</a>')


def phone(value: Any, field: Field, look: Look) -> str:
    shown = national(str(value), str(look.facts.get("country", "")))
    return safe(f'<a class="fig" href="tel:{escape(value)}">{escape(shown)}</a>')


def url(value: Any, field: Field, look: Look) -> str:
    said = str(value)
    if not said.startswith(("https://", "http://")):
        return escape(said)
    shown = said.split("://", 1)[1].rstrip("/")
    return Markup('<a class="link" href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(said, shown)


# -- numbers ---------------------------------------------------------------------------------------------------
def number(value: Any, field: Field, look: Look) -> str:
    unit = str(look.facts.get("unit", ""))
    if unit == "%":
        return _figure(look.formats.percent(value))
    shown = look.formats.number(value, look.facts.get("places"))
    return _figure(f"{shown} {unit}" if unit else shown)


def money(value: Any, field: Field, look: Look) -> str:
    amount, currency = money_parts(value, str(look.facts.get("currency", "")))
    return _figure(look.formats.money(amount, currency) if currency else look.formats.number(amount))


def money_parts(value: Any, currency: str = "") -> tuple[Decimal, str]:
    """Amount and currency of a money value; a bare number is in the given currency."""
    amount = getattr(value, "amount", value)
    return amount, str(getattr(value, "currency", "") or currency)


def percent(value: Any, field: Field, look: Look) -> str:
    return _figure(look.formats.percent(value))


def _figure(shown: str) -> Markup:
    return safe(f'<span class="fig">{escape(shown)}</span>')


# -- choices ---------------------------------------------------------------------------------------------------
def state(value: Any, field: Field, look: Look) -> str:
    found = field.choice(str(value))
    if found is None:
        return badge(str(value))
    label = found.label.get(look.language) or found.label.get("en") or found.key
    return badge(label, found.color) if found.color else escape(label)


def states(value: Any, field: Field, look: Look) -> str:
    return Markup(" ").join(state(one, field, look) for one in value)


def flag(value: Any, field: Field, look: Look) -> str:
    said = translate("Yes" if value else "No", look.language)
    return escape(said) if value else Markup('<span class="muted">{}</span>').format(said)


# -- time ------------------------------------------------------------------------------------------------------
def day(value: date, field: Field, look: Look) -> str:
    shown = look.formats.long_date(value) if look.wide else look.formats.date(value)
    return safe(f'<time datetime="{value.isoformat()}">{escape(shown)}</time>')


def moment(value: datetime, field: Field, look: Look) -> str:
    shown = look.formats.long_datetime(value) if look.wide else look.formats.datetime(value)
    return safe(f'<time datetime="{look.formats.local(value).isoformat()}">{escape(shown)}</time>')


# -- links -----------------------------------------------------------------------------------------------------
NOT_YOURS = say("a record that you may not see")
LINK = ' class="link"'


def link(value: Linked, field: Field, look: Look) -> str:
    if not value.title:
        return secret(look)
    if "." in value.module:
        return escape(value.title)  # a line has no page of its own
    return safe(
        f'<a{LINK if look.wide else ""} href="{escape(address(value.module, value.id))}">{escape(value.title)}</a>'
    )


def secret(look: Look) -> Markup:
    """A record that is there and may not be seen: neither its name nor its address is told."""
    return Markup('<span class="muted">{}</span>').format(translate(NOT_YOURS, look.language))


def user(value: Any, field: Field, look: Look) -> str:
    if getattr(value, "title", value) == "":
        return secret(look)
    return who(str(getattr(value, "title", value)))


BASIC: tuple[tuple[str, Draw], ...] = (
    ("text", text),
    ("long_text", long_text),
    ("id", key),
    ("email", email),
    ("phone", phone),
    ("url", url),
    ("number", number),
    ("money", money),
    ("percent", percent),
    ("badge", state),
    ("badges", states),
    ("check", flag),
    ("date", day),
    ("datetime", moment),
    ("link", link),
    ("user", user),
)
