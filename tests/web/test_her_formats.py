"""Days and numbers as somebody chose to have them written: what is shown can be typed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from hanok.engine.records.preferences import DATES, NUMBERS
from hanok.web import formats
from hanok.web.formats import Formats
from hanok.web.widgets import read_field
from tests.fields.fields import TYPES, a_field

DAY = date(2026, 11, 21)
DATE, DECIMAL, MONEY = a_field(TYPES["date"]), a_field(TYPES["decimal"], places=3), a_field(TYPES["money"])


def typed(field: object, text: str, her: Formats) -> object:
    raw = read_field(field, MultiDict({field.key: text}), her)  # type: ignore[attr-defined, arg-type]
    return field.type.value(field).deserialize(raw)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("style", "short", "long"),
    [("", "2026-11-21", "2026년 11월 21일 (토)"), ("iso", "2026-11-21", "2026-11-21 (토)"),
     ("dots", "2026.11.21", "2026.11.21 (토)"), ("day_first", "21/11/2026", "21/11/2026 (토)"),
     ("month_first", "11/21/2026", "11/21/2026 (토)")],
)  # fmt: skip
def test_a_day_is_written_as_she_wants(style: str, short: str, long: str) -> None:
    her = Formats("ko", "Asia/Seoul", style)
    assert (her.date(DAY), her.long_date(DAY)) == (short, long)
    assert her.datetime(datetime(2026, 11, 21, 6, 5, tzinfo=UTC)) == f"{short} 15:05"


@pytest.mark.parametrize(
    ("style", "number", "money"),
    [("", "1,234,567.5", "₩1,234,567"), ("comma", "1,234,567.5", "₩1,234,567"), ("point", "1.234.567,5", "₩1.234.567"),
     ("space", "1\xa0234\xa0567,5", "₩1\xa0234\xa0567"), ("plain", "1234567.5", "₩1234567")],
)  # fmt: skip
def test_a_number_is_written_as_she_wants(style: str, number: str, money: str) -> None:
    her = Formats("ko", number_style=style)
    assert (her.number(Decimal("1234567.5")), her.money(1234567, "KRW")) == (number, money)


def test_every_choice_has_its_way_of_writing() -> None:
    assert (set(DATES), set(NUMBERS)) == (set(formats.DATES), set(formats.NUMBERS))


@given(st.sampled_from(("", *DATES)), st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_a_day_can_be_typed_as_it_is_shown(style: str, day: date) -> None:
    her = Formats("ko", date_style=style)
    assert typed(DATE, her.date(day), her) == day
    assert typed(DATE, day.isoformat(), her) == day


@given(st.sampled_from(("", *NUMBERS)), st.decimals(-(10**9), 10**9, places=3), st.sampled_from(("ko", "en")))
def test_a_number_can_be_typed_as_it_is_shown(style: str, number: Decimal, language: str) -> None:
    her = Formats(language, number_style=style)
    assert typed(DECIMAL, her.number(number), her) == number
    assert typed(MONEY, her.number(number.quantize(Decimal(1))), her).amount == number.quantize(Decimal(1))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("style", "text"), [("point", "12.5"), ("point", "1234.5"), ("space", "12.5"), ("plain", "1,000.5")]
)
def test_a_number_with_a_point_is_read_whatever_she_chose(style: str, text: str) -> None:
    assert typed(DECIMAL, text, Formats("ko", number_style=style)) == Decimal(text.replace(",", ""))


@pytest.mark.parametrize(("first_day", "days"), [("", "SU MO"), ("monday", "MO TU"), ("saturday", "SA SU")])
def test_a_week_begins_on_the_day_that_she_wants(first_day: str, days: str) -> None:
    week = Formats("ko", first_day=first_day).week()
    assert (" ".join(week[:2]), len(set(week))) == (days, 7)


def test_what_is_no_day_is_refused_and_not_guessed() -> None:
    assert Formats(date_style="day_first").typed_date("31/31/2026") == "31/31/2026"
