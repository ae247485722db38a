"""The words of the demo, read from the YAML files in `texts`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

LANGUAGES = ("ko", "en")


@dataclass(frozen=True, slots=True)
class Trade:
    """One industry. `endings` and `products` come by language; `prices` in ten thousand won."""

    industry: str
    prices: tuple[int, int]
    endings: Mapping[str, tuple[str, ...]]
    products: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Town:
    """A place of business: region and district, the first digits of its postcodes, its telephone code, its roads."""

    region: str
    district: str
    postcode: str
    code: str
    roads: tuple[str, ...]

    @property
    def city(self) -> str:
        """The name that people use: 안산 of 안산시 단원구."""
        return self.district.split()[0].removesuffix("시")

    def __str__(self) -> str:
        return f"{self.region} {self.district}"


@dataclass(frozen=True, slots=True)
class Report:
    """What a customer reports: what it is about, how bad it is, and how it was settled."""

    kind: str
    priority: str
    subject: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Tongue:
    """What people write in one language, `results` by stage or reason.

    `{firm}`, `{product}`, `{town}` and `{term}` are to be filled in.
    """

    posts: Mapping[str, tuple[str, ...]]
    deals: tuple[str, ...]
    deal_notes: tuple[str, ...]
    next_steps: Mapping[str, tuple[str, ...]]
    results: Mapping[str, tuple[str, ...]]
    tasks: Mapping[str, tuple[str, ...]]
    task_notes: tuple[str, ...]
    lead_notes: tuple[str, ...]
    source_notes: Mapping[str, tuple[str, ...]]
    account_notes: tuple[str, ...]
    calls: Mapping[str, tuple[str, ...]]
    call_notes: tuple[str, ...]
    meetings: Mapping[str, tuple[str, ...]]
    meeting_results: tuple[str, ...]
    places: tuple[str, ...]
    notes: tuple[str, ...]
    documents: Mapping[str, str]
    revisions: tuple[str, ...]
    reports: tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """All of them. `stems` begin the names of firms and carry their spelling in Latin letters, as `surnames` do."""

    trades: tuple[Trade, ...]
    towns: tuple[Town, ...]
    stems: tuple[tuple[str, str], ...]
    surnames: Mapping[str, str]
    tongues: Mapping[str, Tongue]


@cache
def words() -> Words:
    """The words, read once."""
    names = _read("names")
    return Words(
        trades=tuple(_trade(industry, data) for industry, data in _read("trades").items()),
        towns=tuple(Town(**{**town, "roads": tuple(town["roads"])}) for town in _read("towns")),
        stems=tuple(names["stems"].items()),
        surnames=names["surnames"],
        tongues={language: _tongue(_read(language)) for language in LANGUAGES},
    )


def _read(name: str) -> Any:
    return yaml.safe_load((files("hanok.demo") / "texts" / f"{name}.yaml").read_text(encoding="utf-8"))


def _trade(industry: str, data: Mapping[str, Any]) -> Trade:
    low, high = data["prices"]
    endings, products = (
        {language: tuple(data[language][what]) for language in LANGUAGES} for what in ("endings", "products")
    )
    return Trade(industry, (low, high), endings, products)


def _tongue(data: Mapping[str, Any]) -> Tongue:
    known: dict[str, Any] = {
        key: {name: _few(each) for name, each in value.items()} if isinstance(value, dict) else tuple(value)
        for key, value in data.items()
    }
    return Tongue(**{**known, "reports": tuple(Report(**found) for found in data["reports"])})


def _few(found: Any) -> Any:
    return found if isinstance(found, str) else tuple(found)
