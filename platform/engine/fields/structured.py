"""A value of several parts as one line of text that loses none of them: 김 | 하늘 | | 부장 |."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: What stands between two parts; a bar or a backslash within one has a backslash before it.
BAR = re.compile(r"(?<!\\)((?:\\\\)*)\|")
ESCAPED = re.compile(r"\\([\\|])")


def joined(parts: Iterable[str]) -> str:
    """The parts with bars between them."""
    return " | ".join(re.sub(r"([\\|])", r"\\\1", part) for part in parts)


def split(text: str, names: Sequence[str]) -> dict[str, str] | None:
    """The parts by name, or None when this is no such line."""
    found = BAR.sub("\\1\n", text).split("\n")
    if len(found) != len(names):
        return None
    return {name: ESCAPED.sub(r"\1", part).strip() for name, part in zip(names, found, strict=True)}
