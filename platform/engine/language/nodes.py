"""The tree that a file is read into: plain values, each with the place where it was written.

Trees of several layers are merged into one tree whose nodes still know their own file, so asking for the place of a
merged path needs no second bookkeeping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hanok.engine.errors import Message, Place, Problem

Path = tuple[str | int, ...]
Value = None | bool | int | Decimal | str | dict[str, "Node"] | list["Node"]


@dataclass(frozen=True, slots=True)
class Source:
    """The file that a node comes from: the name of its layer, and the file as it is shown to people."""

    layer: str
    file: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A 1-based line and column in a file."""

    source: Source
    line: int = 1
    column: int = 1

    def place(self, path: Sequence[str | int] = ()) -> Place:
        return Place(self.source.file, self.line, self.column, spell(path))


@dataclass(frozen=True, slots=True)
class Node:
    """One value. `key` is the mark of the key that it stands under, `text` how a plain scalar was written.

    `whole` is true for a map that was written as a list of names: it replaces what is below instead of merging.
    """

    value: Value
    mark: Mark
    key: Mark | None = None
    text: str = ""
    whole: bool = False

    @property
    def shown(self) -> Mark:
        """Where to point: at the key of a map or a list, at the value of anything else."""
        return self.key or self.mark if isinstance(self.value, dict | list) else self.mark

    def child(self, step: str | int) -> Node | None:
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and 0 <= step < len(self.value):
            return self.value[step]
        return None

    def find(self, path: Sequence[str | int]) -> Node | None:
        """The node at this path, or None."""
        found: Node | None = self
        for step in path:
            found = found.child(step) if found else None
        return found

    def nearest(self, path: Sequence[str | int]) -> Node:
        """The node at this path, else its nearest parent that exists."""
        found = self
        for step in path:
            below = found.child(step)
            if below is None:
                break
            found = below
        return found

    def plain(self) -> Any:
        """The bare data: maps, lists, text, whole numbers, Decimals, booleans."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def having(self, value: Value) -> Node:
        """The same place with another value."""
        return Node(value, self.mark, self.key, self.text, self.whole)

    def under(self, key: Mark | None) -> Node:
        """The same value under another key."""
        return Node(self.value, self.mark, key, self.text, self.whole)


def spell(path: Sequence[str | int]) -> str:
    """A path as people read it: `views.form.rows[0][1]`."""
    spelled = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return spelled.removeprefix(".")


def problem(
    code: str, mark: Mark, path: Sequence[str | int], message: Message, *, advice: bool = False
) -> Problem:
    """A problem at a mark."""
    return Problem(code, mark.place(path), message, advice)


def without(node: Node, paths: Sequence[Path]) -> Node | None:
    """The tree without what stands at these paths; None when the root is among them."""
    if () in paths:
        return None
    steps: dict[str | int, list[Path]] = {}
    for path in paths:
        steps.setdefault(path[0], []).append(path[1:])
    if isinstance(node.value, dict):
        kept = {key: left for key, child in node.value.items() if (left := _rest(child, steps.get(key)))}
        return node.having(kept)
    if isinstance(node.value, list):
        return node.having([left for at, child in enumerate(node.value) if (left := _rest(child, steps.get(at)))])
    return node


def _rest(child: Node, paths: list[Path] | None) -> Node | None:
    return without(child, paths) if paths else child


Lost = frozenset[Path]
Facts = Mapping[str, Any]
