"""The main menu, and what teams see instead of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hanok.engine.catalog.model import MenuFilter, Module
from hanok.engine.catalog.report import MODULE, Report
from hanok.engine.errors import say
from hanok.engine.fields import Labels
from hanok.engine.language import Document, Documents, did_you_mean

MAIN = "main"
#: The filter of the modules that stand in no other.
REST = "more"
#: What stands in menus like a module and is none: its records are documents of the catalog, for administrators.
MIRRORS = ("role", "workflow")
Menu = tuple[MenuFilter, ...]


def menu_of(documents: Documents, modules: Mapping[str, Module], report: Report) -> Menu:
    """The filters of the main menu. Modules that stand in none get a last one, so all can be reached."""
    document = documents.of("menu").get(MAIN)
    if document is None:
        every = tuple(key for key in modules)
        return (MenuFilter("all", {"en": "Modules", "ko": "모듈"}, every),) if every else ()
    built = _main(document, modules, report)
    placed = {module for found in built for module in found.modules}
    rest = tuple(key for key, module in modules.items() if key not in placed and module.area != "access")
    if rest:
        built.append(MenuFilter(REST, {"en": "More", "ko": "더 보기"}, rest))
    return tuple(found for found in built if found.modules)


def team_menus(
    documents: Documents, main: Menu, modules: Mapping[str, Module], report: Report
) -> Mapping[str, Menu]:
    """The menus of teams by the teams' keys: the main one with what each says otherwise."""
    document = documents.of("menu").get(MAIN)
    teams = document.data.get("teams", {}) if document else {}
    if document is None:
        return MappingProxyType({})
    made = {team: _Team(document, team, modules, report).over(main, said) for team, said in teams.items()}
    return MappingProxyType(made)


def _main(document: Document, modules: Mapping[str, Module], report: Report) -> list[MenuFilter]:
    built = []
    for key, written in document.data.get("filters", {}).items():
        listed = _known(document, ("filters", key, "modules"), written.get("modules", {}), modules, report)
        built.append(MenuFilter(key, _label(key, written), listed, written.get("icon", "")))
    return built


def _label(key: str, written: Mapping[str, Any]) -> Labels:
    return written.get("label") or {"en": key.replace("_", " ").capitalize()}


def _known(
    document: Document, path: tuple[str, ...], listed: Mapping[str, Any], modules: Mapping[str, Module], report: Report
) -> tuple[str, ...]:
    known = {*modules, *MIRRORS}
    for module in listed:
        if module not in known:
            report.missing(document.place([*path, module]), MODULE, module, modules)
    return tuple(module for module in listed if module in known)


class _Team:
    """What one team's menu says otherwise."""

    def __init__(self, document: Document, team: str, modules: Mapping[str, Module], report: Report) -> None:
        self.document = document
        self.path = ("teams", team, "filters")
        self.modules = modules
        self.report = report

    def over(self, main: Menu, said: Mapping[str, Any]) -> Menu:
        """A list of names keeps these of the main menu only; a map adds, changes and (null) removes."""
        written: Mapping[str, Any] = said.get("filters", {})
        found = {} if self._whole(self.path) else {each.key: each for each in main}
        below = {each.key: each for each in main}
        for key, spec in written.items():
            if spec is None:
                self._remove(found, key, (*self.path, key))
            else:
                found[key] = self._filter(key, spec, below.get(key))
        last = [found.pop(REST)] if REST in found else []
        return tuple(each for each in (*found.values(), *last) if each.modules)

    def _filter(self, key: str, spec: Mapping[str, Any], below: MenuFilter | None) -> MenuFilter:
        path = (*self.path, key, "modules")
        listed: Mapping[str, Any] = spec.get("modules", {})
        named = {name: said for name, said in listed.items() if said is not None}
        kept = dict.fromkeys(() if below is None or self._whole(path) else below.modules)
        for name in listed:
            if listed[name] is None:
                self._remove(kept, name, (*path, name))
        modules = tuple(dict.fromkeys((*kept, *_known(self.document, path, named, self.modules, self.report))))
        if below is None:
            if not listed:
                told = say("The main menu has no filter “{key}”: say which modules stand in it.", key=key)
                self.report.wrong(self.document.place([*self.path, key]), told)
            return MenuFilter(key, _label(key, spec), modules, spec.get("icon", ""))
        return MenuFilter(key, spec.get("label") or below.label, modules, spec.get("icon") or below.icon)

    def _remove(self, found: dict[str, Any], key: str, path: tuple[str, ...]) -> None:
        if key in found:
            del found[key]
            return
        meant = did_you_mean(key, found)
        told = say("there is no “{key}” in the main menu to take away", key=key)
        if meant:
            told = say("there is no “{key}” in the main menu to take away, but “{meant}”", key=key, meant=meant)
        self.report.advise(self.document.key_place(path), told)

    def _whole(self, path: tuple[str, ...]) -> bool:
        node = self.document.root.find(path)
        return node is not None and node.whole
