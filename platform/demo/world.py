"""Chance, names and days: everything that the demo draws from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from faker import Faker

from hanok.demo.words import Town, Words, words

T = TypeVar("T")
AREA_CODES = ("212", "312", "415", "206", "617", "713")


@dataclass(frozen=True, slots=True)
class World:
    """Where chance and names come from, and which day it is."""

    random: Random
    korean: Faker
    english: Faker
    words: Words
    today: date

    @classmethod
    def of(cls, seed: int, today: date) -> World:
        korean, english = Faker("ko_KR"), Faker("en_US")
        korean.seed_instance(seed)
        english.seed_instance(seed)
        return cls(Random(seed), korean, english, words(), today)  # noqa: S311  # nothing secret

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, among: Sequence[T]) -> T:
        return self.random.choice(among)

    def maybe(self, among: Sequence[T], share: float) -> T | None:
        """One of them, or none."""
        return self.one(among) if self.chance(share) else None

    def weighted(self, weights: Mapping[str, int]) -> str:
        return self.random.choices(list(weights), list(weights.values()))[0]

    def number(self, low: int, high: int) -> int:
        """A whole number; as many below the geometric middle as above it."""
        return round(math.exp(self.random.uniform(math.log(low), math.log(high))))

    def won(self, low: int, high: int) -> int:
        """An amount between so many ten thousand won: three figures and then noughts."""
        amount = self.number(low * 10_000, high * 10_000)
        unit = int(10 ** max(4, len(str(amount)) - 3))
        return max(1, round(amount / unit)) * unit

    def day(self, first: int, last: int) -> date:
        """A working day so many days from today; a week-end moves to the Friday before."""
        found = self.today + timedelta(days=self.random.randint(first, last))
        return found - timedelta(days=max(0, found.weekday() - 4))

    def moment(self, day: date) -> str:
        """A time of that day within office hours in Seoul."""
        return f"{day.isoformat()}T{self.random.randint(9, 17):02}:{self.random.randrange(0, 60, 10):02}+09:00"

    def digits(self, count: int) -> str:
        return "".join(self.random.choices("0123456789", k=count))

    def mobile(self) -> str:
        """A Korean mobile number; not every block of 010-5 is given out."""
        return f"010-{self.one('2346789')}{self.digits(3)}-{self.digits(4)}"

    def landline(self, town: Town) -> str:
        return f"{town.code}-{self.random.randint(220, 899)}-{self.digits(4)}"

    def foreign_phone(self) -> str:
        """A number of the block that North America keeps for fiction (555-0100 to 555-0199)."""
        return f"+1 {self.one(AREA_CODES)}-555-01{self.digits(2)}"
