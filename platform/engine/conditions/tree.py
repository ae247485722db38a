"""The parsed form of a condition: a small tree of tests, joined by every, some and not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.fields import Field


class Scope(Protocol):
    """What names mean in a condition: the module that it is about. The catalog implements it."""

    @property
    def table(self) -> sa.Table: ...

    def find(self, key: str) -> Field | None:
        """The field of this key, own or system."""

    def end(self, key: str) -> End | None:
        """The to-many end of this key: records that point here, an n-n link, lines."""

    def follow(self, field: Field, module: str = "") -> Scope | None:
        """The scope at the other end of a link: of `module`, or of the only one that it points to; else None."""

    def names(self) -> list[str]:
        """Every key that `find` or `end` knows, for "did you mean"."""


class End(Protocol):
    """A to-many end, as conditions see it: the records there and what ties them to the record here."""

    @property
    def key(self) -> str: ...

    @property
    def single(self) -> bool:
        """Whether there is at most one record: it is asked like the record of a link."""

    def each(self) -> Sequence[End]:
        """The ends of one module each that it stands for: itself, unless it is a union."""

    @property
    def scope(self) -> Scope:
        """The scope of the records there; its `find` knows an n-n link's own fields first."""

    def rows(self, here: Any) -> Rows:
        """The records that are tied to the row of `here`, an alias of the parent's table."""


class Rows(Protocol):
    """How SQL finds the records of an end: what to select from, and what ties it (deleted records left out).

    `columns.c[…]` has the columns of the scope's fields; `table` is the alias of the records' own table.
    """

    @property
    def source(self) -> sa.FromClause: ...

    @property
    def where(self) -> ColumnElement[bool]: ...

    @property
    def columns(self) -> Any: ...

    @property
    def table(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Test:
    """One field, one operator, and the operand as it was written. `part` is "" for what the type compares."""

    field: Field
    operator: str
    operand: Any
    part: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """`$record.account.owner`: fields from the record at hand on, all but the last of them links.

    `scopes` are those that the links lead to. `own` means that the record at hand is the one that is asked about.
    """

    path: tuple[Field, ...]
    scopes: tuple[Scope, ...] = ()
    own: bool = True

    @property
    def last(self) -> Field:
        return self.path[-1]

    def __str__(self) -> str:
        return ".".join(field.key for field in self.path)


@dataclass(frozen=True, slots=True)
class Against:
    """One field compared with another one."""

    field: Field
    operator: str
    other: Reference
    part: str = ""


@dataclass(frozen=True, slots=True)
class Through:
    """A condition on the record at the other end of a to-one link. `module` says which, where a link has several."""

    field: Field
    scope: Scope
    node: Node
    module: str = ""


@dataclass(frozen=True, slots=True)
class Under:
    """The linked record is the one of the operand or stands below it. `tree` is the link that makes the tree there."""

    field: Field
    scope: Scope
    tree: Field
    operand: Any


@dataclass(frozen=True, slots=True)
class Members:
    """A condition on the records of a to-many end: how many of them satisfy it.

    `counts` are operators and whole numbers that the number must satisfy, every one. Those of `more` count, too: the
    other ends of a union, each with the condition as it reads there.
    """

    end: End
    node: Node
    counts: tuple[tuple[str, Any], ...]
    more: tuple[tuple[End, Node], ...] = ()

    def among(self) -> tuple[tuple[End, Node], ...]:
        """Every end with its condition."""
        return ((self.end, self.node), *self.more)


@dataclass(frozen=True, slots=True)
class New:
    """Whether the record is being made."""

    flag: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """The field has another value than before; the old value satisfies `before` and the new one `after`."""

    field: Field
    before: Node
    after: Node


@dataclass(frozen=True, slots=True)
class Every:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    node: Node


Node = Test | Against | Through | Under | Members | New | Changed | Every | Some | Not


def named(node: Node) -> Iterator[Field]:
    """Every field that a condition names, of its own module and of others: what its reader must be allowed to read."""
    match node:
        case Every(nodes) | Some(nodes):
            for each in nodes:
                yield from named(each)
        case Not(inner):
            yield from named(inner)
        case Test(field):
            yield field
        case Against(field, _, other):
            yield from (field, *other.path)
        case Through(field, _, inner):
            yield field
            yield from named(inner)
        case Under(field, _, tree, operand):
            yield from (field, tree, *(operand.path if isinstance(operand, Reference) else ()))
        case Members():
            for _, inner in node.among():
                yield from named(inner)
        case Changed(field, before, after):
            yield field
            yield from named(before)
            yield from named(after)
        case New():
            pass


def ends_within(node: Node) -> int:
    """How many to-many ends are asked within each other: each multiplies the records that are looked at."""
    match node:
        case Every(nodes) | Some(nodes):
            return max(map(ends_within, nodes), default=0)
        case Not(inner) | Through(_, _, inner):
            return ends_within(inner)
        case Members(_, inner):
            return 1 + ends_within(inner)
    return 0
