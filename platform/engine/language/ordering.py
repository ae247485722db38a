"""Where the items of an ordered map go: as written, unless one says `after` or `before` a neighbour.

Items form a forest: an item that says `after: x` hangs on x and goes where x goes, with everything that hangs on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

AFTER, BEFORE = "after", "before"


@dataclass(frozen=True, slots=True)
class Anchor:
    """`side` is "after" or "before", `of` the key of the neighbour."""

    side: str
    of: str


@dataclass(slots=True)
class Order:
    """The order of the keys, the items whose neighbour is gone, and those that wait for each other in a circle."""

    keys: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    circles: list[str] = field(default_factory=list)


def order(keys: Sequence[str], anchors: Mapping[str, Anchor]) -> Order:
    """Places the keys. An item whose neighbour is gone, or that stands in a circle, stays where it was written."""
    known = frozenset(keys)
    found = Order(missing=[key for key in keys if key in anchors and anchors[key].of not in known])
    held = {key: anchor for key, anchor in anchors.items() if key in known and anchor.of in known}
    found.circles = [key for key in keys if _in_circle(key, held)]
    for key in found.circles:
        del held[key]
    hanging: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        if key in held:
            hanging.setdefault((held[key].side, held[key].of), []).append(key)
    for key in keys:
        if key not in held:
            _place(key, hanging, found.keys)
    return found


def _in_circle(key: str, anchors: Mapping[str, Anchor]) -> bool:
    seen = {key}
    at = anchors[key].of if key in anchors else None
    while at is not None and at not in seen:
        seen.add(at)
        at = anchors[at].of if at in anchors else None
    return at == key


def _place(root: str, hanging: Mapping[tuple[str, str], list[str]], keys: list[str]) -> None:
    """Appends a key between the ones that hang before and after it (with a stack: chains may be long)."""
    todo: list[tuple[str, bool]] = [(root, False)]
    while todo:
        key, ready = todo.pop()
        if ready:
            keys.append(key)
            continue
        todo += [(below, False) for below in reversed(hanging.get((AFTER, key), ()))]
        todo.append((key, True))
        todo += [(below, False) for below in reversed(hanging.get((BEFORE, key), ()))]
