"""What is said of the site as a whole: app.yaml and the roles."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hanok.engine.catalog.model import App, Area, Module, Role
from hanok.engine.catalog.reading import read
from hanok.engine.catalog.report import FIELD, MODULE, Report
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
            studio=document.data.get("studio", False), assignable=document.data.get("assignable", True),
            fields=_fields(document, every, report),
            written=MappingProxyType(_written(overrides) | _written(document.data.get("fields", {}))),
            places=MappingProxyType(_places(document, overrides)),
        )  # fmt: skip
    return MappingProxyType(built)


def _written(overrides: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """The conditions, by module and action."""
    each = ((module, action, said) for module, levels in overrides.items() for action, said in _levels(levels).items())
    return {(module, action): said for module, action, said in each if not isinstance(said, str)}


def _places(document: Document, overrides: Mapping[str, Any]) -> dict[tuple[str, str], Place]:
    """Where each level stands: that of a module, and the default."""
    found = {("", action): document.place(["default", action]) for action in ACTIONS}
    for module, levels in overrides.items():
        found |= {(module, action): document.place(["modules", module, action]) for action in _levels(levels)}
    for field, levels in document.data.get("fields", {}).items():
        found |= {(field, action): document.place(["fields", field, action]) for action in levels}
    return found


def _rights(
    document: Document, module: str, written: str | Mapping[str, Any], every: Mapping[str, Module], report: Report
) -> Mapping[str, str | Node]:
    """The levels of one module, its conditions read for it."""
    if module not in every:
        return MappingProxyType({})
    scope = ModuleScope(every[module], every)
    return MappingProxyType({
        action: _right(document, ("modules", module, action), said, scope, report)
        for action, said in _levels(written).items()
    })


def _fields(
    document: Document, every: Mapping[str, Module], report: Report
) -> Mapping[tuple[str, str], Mapping[str, str | Node]]:
    """The levels of single fields, by module and key."""
    found: dict[tuple[str, str], Mapping[str, str | Node]] = {}
    for written, levels in document.data.get("fields", {}).items():
        module, _, key = written.rpartition(".")
        if module not in every:
            report.missing(document.place(["fields", written]), MODULE, module or written, every)
        elif key not in every[module].fields:
            report.missing(document.place(["fields", written]), FIELD, key, every[module].fields)
        else:
            scope, said = ModuleScope(every[module], every), levels.get("view", "all")
            if every[module].fields[key].type.apart and said not in ("all", "none", "deny"):
                report.wrong(document.place(["fields", written, "view"]), say(
                    "“{field}” holds several records: a role shows it everywhere or nowhere. Say all, none or deny.",
                    field=written,
                ))  # fmt: skip
            found[module, key] = {
                action: _right(document, ("fields", written, action), said, scope, report)
                for action, said in levels.items()
            }
    return MappingProxyType(found)


def _right(
    document: Document, path: tuple[str, ...], said: str | Mapping[str, Any], scope: ModuleScope, report: Report
) -> str | Node:
    """A level as it is, a condition read; a faulty one is reported, and gives nothing."""
    if isinstance(said, str):
        return said
    return read(said, scope, lambda *below: document.place([*path, *below]), report) or "none"


def _levels(written: str | Mapping[str, Any]) -> dict[str, Any]:
    """`none` for a whole module is short for every action."""
    return dict.fromkeys(ACTIONS, written) if isinstance(written, str) else dict(written)
