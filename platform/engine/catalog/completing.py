"""The last pass over the modules: what a module does with its records, once every module is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from hanok.engine.catalog.actions import actions
from hanok.engine.catalog.dynamic import dynamic, picks, with_conditions
from hanok.engine.catalog.keys import check_keys
from hanok.engine.catalog.model import Module, OptionSet, Views
from hanok.engine.catalog.reading import Reader
from hanok.engine.catalog.report import Report, Source
from hanok.engine.catalog.rules import duplicates, rules
from hanok.engine.catalog.subpanels import with_behaviour
from hanok.engine.errors import say
from hanok.engine.fields import FieldType


def completed(
    source: Source, module: Module, types: Mapping[str, FieldType], report: Report, modules: Mapping[str, Module],
    options: Mapping[str, OptionSet],
) -> Module:  # fmt: skip
    """The module with its behaviour."""
    reader = Reader(source, module, modules, report, types, options, datetime.now(UTC))
    return _completed(replace(reader, module=replace(module, views=_views(reader))))


def _completed(reader: Reader) -> Module:
    check_keys(reader)
    alike = duplicates(reader)
    return replace(
        reader.module,
        dynamic=MappingProxyType(dynamic(reader)),
        picks=MappingProxyType(picks(reader)),
        rules=MappingProxyType(rules(reader)),
        duplicates=MappingProxyType(alike),
        actions=MappingProxyType(actions(reader)),
        subpanels={key: with_behaviour(reader, panel) for key, panel in reader.module.subpanels.items()},
        index=(*reader.module.index, *(said.match for said in alike.values())),
    )


def _views(reader: Reader) -> Views:
    """The views with the conditions of their tabs and panels; the same ones where there are none."""
    written = reader.source.data.get("views", {})
    views = reader.module.views
    for name in ("kanban", "calendar"):
        if "where" in written.get(name, {}):
            reader.node(written[name]["where"], "views", name, "where")
    _check_timeline(reader, written.get("timeline", {}))
    forms = {"form": views.form, "detail": views.detail, "quick": views.quick}
    asked = [name for name in forms if _conditional(written.get(name, {}))]
    if not asked:
        return views
    made = {name: with_conditions(reader, forms[name], name, written[name]) for name in asked}
    form = made.get("form", views.form)
    detail = made.get("detail", form if views.detail is views.form else views.detail)
    return replace(views, form=form, detail=detail, quick=made.get("quick", views.quick))


def _check_timeline(reader: Reader, written: Mapping[str, Any]) -> None:
    path, known = ("views", "timeline"), reader.source.data.get("actions", {})
    if "open" in written:
        reader.node(written["open"], *path, "open")
    if "finish" in written and written["finish"] not in known:
        reader.report.missing(reader.source.place(*path, "finish"), say("action"), written["finish"], known)


def _conditional(view: Mapping[str, Any]) -> bool:
    tabs = view.get("tabs", {}).values()
    beside = [panel for place in ("side", "bottom") for panel in view.get(place, {}).values()]
    inner = [panel for tab in tabs for panel in tab.get("panels", {}).values()]
    return any("visible" in said for said in (*tabs, *beside, *inner))
