"""Sentences, dates and numbers are those of the reader."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from markupsafe import Markup

from hanok.engine.errors import say
from hanok.web.formats import Formats
from hanok.web.i18n import chosen_language, filled, translate
from hanok.web.particles import with_particles

KOREAN, ENGLISH = Formats("ko", "Asia/Seoul"), Formats("en", "America/New_York")
AFTERNOON = datetime(2026, 11, 21, 6, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("open_form", "closed"),
    [
        ("영업기회을(를)", "영업기회를"),
        ("견적을(를)", "견적을"),
        ("‘견적’은(는)", "‘견적’은"),
        ("서울(으)로", "서울로"),
        ("부산(으)로", "부산으로"),
        ("거래처(으)로", "거래처로"),
        ("3이(가)", "3이"),
        ("2과(와)", "2와"),
        ("CRM을(를)", "CRM을"),
        ("ERP을(를)", "ERP를"),
        ("60%이(가)", "60%가"),
        ("<b>금액</b>을(를)", "<b>금액</b>을"),
        ("…을(를)", "…을(를)"),
        ("A와 B (둘)", "A와 B (둘)"),
    ],
)
def test_particles_close_after_what_is_spoken_last(open_form: str, closed: str) -> None:
    assert with_particles(open_form) == closed


def test_a_sentence_is_translated_with_its_facts() -> None:
    assert translate(say("{name}, my menu", name="김하늘"), "ko") == "김하늘, 내 메뉴"
    assert translate(say("{name}, my menu", name={"en": "Kim", "ko": "김하늘"}), "en") == "Kim, my menu"
    assert translate("a sentence without translation", "ko") == "a sentence without translation"


def test_a_message_within_a_message_is_translated_too() -> None:
    assert translate(say("{name}, my menu", name=say("Search")), "ko") == "검색, 내 메뉴"


def test_facts_cannot_bring_html_but_marked_ones() -> None:
    said = filled("{who} & {what}을(를)", "ko", {"who": "<script>", "what": Markup("<b>견적</b>")})
    assert said == "&lt;script&gt; &amp; <b>견적</b>을"


def test_a_language_must_be_offered() -> None:
    assert chosen_language(("ko", "en"), None, "fr", "en") == "en"
    assert chosen_language(("en", "ko"), None) == "en"
    assert chosen_language(("fr",), "fr") == "ko"


def test_dates_are_written_as_the_reader_writes_them() -> None:
    assert KOREAN.long_date(date(2026, 11, 21)) == "2026년 11월 21일 (토)"
    assert ENGLISH.long_date(date(2026, 11, 21)) == "Sat, Nov 21, 2026"
    assert KOREAN.date(date(2026, 11, 21)) == ENGLISH.date(date(2026, 11, 21)) == "2026-11-21"


def test_moments_are_shown_on_the_clock_of_the_reader() -> None:
    assert KOREAN.long_datetime(AFTERNOON) == "2026년 11월 21일 (토) 오후 3:05"
    assert ENGLISH.long_datetime(AFTERNOON).replace("\u202f", " ") == "Sat, Nov 21, 2026, 1:05 AM"
    assert KOREAN.datetime(AFTERNOON.replace(tzinfo=None)) == "2026-11-21 15:05"


def test_what_happened_lately_is_said_shortly() -> None:
    assert KOREAN.relative(AFTERNOON, AFTERNOON) == "방금"
    assert KOREAN.relative(AFTERNOON, AFTERNOON + timedelta(minutes=3)) == "3분 전"
    assert ENGLISH.relative(AFTERNOON, AFTERNOON + timedelta(days=2)) == "2 days ago"
    assert KOREAN.moment(AFTERNOON, AFTERNOON) == "오후 3:05"
    assert KOREAN.moment(AFTERNOON, AFTERNOON + timedelta(days=3)) == "11월 21일 (토)"
    assert KOREAN.moment(AFTERNOON, AFTERNOON + timedelta(days=300)) == "2026년 11월 21일 (토)"


def test_numbers_have_their_grouping_and_money_its_sign() -> None:
    assert KOREAN.number(Decimal("1234567.50")) == "1,234,567.5"
    assert KOREAN.number(Decimal("1234567.5"), 2) == "1,234,567.50"
    assert KOREAN.money(Decimal(1234000), "KRW") == "₩1,234,000"
    assert KOREAN.money(Decimal("-1234.5"), "USD") == "-US$1,234.50"
    assert ENGLISH.money(Decimal("1234.5"), "USD") == "$1,234.50"
    assert KOREAN.percent(Decimal("60.00")) == "60%"


def test_sizes_are_said_in_the_unit_that_fits() -> None:
    assert [KOREAN.size(octets) for octets in (0, 999, 1536, 5 * 1024**2)] == ["0 B", "999 B", "1.5 KB", "5 MB"]
