"""What each type takes and what it refuses: nothing is ever changed silently."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError

from hanok.engine.fields import Field
from tests.fields.fields import TYPES, a_field

STAGES = {"new": {"label": {"en": "New", "ko": "신규"}}, "won": {"label": {"en": "Won", "ko": "성공"}},
          "old": {"label": {"en": "Old", "ko": "옛것"}, "retired": True}}  # fmt: skip


def field(key: str, **settings: Any) -> Field:
    return a_field(TYPES[key], **settings)


def load(found: Field, raw: Any, zone: str | None = None) -> Any:
    return found.type.value(found).deserialize(raw, zone=zone)


def refusal(found: Field, raw: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        load(found, raw)
    return str(caught.value.messages[0])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("1,234", 1234), ("１，２３４", 1234), (" -7 ", -7), ("−7", -7), ("+7", 7), ("1.00", 1), (3.0, 3)],
)
def test_whole_numbers_are_read(raw: Any, expected: int) -> None:
    assert load(field("integer"), raw) == expected


@pytest.mark.parametrize(
    "raw",
    [True, 1.5, "1.5", "1,23", "12,34,567", ",123", "1234,567", "abc", "1e3", "0x10", "--1", "1 000", "1_000", ".",
     "5²", "½", "①", "١٢"],
)  # fmt: skip
def test_what_only_looks_like_a_whole_number_is_refused(raw: Any) -> None:
    assert "number" in refusal(field("integer"), raw)


def test_whole_numbers_have_fifteen_digits_at_most() -> None:
    assert load(field("integer"), "9" * 15) == int("9" * 15)
    assert refusal(field("integer"), "1" + "0" * 15) == "This number is too large."


def test_decimals_are_never_rounded() -> None:
    assert str(load(field("decimal"), "1,234.5")) == "1234.50"
    assert str(load(field("decimal"), 0.1)) == "0.10"
    assert str(load(field("decimal"), "-0")) == "0.00"
    assert refusal(field("decimal"), "1.005") == "At most 2 digits may follow the point."
    assert refusal(field("decimal"), 0.1 + 0.2) == "At most 2 digits may follow the point."


def test_decimals_have_eighteen_digits_at_most() -> None:
    assert load(field("decimal"), "9" * 16 + ".99") == Decimal("9" * 16 + ".99")
    assert refusal(field("decimal"), "1" + "0" * 16) == "This number is too large."


def test_a_spreadsheet_s_noise_is_no_part_of_its_number() -> None:
    found = field("decimal")
    assert load(found, found.type.from_text(found, 0.1 + 0.2)) == Decimal("0.30")


def test_a_number_that_a_spreadsheet_would_blur_is_exported_as_text() -> None:
    found = field("decimal")
    assert found.type.export(found, Decimal("1234567890123456.78"), "en") == "1234567890123456.78"


def test_bounds_are_part_of_the_value_but_not_of_an_operand() -> None:
    found = field("percent", min=0, max=100)
    assert load(found, "80%") == load(found, "80 ％") == 80
    assert refusal(found, "-1") == "This must be at least 0."
    assert refusal(found, 100.5) == "This must be at most 100."
    assert found.type.operand(found, "gt").deserialize(101) == 101


@pytest.mark.parametrize("raw", ["₩1,234,000", "1,234,000원", "krw 1234000", "￦1,234,000", {"amount": "1234000"}])
def test_amounts_are_read_with_their_currency(raw: Any) -> None:
    money = load(field("money"), raw)
    assert (str(money.amount), money.currency, str(money.base)) == ("1234000", "KRW", "1234000")


def test_amounts_have_the_places_of_their_currency() -> None:
    assert refusal(field("money"), "1.5") == "This must be a whole number."
    assert refusal(field("money"), "$5").startswith("This must be a number")
    assert refusal(field("money"), {"amount": 5, "currency": "USD"}) == "Amounts are kept in KRW only."
    assert load(field("money"), {"amount": "", "currency": "KRW"}) is None


@pytest.mark.parametrize("raw", [2, -1, "yes", "2", 1.5])
def test_a_boolean_is_not_guessed(raw: Any) -> None:
    assert refusal(field("boolean"), raw) == "This must be true or false."


def test_files_may_say_yes_in_korean() -> None:
    found = field("boolean")
    said = [load(found, found.type.from_text(found, text)) for text in ("예", "Y", "아니요", "X", True)]
    assert said == [True, True, False, False, True]


def test_choices_are_keys_and_files_may_say_labels() -> None:
    found = field("choice", options=STAGES)
    assert load(found, "won") == "won"
    assert refusal(found, "성공") == "“성공” is none of the options."
    said = [found.type.from_text(found, text) for text in (" 성공 ", "WON", "new", "없음")]
    assert said == ["won", "won", "new", "없음"]


def test_a_retired_choice_stays_but_is_not_taken() -> None:
    found = field("choice", options=STAGES)
    assert refusal(found, "old") == "“old” is no longer offered."
    assert found.type.unchanged(found, "old", "old")
    assert not found.type.unchanged(found, "old", "won")
    assert found.type.operand(found, "eq").deserialize("old") == "old"


def test_a_label_that_leads_elsewhere_is_exported_as_key() -> None:
    labels = {"a": "Same", "b": "Same", "c": "a"}
    found = field("choice", options={key: {"label": {"en": label}} for key, label in labels.items()})
    assert [found.type.export(found, key, "en") for key in "abc"] == ["Same", "b", "c"]


def test_several_choices_have_one_order() -> None:
    found = field("choices", options=STAGES)
    assert load(found, ["won", "new", "won"]) == load(found, "new,won") == ("new", "won")
    assert load(found, []) is None
    assert refusal(found, ["new", "old"]) == "“old” is no longer offered."
    assert found.type.unchanged(found, ["old", "new"], ("new", "old"))


@pytest.mark.parametrize(
    "raw",
    ["17/11/2026", "2026-02-30", "26-11-17", "2026-11-17T00:00", 20261117, "0026-11-17", datetime(2026, 1, 1)],
)
def test_what_is_no_day_is_refused(raw: Any) -> None:
    refusal(field("date"), raw)


@pytest.mark.parametrize("text", ["2026.11.7", "2026. 11. 7.", "2026/11/07", "2026년 11월 7일", datetime(2026, 11, 7)])
def test_files_may_write_days_year_first(text: Any) -> None:
    found = field("date")
    assert load(found, found.type.from_text(found, text)) == date(2026, 11, 7)


def test_a_moment_is_meant_on_the_writer_s_clock() -> None:
    found = field("datetime")
    assert load(found, "2026-11-17T09:30", "Asia/Seoul") == datetime(2026, 11, 17, 0, 30, tzinfo=UTC)
    assert load(found, "2026-11-17T09:30+01:00", "Asia/Seoul") == datetime(2026, 11, 17, 8, 30, tzinfo=UTC)
    assert "offset" in refusal(found, "2026-11-17T09:30")


def test_a_moment_that_the_clocks_left_out_is_refused() -> None:
    found = field("datetime")
    with pytest.raises(ValidationError, match="never showed"):
        load(found, "2026-03-29T02:30", "Europe/Berlin")
    assert load(found, "2026-10-25T02:30", "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_form_that_shows_minutes_does_not_lose_seconds() -> None:
    found = field("datetime")
    present = datetime(2026, 11, 17, 0, 30, 59, tzinfo=UTC)
    assert found.type.unchanged(found, "2026-11-17T09:30:00+09:00", present)
    assert not found.type.unchanged(found, "2026-11-17T09:31:00+09:00", present)


@pytest.mark.parametrize(
    ("raw", "stored", "shown"),
    [
        ("010-1234-5678", "+821012345678", "010-1234-5678"),
        ("(02) 123-4567", "+8221234567", "02-123-4567"),
        ("1588-1234", "+8215881234", "1588-1234"),
        ("+1 (650) 253-0000", "+16502530000", "+1 650-253-0000"),
        ("02-123-4567 내선 12", "+8221234567;ext=12", "02-123-4567 ext. 12"),
    ],
)
def test_phone_numbers_are_stored_in_one_form(raw: str, stored: str, shown: str) -> None:
    found = field("phone")
    assert (load(found, raw), found.type.export(found, stored, "ko")) == (stored, shown)


@pytest.mark.parametrize("raw", ["call 010-1234-5678", "1-800-FLOWERS", "12", "전화", 1012345678, "010-1234-5678 02-1"])
def test_what_is_no_phone_number_is_refused(raw: Any) -> None:
    assert "telephone" in refusal(field("phone"), raw)


def test_phones_are_found_by_the_digits_that_people_type() -> None:
    found = field("phone")
    assert {"010-1234-5678", "01012345678"} <= set(found.type.search_text(found, "+821012345678").split())
    assert found.type.operand(found, "contains").deserialize("010-1234") == "101234"


@pytest.mark.parametrize(
    "raw",
    ["javascript:alert(1)", "ftp://a.b", "https://", "https://user@host.com", "https://a b.com", "hello", "//a.b"],
)
def test_what_is_no_web_address_is_refused(raw: str) -> None:
    assert "web address" in refusal(field("url"), raw)


def test_a_bare_domain_is_a_web_address() -> None:
    assert load(field("url"), "www.hanbit.co.kr/a?b=c") == "https://www.hanbit.co.kr/a?b=c"


@pytest.mark.parametrize("raw", ["kim", "kim@", "@a.com", "a b@c.com", "kim@localhost", "<kim@a.com>", "김 <k@a.com>"])
def test_what_is_no_mail_address_is_refused(raw: str) -> None:
    assert "e-mail" in refusal(field("email"), raw)


@pytest.mark.parametrize("raw", ["0199c7e47a3b7c008000000000000001", "{0199c7e4-7a3b-7c00-8000-000000000001}", "1", 1])
def test_ids_have_one_form(raw: Any) -> None:
    refusal(field("link", to="account"), raw)


def test_a_link_of_several_modules_names_the_module() -> None:
    found = field("link", to=["account", "lead"])
    id = "0199c7e4-7a3b-7c00-8000-000000000001"
    assert load(found, f"lead:{id}").module == "lead"
    assert refusal(found, f"case:{id}") == "A link to “case” is not possible here."
    assert "module" in refusal(found, id)


def test_text_is_nfc_on_one_line() -> None:
    assert load(field("text"), " \u1112\u1161\u11ab\u1107\u1175\u11be ") == "한빛"
    assert refusal(field("text"), "a\nb") == "This must be on one line."
    assert refusal(field("text", length=3), "네글자임") == "This has 4 characters; at most 3 fit."
    assert load(field("long_text"), "a\r\nb") == "a\nb"


def test_a_postal_code_in_a_spreadsheet_is_text() -> None:
    found = field("text")
    assert [found.type.from_text(found, cell) for cell in (6236.0, 12, "06236")] == ["6236", "12", "06236"]


def test_automatic_numbers_count_by_year() -> None:
    found = field("auto_number", prefix="Q-{{ today.year }}-", digits=4, reset="year", start=7)
    counter = found.type.counter(found, date(2026, 11, 17))
    assert counter is not None
    assert (counter.key, counter.write(counter.start)) == ("thing.it.2026", "Q-2026-0007")
    assert counter.write(12345) == "Q-2026-12345"
