"""What a search found, grouped by module in the order of the menu."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from hanok.engine.catalog.model import Catalog
from hanok.engine.fields import in_language
from hanok.engine.records import Hit
from hanok.engine.records.initials import pattern

QUICK = 4
WHOLE = 50
BEFORE = 12
Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class HitShown:
    """`title` and `note` in pieces: each a text and whether it is one of the words."""

    url: str
    title: Pieces
    note: Pieces


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits of one module; `url` searches its list for the same words."""

    label: str
    icon: str
    url: str
    hits: tuple[HitShown, ...]


@dataclass(frozen=True, slots=True)
class Found:
    words: str
    groups: tuple[HitGroup, ...]


def build(catalog: Catalog, words: str, hits: Sequence[Hit], language: str) -> Found:
    by_module: dict[str, list[Hit]] = {}
    for hit in hits:
        by_module.setdefault(hit.module, []).append(hit)
    order = {key: place for place, key in enumerate(key for menu in catalog.menu for key in menu.modules)}
    keys = sorted(by_module, key=lambda key: order.get(key, len(order)))
    return Found(words, tuple(_group(catalog, key, words, by_module[key], language) for key in keys))


def _group(catalog: Catalog, key: str, words: str, hits: Sequence[Hit], language: str) -> HitGroup:
    module, wanted = catalog.module(key), words.split()
    shown = tuple(
        HitShown(f"/{key}/{hit.id}", pieces(hit.title, wanted), pieces(around(hit.snippet, wanted), wanted))
        for hit in hits
    )
    return HitGroup(in_language(module.plural, language), module.icon, f"/{key}?filter=all&q={quote(words)}", shown)


def pieces(text: str, words: Sequence[str]) -> Pieces:
    """The text cut at the words that were searched for."""
    if not words:
        return ((text, False),)
    found = re.split("(" + "|".join(map(pattern, words)) + ")", text, flags=re.IGNORECASE)
    return tuple((part, bool(place % 2)) for place, part in enumerate(found) if part)


def around(text: str, words: Sequence[str]) -> str:
    """The text from shortly before the first of the words on, so that a narrow line shows why it was found."""
    found = re.search("|".join(map(pattern, words)), text, flags=re.IGNORECASE) if words else None
    if found is None or found.start() <= BEFORE:
        return text
    start = text.rfind(" ", 0, found.start() - 1) + 1
    return "…" + text[max(start, found.start() - BEFORE) :].lstrip(" ·")
