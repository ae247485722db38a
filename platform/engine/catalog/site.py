"""What is said of the site as a whole: app.yaml, the main menu, the roles."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hanok.engine.catalog.model import App, Area, MenuFilter, Module, Role
from hanok.engine.catalog.report import MODULE, Report
from hanok.engine.catalog.schemas import ACTIONS
from hanok.engine.errors import say
from hanok.engine.language import Document, Documents

MAIN = "main"
#: What a role may do where it says nothing: look after what is one's own.
UNSAID = dict.fromkeys(ACTIONS, "none")


def app_of(documents: Documents, report: Report) -> App:
    """The site's name, languages, currency, zone and areas; sensible ones where nothing is said."""
    document = documents.of("app").get("app")
    data: Mapping[str, Any] = document.data if document else {}
    zone = data.get("zone", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        if document:
            report.wrong(
                document.place(["zone"]), say("There is no time zone “{zone}”; write one like Asia/Seoul.", zone=zone)
            )
    areas = {
        key: Area(key, written.get("label") or {"en": key.capitalize()}, written.get("icon", "folder"))
        for key, written in data.get("areas", {}).items()
    }
    return App(
        name=data.get("name", {"en": "Hanok", "ko": "한옥"}), languages=tuple(data.get("languages", ("en", "ko"))),
        currency=data.get("currency", "KRW"), country=data.get("country", "KR"), zone=zone,
        areas=MappingProxyType(areas),
    )  # fmt: skip


def menu_of(documents: Documents, modules: Mapping[str, Module], report: Report) -> tuple[MenuFilter, ...]:
    """The filters of the main menu. Modules that stand in none get a last one, so all can be reached."""
    document = documents.of("menu").get(MAIN)
    if document is None:
        every = tuple(key for key in modules)
        return (MenuFilter("all", {"en": "Modules", "ko": "모듈"}, every),) if every else ()
    built = []
    for key, written in document.data.get("filters", {}).items():
        label = written.get("label") or {"en": key.capitalize()}
        built.append(MenuFilter(key, label, _listed(document, key, written, modules, report)))
    placed = {module for found in built for module in found.modules}
    rest = tuple(key for key, module in modules.items() if key not in placed and module.area != "access")
    if rest:
        built.append(MenuFilter("more", {"en": "More", "ko": "더 보기"}, rest))
    return tuple(found for found in built if found.modules)


def _listed(
    document: Document, key: str, written: Mapping[str, Any], modules: Mapping[str, Module], report: Report
) -> tuple[str, ...]:
    listed = tuple(written.get("modules", {}))
    for module in listed:
        if module not in modules:
            report.missing(document.place(["filters", key, "modules", module]), MODULE, module, modules)
    return tuple(module for module in listed if module in modules)


def roles_of(documents: Documents, modules: Mapping[str, Module], report: Report) -> Mapping[str, Role]:
    """The roles by key, each level written out."""
    built = {}
    for key, document in documents.of("role").items():
        overrides = document.data.get("modules", {})
        for module in overrides:
            if module not in modules:
                report.missing(document.place(["modules", module]), MODULE, module, modules)
        built[key] = Role(
            key, document.data["label"], {**UNSAID, **_levels(document.data.get("default", {}))},
            MappingProxyType({module: _levels(levels) for module, levels in overrides.items()}),
            studio=document.data.get("studio", False),
        )  # fmt: skip
    return MappingProxyType(built)


def _levels(written: str | Mapping[str, str]) -> dict[str, str]:
    """`none` for a whole module is short for every action."""
    return dict.fromkeys(ACTIONS, written) if isinstance(written, str) else dict(written)
