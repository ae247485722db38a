"""Kinds of values: what is known of a value before there is one, so that mistakes are found when they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from hanok.engine.errors import Message, say


class Scope(Protocol):
    """What a name means somewhere: at the start of an expression, or behind a dot."""

    def find(self, name: str) -> Kind | None:
        """The kind of what is called so; None when there is no such thing."""

    def names(self) -> Iterable[str]:
        """Every name that `find` knows, for "did you mean"."""


@dataclass(frozen=True, slots=True)
class Known:
    """A scope that is written down: the parts of a date, the attributes of an option set."""

    kinds: Mapping[str, Kind]

    def find(self, name: str) -> Kind | None:
        return self.kinds.get(name)

    def names(self) -> Iterable[str]:
        return tuple(self.kinds)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A scope of which nothing is known: every name may be there."""

    def find(self, name: str) -> Kind | None:
        return ANY

    def names(self) -> Iterable[str]:
        return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is one of NOUNS; `scope` says what a dot finds, `item` what the items of a list are.

    `keys` are those of an option's set.
    """

    name: str
    scope: Scope = field(default_factory=lambda: NOTHING)
    item: Kind | None = None
    keys: tuple[str, ...] = ()

    @property
    def noun(self) -> Message:
        return NOUNS[self.name]

    def fits(self, names: Iterable[str]) -> bool:
        """Whether it may stand where one of these kinds is wanted; an empty value may stand anywhere."""
        wanted = set(names)
        return self.name in ("any", "empty") or "any" in wanted or self.name in wanted or (
            self.name == "option" and "text" in wanted
        )


NOTHING: Scope = Known(MappingProxyType({}))
NOUNS: Mapping[str, Message] = MappingProxyType({
    "any": say("a value"), "empty": say("nothing"), "text": say("a text"), "number": say("a number"),
    "money": say("an amount of money"), "boolean": say("true or false"), "date": say("a date"),
    "datetime": say("a date and time"), "time": say("a time"), "span": say("a span of time"),
    "option": say("an option"), "record": say("a record"), "parts": say("a value with parts"), "list": say("a list"),
})  # fmt: skip

ANY = Kind("any", Unknown())
EMPTY = Kind("empty")
TEXT = Kind("text")
NUMBER = Kind("number")
BOOLEAN = Kind("boolean")
SPAN = Kind("span")
TIME = Kind("time")
MONEY = Kind("money", Known({"amount": NUMBER, "currency": TEXT, "base": NUMBER}))
_DAY = {"year": NUMBER, "month": NUMBER, "day": NUMBER, "weekday": NUMBER, "quarter": NUMBER}
DATE = Kind("date", Known(_DAY))
DATETIME = Kind("datetime", Known({**_DAY, "hour": NUMBER, "minute": NUMBER, "date": DATE}))

#: What the result of a call or an operator is, of the kinds that go in.
Gives = Kind | Callable[[tuple[Kind, ...]], Kind]


def list_of(item: Kind) -> Kind:
    return Kind("list", NOTHING, item)


def common(one: Kind, other: Kind) -> Kind:
    """The kind of a value that is either one or the other."""
    if one.name == "empty" or one == other:
        return other
    if other.name == "empty":
        return one
    if one.name != other.name:
        return MONEY if {one.name, other.name} == {"number", "money"} else ANY
    return one if one.scope is other.scope else Kind(one.name, Unknown(), one.item and other.item and ANY)
