"""What somebody chooses for herself beside her record: how values look, where she starts, what she is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, redirect, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.access import may
from hanok.engine.errors import Message, say
from hanok.engine.fields import in_language
from hanok.engine.records import preferences
from hanok.engine.records.filters import names_of
from hanok.engine.records.preferences import ASSIGNED, BELL, FOLLOWS, LOOK, MADE
from hanok.engine.records.telling.kinds import BUILT_IN
from hanok.web.doors import door
from hanok.web.formats import Formats
from hanok.web.login import is_secure
from hanok.web.menu import Frame
from hanok.web.notices import notify
from hanok.web.visit import THEME_COOKIE, THEMES, connection, write

choices = Blueprint("choices", __name__, url_prefix="/me")
DAY, NUMBER = date(2026, 11, 21), Decimal("1234567.5")
DAYS: Mapping[str, Message] = {
    "monday": say("Monday"), "sunday": say("Sunday"), "saturday": say("Saturday"),
}  # fmt: skip
DENSITIES: Mapping[str, Message] = {"normal": say("Normal"), "compact": say("Compact")}
LIGHTS: Mapping[str, Message] = {"light": say("Light"), "dark": say("Dark")}
BY_HERSELF: Mapping[str, Message] = {
    MADE: say("Follow records that I make"), ASSIGNED: say("Follow records that I am given"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """One thing to choose: `first` is said for nothing chosen, `options` are keys with what is said of them."""

    key: str
    label: Message
    first: Message
    options: Sequence[tuple[str, Message | str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class Tick:
    """One thing to want or not."""

    name: str
    value: str
    label: Message
    is_on: bool


def boxes(conn: Connection) -> tuple[Box, ...]:
    """How values look, and where she starts."""
    look = g.look
    days = [(style, Formats(g.language, g.formats.zone, style).date(DAY)) for style in preferences.DATES]
    numbers = [(style, Formats(g.language, number_style=style).number(NUMBER)) for style in preferences.NUMBERS]
    as_language = say("As the language: {what}", what=Formats(g.language).long_date(DAY))
    return (
        Box("date", say("Dates"), as_language, days, look.get("date", "")),
        Box("number", say("Numbers"), say("As the language: {what}", what=Formats(g.language).number(NUMBER)), numbers,
            look.get("number", "")),
        Box("first_day", say("The week begins on"), say("As the language"), tuple(DAYS.items()),
            look.get("first_day", "")),
        Box("theme", say("Light or dark"), say("As this device"), tuple(LIGHTS.items()), look.get("theme", "")),
        Box("density", say("Rows of lists"), say("As the list says"), tuple(DENSITIES.items()),
            look.get("density", "")),
        Box("start", say("Start page"), say("Home page"), tuple(_starts(conn)), look.get("start", "")),
    )  # fmt: skip


def ticks(conn: Connection) -> tuple[tuple[Tick, ...], ...]:
    """What she is told, what of it by mail, too, and what she follows by herself."""
    chosen = preferences.of(conn, g.actor.id, BELL)
    without, mailed = chosen.get("without", ()), chosen.get("mail", ())
    kinds = tuple(Tick("kind", kind.key, kind.label, kind.key not in without) for kind in BUILT_IN)
    letters = tuple(Tick("mail", kind.key, kind.label, kind.key in mailed) for kind in BUILT_IN)
    off = {key for key in BY_HERSELF if preferences.of(conn, g.actor.id, FOLLOWS + key)}
    return kinds, letters, tuple(Tick("follow", key, label, key not in off) for key, label in BY_HERSELF.items())


def start_of(look: Mapping[str, Any]) -> str:
    """The address of her start page; "" for the home page, also where she may not see the other any more."""
    module, _, saved = str(look.get("start", "")).partition(":")
    if module not in g.catalog.modules or not may(g.catalog, g.actor, module, "list"):
        return ""
    return f"/{module}?{urlencode({'filter': saved})}" if saved else f"/{module}"


def _starts(conn: Connection) -> Iterator[tuple[str, str]]:
    own = names_of(conn, g.actor)
    for key in dict.fromkeys(entry.key for menu in Frame().menus for entry in menu.entries):
        module = g.catalog.modules.get(key)
        if module is None:
            continue
        plural = in_language(module.plural, g.language)
        yield key, plural
        for name, saved in module.saved_filters.items():
            yield f"{key}:{name}", f"{plural} · {in_language(saved.label, g.language)}"
        yield from ((f"{key}:{id}", f"{plural} · {name}") for of, id, name in own if of == key)


# -- keeping it --------------------------------------------------------------------------------------------------------
@choices.post("/look")
@door("own")
def save_look() -> AnyResponse:
    sent = {box.key: request.form.get(box.key, "") for box in boxes(connection())}
    wanted = {**{key: value for key, value in g.look.items() if key not in sent},
              **{key: value for key, value in sent.items() if value}}  # fmt: skip
    write(lambda conn, _: preferences.put(conn, g.actor.id, LOOK, wanted))
    notify(say("Your settings were saved."))
    answer = redirect("/me", 303)
    answer.delete_cookie(THEME_COOKIE, secure=is_secure(), samesite="Lax")
    return answer


@choices.post("/told")
@door("own")
def save_told() -> AnyResponse:
    kinds, follows = set(request.form.getlist("kind")), set(request.form.getlist("follow"))
    without = [kind.key for kind in BUILT_IN if kind.key not in kinds]
    letters = [kind.key for kind in BUILT_IN if kind.key in request.form.getlist("mail")]
    bell = {**({"without": without} if without else {}), **({"mail": letters} if letters else {})}

    def keep(conn: Connection) -> None:
        preferences.put(conn, g.actor.id, BELL, bell)
        for key in BY_HERSELF:
            preferences.put(conn, g.actor.id, FOLLOWS + key, {} if key in follows else {"off": True})

    write(lambda conn, _: keep(conn))
    notify(say("Your settings were saved."))
    return redirect("/me#told", 303)


@choices.post("/theme")
@door("own")
def save_theme() -> Response:
    """Light or dark, as the switch in her menu says it."""
    theme = request.form.get("theme", "")
    if theme in THEMES:
        write(lambda conn, _: preferences.put(conn, g.actor.id, LOOK, {**g.look, "theme": theme}))
    return Response(status=204)
