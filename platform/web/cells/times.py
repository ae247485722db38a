"""The cells of time beyond days and moments: times of day, lengths, periods, repetitions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from hanok.engine.fields import Field
from hanok.engine.fields.duration import iso, written
from hanok.engine.fields.period import Period
from hanok.engine.fields.time import clock
from hanok.web.cells.look import Draw, Look
from hanok.web.i18n import translate
from hanok.web.marks import safe


def time_of_day(value: Any, field: Field, look: Look) -> str:
    return safe(f'<time class="fig">{clock(value)}</time>')


def duration(value: Any, field: Field, look: Look) -> str:
    return safe(f'<time class="fig" datetime="{iso(abs(value))}">{escape(written(value, look.language))}</time>')


def period(value: Period, field: Field, look: Look) -> str:
    return _days(value, look) if value.all_day else _moments(value, look)


def _days(value: Period, look: Look) -> str:
    write = look.formats.long_date if look.wide else look.formats.date
    days = dict.fromkeys((value.first_day, value.last_day))
    shown = _between(_time(day.isoformat(), write(day)) for day in days)
    return shown + Markup(' <small class="muted">{}</small>').format(translate("All day", look.language))


def _moments(value: Period, look: Look) -> str:
    """The day is said once where both ends are on one."""
    start, end = look.formats.local(value.start), look.formats.local(value.end)
    write = look.formats.long_datetime if look.wide else look.formats.datetime
    last = write(value.end)
    if start.date() == end.date():
        last = look.formats.time(value.end) if look.wide else f"{end:%H:%M}"
    shown = _between((_time(start.isoformat(), write(value.start)), _time(end.isoformat(), last)))
    if not look.wide:
        return shown
    return shown + Markup(' <small class="muted">{}</small>').format(written(value.duration, look.language))


def _time(moment: str, shown: str) -> Markup:
    return safe(f'<time datetime="{moment}">{escape(shown)}</time>')


def _between(ends: Iterable[Markup]) -> Markup:
    """Both ends; where there is no room for both in a line, it breaks between them."""
    return Markup(" – ").join(ends)


def recurrence(value: Any, field: Field, look: Look) -> str:
    said = value.said(look.language)
    if not look.wide or value.start is None:
        return escape(said)
    zone = f" · {value.zone}" if value.zone != look.formats.zone else ""
    since = translate("since {day}", look.language).format(day=look.formats.long_date(value.start.date()))
    return Markup('{} <small class="muted">{}{}</small>').format(said, since, zone)


TIMES: tuple[tuple[str, Draw], ...] = (
    ("time", time_of_day),
    ("duration", duration),
    ("period", period),
    ("recurrence", recurrence),
)
