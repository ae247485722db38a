"""What packages with Python bring to workflows: actions and messengers, by the names that workflows use.

A package says them as entry points of its distribution, in the groups `hanok.actions` and `hanok.messengers`. The
server's operator installs such a package; no document does.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

GROUPS = ("actions", "messengers")
Brought = Mapping[str, Mapping[str, Any]]


@cache
def installed() -> Brought:
    """What the packages of this program bring, loaded once. Raises ValueError where two bring the same name."""
    return MappingProxyType({group: MappingProxyType(_of(group)) for group in GROUPS})


def _of(group: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in entry_points(group=f"hanok.{group}"):
        if entry.name in found:
            raise ValueError(f"two packages bring {entry.name} as one of hanok.{group}")
        found[entry.name] = entry.load()
    return found
