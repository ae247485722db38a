"""Fields that depend on their record: shown, required or fixed under a condition, and limits of what may be picked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog.behaviour import Dynamic, Pick
from hanok.engine.catalog.reading import Reader, depends
from hanok.engine.catalog.views import FormView, Panel, Tab
from hanok.engine.conditions import Every, Node, Scope
from hanok.engine.errors import say
from hanok.engine.fields import Field


def dynamic(reader: Reader) -> dict[str, Dynamic]:
    """The fields that have such conditions, by key."""
    placed = _placed(reader.module.views.form)
    found = {key: _dynamic(reader, key, field, placed.get(key)) for key, field in reader.module.fields.items()}
    return {key: said for key, said in found.items() if said is not None}


def _dynamic(reader: Reader, key: str, field: Field, placed: Node | None) -> Dynamic | None:
    said = {name: field.settings.get(name) for name in ("visible", "required", "readonly")}
    nodes = {
        name: reader.node(written, "fields", key, name)
        for name, written in said.items()
        if isinstance(written, Mapping)
    }
    if said["visible"] is False:
        nodes["visible"] = reader.when(False)
    if placed is not None:
        nodes["placed"] = placed
    return Dynamic(**nodes) if nodes else None


def _placed(form: FormView) -> dict[str, Node]:
    """By field, when its tab and its panel are shown, where that depends on the record."""
    panels = [(panel, tab.visible) for tab in form.tabs for panel in tab.panels]
    panels += [(panel, None) for panel in (*form.side, *form.bottom)]
    found: dict[str, Node] = {}
    for panel, outer in panels:
        nodes = tuple(node for node in (outer, panel.visible) if node is not None)
        if nodes:
            found |= dict.fromkeys(panel.fields(), nodes[0] if len(nodes) == 1 else Every(nodes))
    return found


def with_conditions(reader: Reader, view: FormView, name: str, written: Mapping[str, Any]) -> FormView:
    """The view with the conditions of its tabs and panels read. `written` is the view as it stands in the document."""

    def panel(found: Panel, said: Mapping[str, Any], *path: str | int) -> Panel:
        if "visible" not in said:
            return found
        return replace(found, visible=reader.when(said["visible"], "views", name, *path, "visible"))

    def tab(found: Tab, said: Mapping[str, Any]) -> Tab:
        panels = said.get("panels", {})
        return replace(
            found,
            visible=reader.when(said.get("visible"), "views", name, "tabs", found.key, "visible"),
            panels=tuple(
                panel(each, panels.get(each.key, {}), "tabs", found.key, "panels", each.key) for each in found.panels
            ),
        )

    def beside(found: tuple[Panel, ...], place: str) -> tuple[Panel, ...]:
        return tuple(panel(each, written.get(place, {}).get(each.key, {}), place, each.key) for each in found)

    tabs = tuple(tab(each, written.get("tabs", {}).get(each.key, {})) for each in view.tabs)
    return FormView(tabs, beside(view.side, "side"), beside(view.bottom, "bottom"))


# -- picks -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OptionScope:
    """The attributes of an option set as the fields of a condition."""

    attributes: Mapping[str, Field]

    @property
    def table(self) -> sa.Table:
        raise LookupError("options stand in no table")

    def find(self, key: str) -> Field | None:
        return self.attributes.get(key)

    def end(self, key: str) -> None:
        return None

    def follow(self, field: Field, module: str = "") -> Scope | None:
        return None

    def names(self) -> list[str]:
        return list(self.attributes)


def picks(reader: Reader) -> dict[str, Pick]:
    """The limits by field."""
    found = {key: _pick(reader, key, field) for key, field in reader.module.fields.items()}
    return {key: pick for key, pick in found.items() if pick is not None}


def _pick(reader: Reader, key: str, field: Field) -> Pick | None:
    written = field.settings.get("where")
    if written is None:
        return None
    scopes: dict[str, Scope] = {target: reader.there(target) for target in (*field.targets, *field.members)}
    named = field.type.option_set(field.settings)
    if named is not None:
        if not isinstance(named, str):
            told = say("Options that stand in the field have no attributes; give them a file of their own.")
            reader.report.wrong(reader.source.place("fields", key, "where"), told)
            return None
        scopes = {"": OptionScope(reader.options[named].attributes)} if named in reader.options else {}
    nodes = {
        target: node
        for target, scope in scopes.items()
        if (node := reader.node(written, "fields", key, "where", scope=scope, record=reader.here)) is not None
    }
    return Pick(written, nodes, depends(written)) if nodes else None
