"""Accounts: firms with a trade, a town and a name that nobody else has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hanok.demo.drafts import Draft, Ref, filled
from hanok.demo.words import Tongue, Town, Trade
from hanok.demo.world import World

KOREAN_SHARE = 0.8
KINDS = {"customer": 55, "prospect": 25, "supplier": 8, "partner": 6, "competitor": 4, "other": 2}
RATINGS = {"key_account": 15, "regular": 55, "small": 30}
SOURCES = {
    "website": 18, "exhibition": 20, "referral": 16, "phone_in": 10, "cold_call": 9, "search_ad": 9, "campaign": 7,
    "partner": 6, "seminar": 5,
}  # fmt: skip


@dataclass(slots=True)
class Firm:
    """A firm as the others see it. `people` are filled in while they are made up."""

    key: str
    name: str
    stem: str
    domain: str
    trade: Trade
    town: Town
    language: str
    tongue: Tongue
    kind: str = "prospect"
    owner: Ref | None = None
    people: list[Draft] = field(default_factory=list)

    @property
    def korean(self) -> bool:
        return self.language == "ko"

    @property
    def products(self) -> tuple[str, ...]:
        return self.trade.products[self.language]


class Registry:
    """Makes up firms and sees to it that no name comes twice."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.taken: set[str] = set()
        self.heads: dict[str, str] = {}

    def firm(self, key: str) -> Firm:
        world, words = self.world, self.world.words
        trade, town = world.one(words.trades), world.one(words.towns)
        language = "ko" if world.chance(KOREAN_SHARE) else "en"
        stem, latin = world.one(words.stems) if language == "ko" else (world.english.last_name(),) * 2
        space, more = ("", town.city) if language == "ko" else (" ", "International")
        name = self._free(stem + space + world.one(trade.endings[language]), more)
        domain = f"{latin.lower()}-{trade.industry[:4]}"
        return Firm(key, name, stem, domain, trade, town, language, words.tongues[language])

    def _free(self, name: str, more: str) -> str:
        found, number = name, 1
        while found in self.taken:
            number += 1
            found = f"{name} {more}" if number == 2 else f"{name} {more} {number - 1}"
        self.taken.add(found)
        return found

    def head_of(self, firm: Firm) -> Ref | None:
        """The first firm of the same stem, now and then: those two are a group."""
        head = self.heads.setdefault(firm.stem, firm.key)
        return Ref(head) if head != firm.key and firm.korean and self.world.chance(0.25) else None


def account(world: World, registry: Registry, firm: Firm) -> Draft:
    """The account of a firm, whose kind and owner are set already."""
    employees = world.number(4, 3_000)
    note = world.maybe(firm.tongue.account_notes, 0.4)
    facts = {"product": world.one(firm.products), "town": firm.town}
    values: dict[str, Any] = {
        "name": firm.name, "kind": firm.kind, "industry": firm.trade.industry, "source": world.weighted(SOURCES),
        "rating": world.weighted(RATINGS) if firm.kind in ("customer", "partner") else None,
        "employees": employees, "annual_revenue": str(world.won(employees * 9_000, employees * 60_000)),
        "email": f"info@{firm.domain}.example", "website": f"https://www.{firm.domain}.example",
        "parent": registry.head_of(firm), "owner": firm.owner, "description": note.format(**facts) if note else None,
        **(_seat(world, firm) if firm.korean else _seat_abroad(world)),
    }  # fmt: skip
    return Draft("account", firm.key, filled(values))


def _seat(world: World, firm: Firm) -> dict[str, Any]:
    town = firm.town
    return {
        "representative": world.korean.last_name() + world.korean.first_name(),
        "registration_no": f"{world.random.randint(101, 899)}-{world.random.randint(81, 88)}-{world.digits(5)}",
        "phone": world.landline(town), "fax": world.landline(town) if world.chance(0.3) else None,
        "billing_postcode": town.postcode + world.digits(2), "billing_city": str(town),
        "billing_address": f"{world.one(town.roads)} {world.random.randint(3, 480)}", "billing_country": "대한민국",
        "billing_detail": f"{world.random.randint(2, 15)}층" if world.chance(0.5) else None,
    }  # fmt: skip


def _seat_abroad(world: World) -> dict[str, Any]:
    english = world.english
    return {
        "representative": f"{english.first_name()} {english.last_name()}", "phone": world.foreign_phone(),
        "billing_postcode": english.postcode(), "billing_city": f"{english.city()}, {english.state_abbr()}",
        "billing_address": english.street_address(), "billing_country": "United States",
    }  # fmt: skip
