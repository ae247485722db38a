"""How a text names people: `@[김하늘](user:<id>)`, which reads as @김하늘."""

from __future__ import annotations

import re

#: A name without the brackets that would end it, and the id of a user.
MARK = re.compile(
    r"@\[([^\[\]\n\r]{1,200})\]\(user:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\)"
)


def readable(text: str) -> str:
    """The text as one reads it, in titles, lists and search."""
    return MARK.sub(lambda each: f"@{each[1]}", text) if "](user:" in text else text
