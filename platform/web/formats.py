"""Dates, numbers and money as a reader in one language and one time zone writes them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)

from hanok.engine.fields.country import names
from hanok.engine.fields.repeating import DAYS
from hanok.web.i18n import translate

LONG_DATE: Mapping[str, str] = {"ko": "y년 M월 d일 (E)", "en": "EEE, MMM d, y"}
LONG_TIME: Mapping[str, str] = {"ko": "aaaa h:mm", "en": "h:mm a"}
SHORT_DAY: Mapping[str, str] = {"ko": "M월 d일 (E)", "en": "EEE, MMM d"}
#: The ways to write a day that somebody may choose (`preferences.DATES`).
DATES: Mapping[str, str] = {
    "iso": "%Y-%m-%d", "dots": "%Y.%m.%d", "day_first": "%d/%m/%Y", "month_first": "%m/%d/%Y",
}  # fmt: skip
#: What stands for the comma and the point of 1,234.5 in the ways to write a number (`preferences.NUMBERS`).
NUMBERS: Mapping[str, Mapping[int, str | None]] = {
    "comma": {}, "point": {ord(","): ".", ord("."): ","}, "space": {ord(","): "\u00a0", ord("."): ","},
    "plain": {ord(","): None},
}  # fmt: skip
#: Calendars in Korea and in the United States begin on Sunday.
FIRST_DAYS: Mapping[str, int] = {"": 6, "monday": 0, "saturday": 5, "sunday": 6}
GROUPED = re.compile(r"[-+−]?\d{1,3}(\.\d{3})+")
SPACES = re.compile(r"(?<=\d)\s(?=\d)")
MOMENT = timedelta(seconds=45)


@cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name. Raises zoneinfo.ZoneInfoNotFoundError."""
    return ZoneInfo(name)


@cache
def _signs(language: str) -> Mapping[int, str]:
    """What stands for the comma and the point of 1,234.5, for `str.translate`; nothing where they are the same."""
    group, point = get_group_symbol(language), get_decimal_symbol(language)
    return {} if (group, point) == (",", ".") else {ord(","): group, ord("."): point}


@cache
def _around(currency: str, language: str, *, negative: bool) -> tuple[str, str]:
    """What stands before and after the digits of an amount."""
    shown = format_currency(-1 if negative else 1, currency, locale=language)
    digits = _digits(Decimal(1), get_currency_precision(currency), language)
    before, _, after = shown.partition(digits)
    return before, after


def _digits(value: Decimal, places: int, language: str) -> str:
    """Babel writes the same, thirty times slower: lists are made of numbers."""
    shown = f"{value:,.{places}f}"
    signs = _signs(language)
    return shown.translate(signs) if signs else shown


@dataclass(frozen=True, slots=True)
class Formats:
    """How one reader sees values."""

    language: str = "ko"
    zone: str = "Asia/Seoul"
    #: How she wants days and numbers written, and which day her week begins with ("": as her language does).
    date_style: str = ""
    number_style: str = ""
    first_day: str = ""

    def local(self, value: dt.datetime) -> dt.datetime:
        """The same moment on the reader's clock. A datetime without a zone is UTC, as it is stored."""
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        try:
            return moment.astimezone(zone_of(self.zone))
        except OverflowError:
            return moment  # at the very end of the calendar

    def today(self) -> dt.date:
        return dt.datetime.now(zone_of(self.zone)).date()

    # -- time --------------------------------------------------------------------------------------------------
    def date(self, value: dt.date) -> str:
        """Short, for tables: 2026-11-21."""
        return value.strftime(DATES[self.date_style]) if self.date_style in DATES else value.isoformat()

    def typed_date(self, text: str) -> str:
        """What was typed in her way, as 2026-11-21; anything else as it is, for the validator to read or refuse."""
        try:
            return dt.datetime.strptime(text.strip(), DATES[self.date_style]).date().isoformat()
        except (KeyError, ValueError):
            return text

    def long_date(self, value: dt.date) -> str:
        """2026년 11월 21일 (토); Sat, Nov 21, 2026; where she chose how days are written: 2026.11.21 (토)."""
        if self.date_style in DATES:
            return f"{self.date(value)} ({format_date(value, 'EEE', locale=self.language)})"
        return format_date(value, LONG_DATE[self.language], locale=self.language)

    def time(self, value: dt.datetime) -> str:
        """오후 3:05; 3:05 PM."""
        return format_datetime(self.local(value), LONG_TIME[self.language], locale=self.language)

    def datetime(self, value: dt.datetime) -> str:
        """Short, for tables: 2026-11-21 15:05."""
        here = self.local(value)
        return f"{self.date(here.date())} {here:%H:%M}"

    def long_datetime(self, value: dt.datetime) -> str:
        """2026년 11월 21일 (토) 오후 3:05; Sat, Nov 21, 2026, 3:05 PM."""
        joint = " " if self.language == "ko" else ", "
        return self.long_date(self.local(value).date()) + joint + self.time(value)

    def moment(self, value: dt.datetime, now: dt.datetime | None = None) -> str:
        """When it happened, as short as it stays clear: the time today, the day this year, else the date."""
        here, today = self.local(value), self.local(now or dt.datetime.now(UTC)).date()
        if here.date() == today:
            return self.time(value)
        if here.year == today.year:
            return format_date(here.date(), SHORT_DAY[self.language], locale=self.language)
        return self.long_date(here.date())

    def relative(self, value: dt.datetime, now: dt.datetime | None = None) -> str:
        """3분 전; 3 minutes ago; within 45 seconds: 방금, just now."""
        past = self.local(value) - self.local(now or dt.datetime.now(UTC))
        if abs(past) < MOMENT:
            return translate("just now", self.language)
        return format_timedelta(past, add_direction=True, locale=self.language)

    def week(self) -> tuple[str, ...]:
        """The days of a week in her order: MO, TU …"""
        first = FIRST_DAYS[self.first_day]
        return (*DAYS[first:], *DAYS[:first])

    # -- places ------------------------------------------------------------------------------------------------
    def countries(self, first: str = "") -> list[tuple[str, str]]:
        """Codes and names of the countries, in the order of their names; `first` stands on top."""
        return sorted(names(self.language).items(), key=lambda country: country[0] != first)

    # -- numbers -----------------------------------------------------------------------------------------------
    def number(self, value: Decimal | int | float, places: int | None = None) -> str:
        """1,234,000; with `places`, exactly so many decimals, else as many as the value has."""
        exact = value if isinstance(value, Decimal) else Decimal(str(value))
        return self._digits(exact, _places_of(exact) if places is None else places)

    def _digits(self, value: Decimal, places: int) -> str:
        signs = NUMBERS.get(self.number_style)
        return _digits(value, places, self.language) if signs is None else f"{value:,.{places}f}".translate(signs)

    def typed_number(self, text: str) -> str:
        """What was typed in her way, with a point and without groups; anything else as it is."""
        text = text.strip()
        if self.number_style == "point":
            if "," in text:
                return text.replace(".", "").replace(",", ".")
            return text.replace(".", "") if GROUPED.fullmatch(text) else text
        if self.number_style == "space":
            return SPACES.sub("", text).replace(",", ".")
        return text

    def compact(self, value: Decimal | int | float) -> str:
        """As short as it says how much: 1.3억, 129.5M."""
        shown = format_compact_decimal(value, locale=self.language, fraction_digits=1)
        return shown.translate(NUMBERS.get(self.number_style, {}))

    def money(self, amount: Decimal | int, currency: str) -> str:
        """₩1,234,000; US$1,234.50."""
        before, after = _around(currency, self.language, negative=amount < 0)
        digits = self._digits(abs(Decimal(amount)), get_currency_precision(currency))
        return f"{before}{digits}{after}"

    def currency_sign(self, currency: str) -> str:
        return get_currency_symbol(currency, locale=self.language)

    def currency_places(self, currency: str) -> int:
        return get_currency_precision(currency)

    def percent(self, value: Decimal | int) -> str:
        """60 is 60%."""
        return self.number(value) + "%"

    def size(self, octets: int) -> str:
        """1.2 MB."""
        amount, units = Decimal(octets), ["B", "KB", "MB", "GB", "TB"]
        while amount >= 1024 and len(units) > 1:
            amount, units = amount / 1024, units[1:]
        shown = format_decimal(amount, "#,##0.#", locale=self.language)
        return f"{shown.translate(NUMBERS.get(self.number_style, {}))} {units[0]}"


def _places_of(value: Decimal) -> int:
    """How many digits stand behind the point when trailing zeros are left out."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
