"""What is said of the site as a whole: app.yaml and the roles."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hanok.engine.catalog.model import App, Area, Module, Role
from hanok.engine.catalog.reading import read
from hanok.engine.catalog.report import MODULE, Report
from hanok.engine.catalog.schemas import ACTIONS
from hanok.engine.catalog.scopes import ModuleScope
from hanok.engine.conditions import Node
from hanok.engine.errors import Place, say
from hanok.engine.language import Document, Documents

#: What a role may do where it says nothing: look after what is one's own.
UNSAID = dict.fromkeys(ACTIONS, "none")

#: The role of those who may do everything.
BUILT_IN = "administrator"


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


def roles_of(
    documents: Documents, modules: Mapping[str, Module], every: Mapping[str, Module], report: Report
) -> Mapping[str, Role]:
    """The roles by key, each level written out; `every` are all modules that conditions may lead to."""
    built = {}
    for key, document in documents.of("role").items():
        if key == BUILT_IN:
            report.wrong(document.place([]), say("The role “{key}” is built in; call yours otherwise.", key=key))
        overrides = document.data.get("modules", {})
        for module in overrides:
            if module not in modules:
                report.missing(document.place(["modules", module]), MODULE, module, modules)
        built[key] = Role(
            key, document.data["label"], {**UNSAID, **_levels(document.data.get("default", {}))},
            MappingProxyType({
                module: _rights(document, module, levels, every, report) for module, levels in overrides.items()
            }),
            studio=document.data.get("studio", False),
        )  # fmt: skip
    return MappingProxyType(built)


def _rights(
    document: Document, module: str, written: str | Mapping[str, Any], every: Mapping[str, Module], report: Report
) -> Mapping[str, str | Node]:
    """The levels of one module; a condition is read for it. A faulty one is reported, and gives nothing."""
    levels: dict[str, str | Node] = {}
    for action, said in _levels(written).items():
        if isinstance(said, str):
            levels[action] = said
        elif module in every:
            place = partial(_place, document, module, action)
            levels[action] = read(said, ModuleScope(every[module], every), place, report) or "none"
    return MappingProxyType(levels)


def _place(document: Document, module: str, action: str, *path: str | int) -> Place:
    return document.place(["modules", module, action, *path])


def _levels(written: str | Mapping[str, Any]) -> dict[str, Any]:
    """`none` for a whole module is short for every action."""
    return dict.fromkeys(ACTIONS, written) if isinstance(written, str) else dict(written)
