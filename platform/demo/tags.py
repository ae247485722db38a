"""Words that people stick on records of the demo: the same ones each time, whatever else is made up."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from hanok.demo.drafts import Draft, Ref

#: By key: name, colour, and on records of which modules.
TAGS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "tag-key": ("핵심 고객", "orange", ("account", "contact")),
    "tag-expo": ("2026 전시회", "purple", ("account", "lead", "contact")),
    "tag-renewal": ("재계약", "green", ("account", "opportunity")),
    "tag-urgent": ("긴급", "red", ("case", "opportunity")),
    "tag-partner": ("Partner program", "blue", ("account", "opportunity", "lead")),
    "tag-newsletter": ("Newsletter", "teal", ("contact", "lead")),
}
#: Of a hundred records so many have a tag.
SHARE = 35


def tags() -> Iterator[Draft]:
    for key, (name, color, _) in TAGS.items():
        yield Draft("tag", key, {"name": name, "color": color})


def tagged(draft: Draft) -> Draft:
    """The draft with a tag or two, where its key says so: it rolls no dice, so all else is as it was without."""
    fitting = [key for key, (_, _, modules) in TAGS.items() if draft.module in modules]
    number = zlib.crc32(draft.key.encode())
    if not fitting or number % 100 >= SHARE:
        return draft
    picked = {fitting[number % len(fitting)], fitting[number // 7 % len(fitting)]}
    return replace(draft, values={**draft.values, "tags": tuple(Ref(key) for key in sorted(picked))})
