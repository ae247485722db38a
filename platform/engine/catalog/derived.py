"""What is worked out from what: formulas, rollups and titles as one acyclic graph over (module, field).

An edge is a `Read`: the hops from a record to another one, and the field that is looked at there. Turned around, the
edges say which records are to be worked out again when a field of some record changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as also
from types import MappingProxyType
from typing import Any

from hanok.engine.conditions import Node
from hanok.engine.expressions import Expression, Template
from hanok.engine.fields import Field

#: The key of a record's title, which is worked out like a formula.
TITLE = "title"
Place = tuple[str, str]
Links = Mapping[str, tuple[tuple[str, str], ...]]
#: Which names are looked at, and behind each the ones after its dot.
Needs = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hop:
    """One step from a record of `module` to others of `to`: along its link `key`, or to its end `key` (`many`)."""

    module: str
    key: str
    to: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A field that is looked at, and the hops that lead there."""

    hops: tuple[Hop, ...]
    module: str
    key: str

    @property
    def place(self) -> Place:
        return self.module, self.key

    def __str__(self) -> str:
        return ".".join((*(hop.key for hop in self.hops), self.key))


@dataclass(frozen=True, slots=True)
class Rollup:
    """One value of the records at the ends: `function` of `field` ("" for count) where `where` holds."""

    function: str
    ends: tuple[str, ...]
    field: str = ""
    where: Mapping[str, Node] = also(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Derivation:
    """How one field is worked out. `needs` is what an expression looks at, `reads` every edge.

    `own` says that it follows from nothing but fields of its own record. `stage` orders the others: what is looked at
    has a lower one, or stands before it in its module.
    """

    module: str
    key: str
    how: Expression | Template | Rollup
    reads: tuple[Read, ...] = ()
    needs: Needs = also(default_factory=dict)
    own: bool = True
    stage: int = 0

    @property
    def place(self) -> Place:
        return self.module, self.key

    @property
    def is_rollup(self) -> bool:
        return isinstance(self.how, Rollup)

    @property
    def money(self) -> tuple[tuple[str, ...], ...]:
        """The paths of an expression, of which those with amounts say the currency of the result."""
        return () if isinstance(self.how, Rollup) else tuple(sorted(self.how.reads))


@dataclass(frozen=True, slots=True)
class Derived:
    """Everything that is worked out: by module, in the order in which it is.

    `stored` have columns, `live` ones are worked out when they are read, `suggested` ones until somebody types over.
    `asking` are, by the field that they look at, the derivations that do not follow from their own record alone.
    `upward` are, by module, the links whose other ends roll its records up: `(link, module there)`; `looked` those to
    records that its formulas look at. `rank` says of modules in which order their records are held: these first.
    """

    stored: Mapping[str, tuple[Derivation, ...]] = also(default_factory=lambda: MappingProxyType({}))
    live: Mapping[str, tuple[Derivation, ...]] = also(default_factory=lambda: MappingProxyType({}))
    suggested: Mapping[str, tuple[Derivation, ...]] = also(default_factory=lambda: MappingProxyType({}))
    asking: Mapping[Place, tuple[tuple[Derivation, Read], ...]] = also(default_factory=lambda: MappingProxyType({}))
    upward: Links = also(default_factory=lambda: MappingProxyType({}))
    looked: Links = also(default_factory=lambda: MappingProxyType({}))
    rank: Mapping[str, int] = also(default_factory=lambda: MappingProxyType({}))

    def own(self, module: str) -> Iterator[Derivation]:
        """What follows from a record alone, but for its title, in order."""
        return (found for found in self.stored.get(module, ()) if found.own and found.key != TITLE)

    def elsewhere(self, module: str) -> tuple[Derivation, ...]:
        """What does not."""
        return tuple(found for found in self.stored.get(module, ()) if not found.own)


def is_derived(field: Field) -> bool:
    """Whether the engine works the field's value out: nobody writes it."""
    return "formula" in field.settings or "rollup" in field.settings
