"""What is generated: records that do not exist yet and so refer to each other by names of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """Stands for the record of the draft with this key."""

    key: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A record to be: its module, a key of its own, raw values, and the roles that it has.

    Links are `Ref`s in them, links to many are tuples of `Ref`s.
    """

    module: str
    key: str
    values: Mapping[str, Any]
    roles: tuple[str, ...] = ()


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values without the empty ones."""
    return {key: value for key, value in values.items() if value is not None}
