"""What the frame shows around every page: the site's name, the menus, what can be made here, who is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import g, request

from hanok.engine import access
from hanok.engine.catalog.model import Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import in_language
from hanok.web.cells import address
from hanok.web.i18n import LANGUAGES, translate
from hanok.web.login import own_path, parts_of
from hanok.web.notices import Notice, notices
from hanok.web.own_work import is_begun
from hanok.web.visit import offered_languages, theme

#: What mirrors the catalog like a module: one of them, several, and the icon (`catalog.menus.MIRRORS`).
MIRRORED: Mapping[str, tuple[Message, Message, str]] = {
    "role": (say("Role"), say("Roles"), "shield-check"),
    "workflow": (say("Workflow"), say("Workflows"), "git-branch"),
}


#: Letters after `g` that lead elsewhere: the start page.
TAKEN = frozenset("gh")


@dataclass(frozen=True, slots=True)
class Entry:
    """One module in a menu."""

    key: str
    label: str
    one: str
    icon: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """One top menu, and whether the reader is in one of its modules."""

    key: str
    label: str
    entries: tuple[Entry, ...]
    current: bool


class Frame:
    """The facts of the frame for this request, each worked out when a template asks for it."""

    @cached_property
    def actor(self) -> Any:
        return g.get("actor")

    @property
    def language(self) -> str:
        return str(g.get("language") or "en")

    @property
    def theme(self) -> str:
        return theme()

    @property
    def starts_elsewhere(self) -> bool:
        """Whether the address / leads the reader to a list."""
        return bool(g.get("look", {}).get("start"))

    @property
    def languages(self) -> tuple[tuple[str, str], ...]:
        return tuple((language, LANGUAGES[language]) for language in offered_languages()) if "catalog" in g else ()

    @property
    def here(self) -> str:
        """The path of this page, to come back to."""
        if request.method != "GET":
            came = parts_of(request.referrer or "")
            return "/" if came is None else came.path + ("?" + came.query if came.query else "") or "/"
        return request.full_path.rstrip("?")

    @property
    def came(self) -> str:
        """The path of the page of this site that led here, or "": of another site, or of this very page."""
        there = parts_of(request.referrer or "")
        if there is None or there.netloc != request.host or (there.path == request.path and request.method == "GET"):
            return ""
        return own_path(there.path + (f"?{there.query}" if there.query else ""))

    @cached_property
    def name(self) -> str:
        return in_language(g.catalog.app.name, self.language) if "catalog" in g else "Hanok"

    @cached_property
    def module(self) -> str:
        """The key of the module that this page belongs to, or ""."""
        return str((request.view_args or {}).get("module", ""))

    @cached_property
    def menus(self) -> tuple[Menu, ...]:
        return tuple(menu for menu in self._menus() if menu.entries) if self.actor else ()

    @cached_property
    def creatable(self) -> tuple[Entry, ...]:
        """The modules of the menus in which the reader may make records, the one he is in first."""
        entries = {entry.key: entry for menu in self.menus for entry in menu.entries}
        found = [entry for key, entry in entries.items()
                 if key not in MIRRORED and access.may(g.catalog, self.actor, key, "create")]  # fmt: skip
        return tuple(sorted(found, key=lambda entry: not entry.current))

    @cached_property
    def listed(self) -> frozenset[str]:
        """The keys of the modules in the menus."""
        return frozenset(entry.key for menu in self.menus for entry in menu.entries)

    @property
    def has_work(self) -> bool:
        """Whether the reader may have long work to be told of."""
        return is_begun()

    @property
    def goes(self) -> tuple[tuple[str, Entry], ...]:
        """Where `g` and a letter lead: the first letter of its key that no module before it has."""
        found: dict[str, Entry] = {}
        for entry in (entry for menu in self.menus for entry in menu.entries):
            free = (sign for sign in entry.key if sign.isalpha() and sign not in found and sign not in TAKEN)
            letter = next(free, "")
            if letter:
                found[letter] = entry
        return tuple(found.items())

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        return notices()

    def _menus(self) -> Iterator[Menu]:
        for found in g.catalog.menu:
            entries = tuple(self._entry(key) for key in found.modules if self._listed(key))
            label = in_language(found.label, self.language)
            yield Menu(found.key, label, entries, any(entry.current for entry in entries))

    def _listed(self, key: str) -> bool:
        if key in MIRRORED:
            return bool(self.actor.governs)
        return key in g.catalog.modules and access.may(g.catalog, self.actor, key, "list")

    def _entry(self, key: str) -> Entry:
        if key in MIRRORED:
            called, several, icon = MIRRORED[key]
            here = request.path == f"/{key}" or request.path.startswith(f"/{key}/")
            words = (translate(several, self.language), translate(called, self.language))
            return Entry(key, *words, icon, f"/{key}", here)
        module: Module = g.catalog.modules[key]
        plural = in_language(module.plural, self.language)
        one = in_language(module.label, self.language)
        return Entry(module.key, plural, one, module.icon or "table", address(module.key), module.key == self.module)
