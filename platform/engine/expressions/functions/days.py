"""Functions of days and moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow as ma

from hanok.engine.expressions.arithmetic import days_between, later
from hanok.engine.expressions.functions.base import A_DAY, A_NUMBER, Argument, Function
from hanok.engine.expressions.functions.numbers import whole
from hanok.engine.expressions.kinds import DATE, NUMBER, SPAN, Kind
from hanok.engine.expressions.values import Here, Span, Unfit, look, text_of
from hanok.engine.fields.date import parse_day


def day_of(here: Here, value: Any) -> date:
    """The day of a moment is the one in the zone of the expression."""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(here.zone)).date()
    if isinstance(value, date):
        return value
    raise Unfit("day")


def made(here: Here, value: Any, month: Any = None, day: Any = None) -> date | None:
    """A day of a moment, of a text like 2026-11-17, or of year, month and day; None when there is no such day."""
    if isinstance(value, Decimal):
        if month is None or day is None:
            raise Unfit("date")
        try:
            return date(whole(value), whole(month), whole(day))
        except ValueError:
            return None
    if isinstance(value, date):
        return day_of(here, value)
    try:
        return parse_day(text_of(value))
    except ma.ValidationError:
        return None


def part(name: str) -> Callable[[Here, Any], Any]:
    return lambda here, day: look(day, name, here)


def span(**one: int) -> Callable[[Decimal], Span]:
    """So many of one unit. Raises Unfit for parts of one."""

    def found(count: Decimal) -> Span:
        if count != count.to_integral_value():
            raise Unfit("span")
        return Span(**{unit: size * whole(count) for unit, size in one.items()})

    return found


def between(here: Here, one: Any, other: Any) -> Decimal:
    """Whole days from the one to the other."""
    return days_between(day_of(here, one), day_of(here, other))


def months_between(here: Here, one: Any, other: Any) -> Decimal:
    """Whole months from the one to the other: how old somebody is, divided by twelve."""
    first, last = day_of(here, one), day_of(here, other)
    sign = 1 if last >= first else -1
    low, high = sorted((first, last))
    count = (high.year - low.year) * 12 + high.month - low.month
    count -= later(low, Span(months=count)) > high
    return Decimal(sign * count)


def _month(here: Here, day: Any) -> date:
    return day_of(here, day).replace(day=1)


def _quarter(here: Here, day: Any) -> date:
    found = day_of(here, day)
    return date(found.year, (found.month - 1) // 3 * 3 + 1, 1)


def _week(here: Here, day: Any) -> date:
    found = day_of(here, day)
    return found - timedelta(days=found.isoweekday() - 1)


def _year(here: Here, day: Any) -> date:
    return day_of(here, day).replace(month=1, day=1)


def last_of(first: Callable[[Here, Any], date], months: int) -> Callable[[Here, Any], date]:
    """The day before the next such first day."""

    def found(here: Here, day: Any) -> date:
        begin = later(first(here, day), Span(months=months))
        return later(begin, Span(days=-1))  # type: ignore[no-any-return]  # a day stays a day

    return found


def _unit(name: str, en: str, ko: str, example: str, result: str, **one: int) -> Function:
    return Function(name, span(**one), (A_NUMBER,), SPAN, {"en": en, "ko": ko}, example, result)


def _part(name: str, en: str, ko: str, result: str) -> Function:
    meaning = {"en": en, "ko": ko}
    return Function(name, part(name), (A_DAY,), NUMBER, meaning, f"{name}(date('2026-11-17'))", result, situated=True)


def _edge(name: str, call: Callable[[Here, Any], date], en: str, ko: str, result: str) -> Function:
    meaning = {"en": en, "ko": ko}
    return Function(name, call, (A_DAY,), DATE, meaning, f"{name}(date('2026-11-17'))", result, situated=True)


A_DATE: Kind = DATE
FUNCTIONS = (
    Function("date", made, (Argument("value", ("text", "date", "datetime", "number")),
                            Argument("month", ("number",), optional=True), Argument("day", ("number",), optional=True)),
             A_DATE, {"en": "The day of a moment, of a text like 2026-11-17, or of year, month and day.",
                      "ko": "시각, 2026-11-17 같은 글, 또는 연·월·일에서 날짜를 만듭니다."}, "date(2026, 11, 17)",
             "2026-11-17", situated=True),
    _unit("days", "So many days, to be added to a day.", "더하거나 뺄 일수입니다.", "date('2026-11-17') + days(14)",
          "2026-12-01", days=1),
    _unit("weeks", "So many weeks.", "주 수입니다.", "date('2026-11-17') - weeks(1)", "2026-11-10", days=7),
    _unit("months", "So many months; the last day of a shorter month.",
          "개월 수입니다. 날이 모자라면 그 달 말일입니다.", "date('2026-01-31') + months(1)", "2026-02-28", months=1),
    _unit("years", "So many years.", "햇수입니다.", "date('2028-02-29') + years(1)", "2029-02-28", months=12),
    _unit("hours", "So many hours, to be added to a moment.", "시각에 더할 시간 수입니다.", "now + hours(2)",
          "2026-11-17 11:30+00:00", seconds=3600),
    _unit("minutes", "So many minutes, to be added to a moment.", "시각에 더할 분 수입니다.", "now + minutes(5)",
          "2026-11-17 09:35+00:00", seconds=60),
    _part("year", "The year of a day.", "연도입니다.", "2026"),
    _part("month", "The month of a day, 1 to 12.", "월(1~12)입니다.", "11"),
    _part("day", "The day of the month, 1 to 31.", "일(1~31)입니다.", "17"),
    _part("weekday", "The day of the week, Monday 1 to Sunday 7.", "요일입니다. 월요일이 1, 일요일이 7입니다.", "2"),
    _part("quarter", "The quarter of the year, 1 to 4.", "분기(1~4)입니다.", "4"),
    Function("days_between", between, (A_DAY, A_DAY), NUMBER,
             {"en": "Days from the first to the second.", "ko": "첫째 날부터 둘째 날까지의 일수입니다."},
             "days_between(date('2026-11-17'), date('2026-12-25'))", "38", situated=True),
    Function("months_between", months_between, (A_DAY, A_DAY), NUMBER,
             {"en": "Whole months from the first to the second.", "ko": "첫째 날부터 둘째 날까지의 만 개월 수입니다."},
             "months_between(date('2025-12-31'), date('2026-11-17'))", "10", situated=True),
    _edge("start_of_week", _week, "The Monday of its week.", "그 주 월요일입니다.", "2026-11-16"),
    _edge("start_of_month", _month, "The first day of its month.", "그 달 1일입니다.", "2026-11-01"),
    _edge("end_of_month", last_of(_month, 1), "The last day of its month.", "그 달 말일입니다.", "2026-11-30"),
    _edge("start_of_quarter", _quarter, "The first day of its quarter.", "그 분기 첫날입니다.", "2026-10-01"),
    _edge("end_of_quarter", last_of(_quarter, 3), "The last day of its quarter.", "그 분기 마지막 날입니다.",
          "2026-12-31"),
    _edge("start_of_year", _year, "The first day of its year.", "그 해 1월 1일입니다.", "2026-01-01"),
    _edge("end_of_year", last_of(_year, 12), "The last day of its year.", "그 해 12월 31일입니다.", "2026-12-31"),
)  # fmt: skip
