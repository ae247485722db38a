"""A Korean address on one line, taken apart: (04524) 서울특별시 중구 세종대로 110 5층.

The order is the one of the law of road name addresses (도로명주소법): province, city or district, road and number of
the building, then what is inside it.
"""

from __future__ import annotations

import re

ROAD = "서울특별시 중구 세종대로 110"
#: Cities of their own rank, and provinces; with what they were called before.
CITIES = ("서울", "부산", "대구", "인천", "광주", "대전", "울산", "세종")
OTHERS = (
    "경기도", "강원특별자치도", "강원도", "충청북도", "충청남도", "전북특별자치도", "전라북도", "전라남도", "경상북도",
    "경상남도", "제주특별자치도", "제주도", "경기", "강원", "충북", "충남", "전북", "전남", "경북", "경남", "제주",
)  # fmt: skip
RANKS = ("", "시", "특별시", "광역시", "특별자치시")
PROVINCES = frozenset((*OTHERS, *(city + rank for city in CITIES for rank in RANKS)))
POSTCODE = re.compile(r"[(\[]?([0-9]{5}|[0-9]{3}-[0-9]{3})[)\]]?,?\s+(.*)", re.ASCII)
#: A city, a county, a district.
TOWN = re.compile(r"[가-힣]+[시군구]")
#: The number of a building or a plot, with what may stand right before the comma.
NUMBER = re.compile(r"(?:산)?[0-9]+(?:-[0-9]+)?(?:번지)?", re.ASCII)


def parse_korean(text: str) -> dict[str, str] | None:
    """The parts, or None when it does not begin with a Korean province."""
    code, rest = _postcode(text)
    words = rest.split()
    if not words or words[0] not in PROVINCES:
        return None
    state = words.pop(0)
    city: list[str] = []
    while len(words) > 1 and len(city) < 2 and TOWN.fullmatch(words[0]):
        city.append(words.pop(0))
    street, detail = _inside(" ".join(words))
    return {
        "country": "KR", "postcode": code, "state": state, "city": " ".join(city), "street": street, "detail": detail,
    }  # fmt: skip


def _postcode(text: str) -> tuple[str, str]:
    found = POSTCODE.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def _inside(text: str) -> tuple[str, str]:
    """Street and number, and what follows them."""
    words = text.split()
    for place, word in enumerate(words):
        if place and NUMBER.fullmatch(word.rstrip(",")):
            return " ".join((*words[:place], word.rstrip(","))), " ".join(words[place + 1 :])
    street, _, detail = text.partition(",")
    return street.strip(), detail.strip()
