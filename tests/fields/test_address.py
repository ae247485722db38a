"""Postal addresses in the order of their country."""

from __future__ import annotations

from typing import Any

import pytest

from hanok.engine.fields.address import Address
from tests.fields.loading import field, load, read_back, refusal

CITY_HALL = "(04524) 서울특별시 중구 세종대로 110 5층"


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (CITY_HALL, ("04524", "서울특별시", "중구", "세종대로 110", "5층")),
        (
            "경기도 성남시 분당구 판교역로 166, 6층 (백현동)",
            ("", "경기도", "성남시 분당구", "판교역로 166", "6층 (백현동)"),
        ),
        ("30151 세종특별자치시 한누리대로 2130", ("30151", "세종특별자치시", "", "한누리대로 2130", "")),
        ("강원특별자치도 춘천시 남산면 남이섬길 1-1", ("", "강원특별자치도", "춘천시", "남산면 남이섬길 1-1", "")),
        ("서울 강남구 테헤란로7길 22 101동 1502호", ("", "서울", "강남구", "테헤란로7길 22", "101동 1502호")),
        ("제주특별자치도 제주시 애월읍 산 12번지", ("", "제주특별자치도", "제주시", "애월읍 산 12번지", "")),
        ("10 Downing Street", ("", "", "", "10 Downing Street", "")),
    ],
)
def test_a_korean_line_is_taken_apart(line: str, parts: tuple[str, ...]) -> None:
    assert load(field("address"), line) == Address("KR", *parts)


def test_each_country_has_its_order() -> None:
    seoul = load(field("address"), CITY_HALL)
    parts = {"street": "1 Main St", "detail": "Apt 5", "city": "San Francisco", "state": "CA", "postcode": "94105"}
    there = Address("US", **parts)
    assert (str(seoul), seoul.lines()) == (CITY_HALL, ("(04524) 서울특별시 중구 세종대로 110", "5층"))
    assert there.line("ko", "KR") == "1 Main St, Apt 5, San Francisco, CA 94105, 미국"
    assert (
        Address("KR", "04524", "Seoul", "Jung-gu", "110 Sejong-daero").line()
        == "110 Sejong-daero, Jung-gu, Seoul 04524"
    )
    assert (
        Address("JP", "100-0001", "東京都", "千代田区", "1-1").line("en", "KR")
        == "(100-0001) 東京都 千代田区 1-1, Japan"
    )


def test_a_country_alone_is_an_address_only_abroad() -> None:
    assert load(field("address"), {"country": "KR", "city": " "}) is None
    assert load(field("address"), {"country": "프랑스"}) == Address("FR")
    assert load(field("address", country="FR"), {"country": "FR"}) is None
    assert load(field("address"), {"city": "중구"}).country == "KR"


def test_a_line_that_would_not_come_back_is_exported_in_parts() -> None:
    found = field("address")
    assert found.type.export(found, load(found, CITY_HALL), "ko") == CITY_HALL
    value = Address("US", "94105", "CA", "San | Francisco", "1 Main St")
    assert found.type.export(found, value, "ko") == r"US | 94105 | CA | San \| Francisco | 1 Main St | "
    assert read_back(found, value) == value


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ({"town": "x"}, "map of country"),
        ({"country": "XX", "city": "x"}, "no country"),
        ({"city": 5}, "text"),
        (7, "text"),
        ({"postcode": "1" * 21}, "at most 20"),
        ("가" * 256, "at most 255"),
        ({"street": "a\nb"}, "one line"),
    ],
)
def test_what_is_no_address_is_refused(raw: Any, said: str) -> None:
    assert said in refusal(field("address"), raw)
