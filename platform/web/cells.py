"""How a value is shown: the cells that field types name, each a function from value, field and look to safe HTML.

`Cell.facts` of the type arrive as `look.facts`. A package registers its own cells through the same mapping; a name that
is registered twice is an error, an unknown one shows the value as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from hanok.engine.errors import HanokError, say
from hanok.engine.fields import Field, Linked
from hanok.engine.fields.phone import national
from hanok.web.formats import Formats
from hanok.web.i18n import translate
from hanok.web.marks import NOTHING, badge, safe, who

LIST, RECORD = "list", "record"
LONGEST_IN_A_ROW = 200


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks and where: the reader's formats, `list` or `record`, and the facts of the cell."""

    formats: Formats
    place: str = LIST
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return self.formats.language

    @property
    def wide(self) -> bool:
        """True on a record, where there is room for long dates and whole texts."""
        return self.place == RECORD


Draw = Callable[[Any, Field, Look], str]


def address(module: str, key: Any = "") -> str:
    """Where a module's list, or one of its records, is found."""
    return f"/{module}/{key}" if key else f"/{module}"


# -- text ------------------------------------------------------------------------------------------------------
def text(value: Any, field: Field, look: Look) -> str:
    return escape(str(value))


def key(value: Any, field: Field, look: Look) -> str:
    return Markup('<code class="clip">{}</code>').format(value)


def long_text(value: Any, field: Field, look: Look) -> str:
    said = str(value)
    if look.wide:
        return Markup('<span class="lines-kept">{}</span>').format(said)
    line = " ".join(said.split())
    return escape(line if len(line) <= LONGEST_IN_A_ROW else line[: LONGEST_IN_A_ROW - 1] + "…")


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
        return _secret(look)
    return safe(
        f'<a{LINK if look.wide else ""} href="{escape(address(value.module, value.id))}">{escape(value.title)}</a>'
    )


def _secret(look: Look) -> Markup:
    """A record that is there and may not be seen: neither its name nor its address is told."""
    return Markup('<span class="muted">{}</span>').format(translate(NOT_YOURS, look.language))


def user(value: Any, field: Field, look: Look) -> str:
    if getattr(value, "title", value) == "":
        return _secret(look)
    return who(str(getattr(value, "title", value)))


BUILT_IN: tuple[tuple[str, Draw], ...] = (
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


def registry(*more: tuple[str, Draw]) -> Mapping[str, Draw]:
    """All cells by name. Raises when a name is taken."""
    found: dict[str, Draw] = {}
    for name, draw in (*BUILT_IN, *more):
        if name in found:
            raise HanokError(say("There are two cells called {name}.", name=name))
        found[name] = draw
    return MappingProxyType(found)


def show(cells: Mapping[str, Draw], value: Any, field: Field, look: Look) -> str:
    """The value as the field's type wants it shown; empty is a dash."""
    return bound(cells, field, look)(value)


def bound(cells: Mapping[str, Draw], field: Field, look: Look) -> Callable[[Any], str]:
    """What shows the values of one field: a column asks its type once, not for every row."""
    asked = field.type.cell(field)
    draw, placed = cells.get(asked.name, text), replace(look, facts=asked.facts)
    return lambda value: NOTHING if is_empty(value) else draw(value, field, placed)


def is_empty(value: Any) -> bool:
    """What a screen shows as a dash."""
    return value is None or (not value and (value in ("", ()) or value == []))
