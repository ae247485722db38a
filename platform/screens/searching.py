"""What a search found, grouped by module in the order of the menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from hanok.engine.catalog.model import Catalog
from hanok.engine.fields import in_language
from hanok.engine.records import Hit

QUICK = 4
WHOLE = 50


@dataclass(frozen=True, slots=True)
class HitShown:
    url: str
    title: str
    snippet: str


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
    return Found(words, tuple(_group(catalog, key, words, found, language) for key, found in by_module.items()))


def _group(catalog: Catalog, key: str, words: str, hits: Sequence[Hit], language: str) -> HitGroup:
    module = catalog.module(key)
    shown = tuple(HitShown(f"/{key}/{hit.id}", hit.title, hit.snippet) for hit in hits)
    return HitGroup(in_language(module.plural, language), module.icon, f"/{key}?filter=all&q={quote(words)}", shown)
