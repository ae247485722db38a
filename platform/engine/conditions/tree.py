"""The parsed form of a condition: a small tree of tests, joined by every, some and not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa

from hanok.engine.fields import Field


class Scope(Protocol):
    """What names mean in a condition: the module that it is about. The catalog implements it."""

    @property
    def table(self) -> sa.Table: ...

    def find(self, key: str) -> Field | None:
        """The field of this key, own or system."""

    def follow(self, field: Field) -> Scope | None:
        """The scope at the other end of a link to one module; None for any other field."""

    def names(self) -> list[str]:
        """Every key that `find` knows, for "did you mean"."""


@dataclass(frozen=True, slots=True)
class Test:
    """One field, one operator, and the operand as it was written. `part` is "" for what the type compares."""

    field: Field
    operator: str
    operand: Any
    part: str = ""


@dataclass(frozen=True, slots=True)
class Through:
    """A condition on the record at the other end of a to-one link."""

    field: Field
    scope: Scope
    node: Node


@dataclass(frozen=True, slots=True)
class Every:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    node: Node


Node = Test | Through | Every | Some | Not
