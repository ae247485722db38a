"""What subpanels do: which rows they show for the record above, what a new record begins with, their own actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hanok.engine.catalog.actions import action, check_values
from hanok.engine.catalog.behaviour import Action
from hanok.engine.catalog.model import Subpanel
from hanok.engine.catalog.reading import Reader
from hanok.engine.catalog.scopes import ModuleScope
from hanok.engine.conditions import Node


def with_behaviour(reader: Reader, panel: Subpanel) -> Subpanel:
    """The subpanel with its condition and its actions read, and with the values of `create` checked."""
    spec: Mapping[str, Any] = (reader.source.data.get("subpanels") or {}).get(panel.key, {})
    if panel.panels:
        panels = tuple(replace(each, limit=_limit(reader, each, spec)) for each in panel.panels)
        panel = replace(panel, panels=panels, limit=panels[0].limit)
    elif panel.where:
        panel = replace(panel, limit=_limit(reader, panel, spec))
    _check_create(reader, panel)
    return replace(panel, buttons=_buttons(reader, panel, spec.get("actions", {})))


def _check_create(reader: Reader, panel: Subpanel) -> None:
    """Each value is checked with the first of the modules that has a field for it."""
    modules = [reader.modules[each.module] for each in panel.panels or (panel,)]
    for key, written in panel.create.items():
        module = next((each for each in modules if key in each.fields), modules[0])
        check_values(reader, module, {key: written}, ("subpanels", panel.key, "create"))


def _limit(reader: Reader, panel: Subpanel, spec: Mapping[str, Any]) -> Node | None:
    """`where` of the document: about the records of the end and what ties them; $record is the record above."""
    if "where" not in spec:
        return None
    return reader.node(spec["where"], "subpanels", panel.key, "where", scope=_scope(reader, panel), record=reader.here)


def _scope(reader: Reader, panel: Subpanel) -> ModuleScope:
    scope = reader.here
    for step in panel.end.split("."):
        end = scope.end(step)
        if end is None:
            return reader.there(panel.module)
        scope = end.scope
    return scope


def _buttons(reader: Reader, panel: Subpanel, written: Mapping[str, Any]) -> dict[str, Action]:
    row, ties = reader.modules[panel.module], _scope(reader, panel).own
    path = ("subpanels", panel.key, "actions")
    return {key: action(reader, key, said, (*path, key), row, ties) for key, said in written.items() if "do" in said}
