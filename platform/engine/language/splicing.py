"""Edits of a file's text: pieces are cut out at the marks of PyYAML's `compose`, all else stays byte for byte.

Dumping a tree again would lose comments and rewrite the style. Each edit is read again and compared with what was
meant, so that a text that cannot be cut safely is refused instead of spoilt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from hanok.engine.errors import Refused, say
from hanok.engine.language.nodes import Source
from hanok.engine.language.reading import read_text

HERE = Source("", "")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key and its value within a map."""

    home: yaml.MappingNode
    at: int

    @property
    def key(self) -> yaml.Node:
        found: yaml.Node = self.home.value[self.at][0]
        return found

    @property
    def value(self) -> yaml.Node:
        found: yaml.Node = self.home.value[self.at][1]
        return found

    @property
    def alone(self) -> bool:
        return len(self.home.value) == 1


def without(text: str, path: Sequence[str]) -> str:
    """The text without what stands at this path, and without maps that are empty then; "" when nothing is left.

    A value in short form (`label: Deal` for `label: {en: Deal}`) goes as a whole. Raises KeyError when nothing stands
    there, Refused when the text cannot be cut safely.
    """
    before = read_text(text, HERE)
    if before.root is None or before.problems:
        raise Refused(say("The file cannot be read; repair it first."))
    entries = _entries(yaml.compose(text, Loader=yaml.SafeLoader), path)
    while len(entries) > 1 and entries[-1].alone:
        entries.pop()
    if entries[-1].alone:
        return ""
    start, end = _block(text, entries[-1]) if not entries[-1].home.flow_style else _flow(text, entries[-1])
    made = text[:start] + text[end:]
    wanted = _less(before.root.plain(), [entry.key.value for entry in entries])
    after = read_text(made, HERE)
    if after.problems or after.root is None or after.root.plain() != wanted:
        raise Refused(say("“{path}” cannot be cut out of the file; edit it by hand.", path=".".join(path)))
    return made


def _entries(root: Any, path: Sequence[str]) -> list[_Entry]:
    """The entries on the way to the path; the last one is a short form where the path goes deeper than the text."""
    entries: list[_Entry] = []
    node = root
    for step in path:
        if not isinstance(node, yaml.MappingNode):
            break
        at = next((at for at, (key, _) in enumerate(node.value) if key.value == step), None)
        if at is None:
            raise KeyError(step)
        entries.append(_Entry(node, at))
        node = node.value[at][1]
    if not entries:
        raise KeyError(path[0])
    return entries


def _flow(text: str, entry: _Entry) -> tuple[int, int]:
    """`{a: 1, b: 2}`: with the comma behind it, else with the one before it."""
    items = entry.home.value
    if entry.at + 1 < len(items):
        return entry.key.start_mark.index, items[entry.at + 1][0].start_mark.index
    return items[entry.at - 1][1].end_mark.index, entry.value.end_mark.index


def _block(text: str, entry: _Entry) -> tuple[int, int]:
    """Whole lines, with a comment behind the value; comments between entries stay."""
    start = text.rfind("\n", 0, entry.key.start_mark.index) + 1
    last = max(_end(entry.value), entry.key.end_mark.index)
    if last > 0 and text[last - 1] == "\n":
        return start, last
    end = text.find("\n", last)
    return start, len(text) if end < 0 else end + 1


def _end(node: yaml.Node) -> int:
    """Where the last sign of a value stands: block maps and lists end for PyYAML where the next thing begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last) or last[0].end_mark.index
    found: int = node.end_mark.index
    return found


def _less(data: dict[str, Any], path: Sequence[str]) -> dict[str, Any]:
    """The data without what stands at this path."""
    head, *rest = path
    if rest:
        return {**data, head: _less(data[head], rest)}
    return {key: value for key, value in data.items() if key != head}
