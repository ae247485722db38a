"""The palette: one box that leads to records, lists, new records and pages; empty, to favourites and recent ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote
from uuid import UUID

from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.fields import in_language
from hanok.engine.records import Hit
from hanok.engine.records.desk import AtHand
from hanok.engine.records.initials import pattern
from hanok.screens import searching
from hanok.screens.searching import Pieces, pieces
from hanok.screens.words import in_text
from hanok.web.i18n import translate

EMPTY, PLACES = 8, 5
FAVOURITES, RECENT = say("Favourites"), say("Recently viewed")


class Entry(Protocol):
    """One module of a menu (`web.menu`)."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def one(self) -> str: ...
    @property
    def icon(self) -> str: ...
    @property
    def href(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Option:
    """One line: where it leads, its text and what tells it apart, each in pieces."""

    url: str
    icon: str
    title: Pieces
    note: Pieces = ()
    star: bool = False


@dataclass(frozen=True, slots=True)
class OptionGroup:
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Palette:
    """`all_url` searches everything for these words, "" where there are none."""

    words: str
    groups: tuple[OptionGroup, ...]
    all_url: str

    @property
    def count(self) -> int:
        return sum(len(group.options) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Place:
    """A page, a filtered list or something to do: its name in the reader's language."""

    label: str
    icon: str
    url: str
    kind: str


def places(
    catalog: Catalog, entries: Sequence[Entry], creatable: Sequence[Entry], language: str, *,
    importable: frozenset[str], governs: bool,
) -> tuple[Place, ...]:  # fmt: skip
    """Where somebody can go by name: lists, new records, imports, lists through their filters, pages of her own."""
    page, action = translate(say("Page"), language), translate(say("Action"), language)
    own = [
        ("/", "home", say("Start page")), ("/me", "user-circle", say("My account")), ("/audit", "history", say("Audit"))
    ]  # fmt: skip
    if governs:
        own.append(("/admin", "settings", say("Administration")))
    return (
        *(Place(one.label, one.icon, one.href, translate(say("List"), language)) for one in entries),
        *(Place(_new(one.one, language), "plus", f"{one.href}/new", action) for one in creatable),
        *(Place(translate(label, language), icon, url, page) for url, icon, label in own),
        *(Place(_imported(one.label, language), "table-import", f"{one.href}/_import", action)
          for one in entries if one.key in importable),
        *(place for one in entries if one.key in catalog.modules for place in _filters(catalog, one, language)),
    )  # fmt: skip


def _imported(label: str, language: str) -> str:
    return translate(say("Import {records}", records=in_text(label, language)), language)


def _filters(catalog: Catalog, entry: Entry, language: str) -> Iterator[Place]:
    kind = translate(say("Filter"), language)
    for key, saved in catalog.modules[entry.key].saved_filters.items():
        label = f"{entry.label} · {in_language(saved.label, language)}"
        yield Place(label, "filter", f"{entry.href}?filter={quote(key)}", kind)


def empty(
    catalog: Catalog, favourites: Sequence[AtHand], recent: Sequence[AtHand], known: Sequence[Place], language: str
) -> Palette:
    """What stands there before anything is typed; lists for whoever has neither favourites nor a past."""
    starred = {(one.module, one.id) for one in favourites}
    others = [one for one in recent if (one.module, one.id) not in starred]
    groups = [
        _group(FAVOURITES, [_kept(catalog, one, language, star=True) for one in favourites[:EMPTY]], language),
        _group(RECENT, [_kept(catalog, one, language) for one in others[:EMPTY]], language),
    ]
    if not favourites and not others:
        groups.append(_group(say("Go to"), [_place(one, ()) for one in known[:EMPTY]], language))
    return Palette("", tuple(group for group in groups if group.options), "")


def found(
    catalog: Catalog, words: str, hits: Sequence[Hit], starred: frozenset[tuple[str, UUID]],
    known: Sequence[Place], language: str,
) -> Palette:  # fmt: skip
    """What the words lead to: places that begin with them, records (favourites first), other places."""
    wanted = words.split()
    named = [one for one in known if all(re.search(pattern(word), one.label, re.IGNORECASE) for word in wanted)]
    begun = [one for one in named if re.match(pattern(words), one.label, re.IGNORECASE)]
    named = sorted(named, key=lambda one: one not in begun)[:PLACES]
    there = _group(say("Go to"), [_place(one, wanted) for one in named], language)
    ordered = sorted(hits, key=lambda hit: (hit.module, hit.id) not in starred)
    view = searching.build(catalog, words, ordered, language)
    stars = {f"/{module}/{id}" for module, id in starred}
    groups = [
        OptionGroup(group.label, tuple(
            Option(hit.url, group.icon, hit.title, hit.note, hit.url in stars) for hit in group.hits
        )) for group in view.groups
    ]  # fmt: skip
    ordered_groups = [there, *groups] if begun else [*groups, there]
    return Palette(words, tuple(group for group in ordered_groups if group.options), f"/search?q={quote(words)}")


def _new(label: str, language: str) -> str:
    return translate(say("New {record}", record=in_text(label, language)), language)


def _group(label: Message, options: Sequence[Option], language: str) -> OptionGroup:
    return OptionGroup(translate(label, language), tuple(options))


def _kept(catalog: Catalog, one: AtHand, language: str, *, star: bool = False) -> Option:
    module = catalog.module(one.module)
    note = ((in_language(module.label, language), False),)
    return Option(f"/{one.module}/{one.id}", module.icon, ((one.title, False),), note, star)


def _place(one: Place, wanted: Sequence[str]) -> Option:
    return Option(one.url, one.icon, pieces(one.label, wanted), ((one.kind, False),))
