"""The catalog as an actor sees it: without the fields that her roles deny.

A field that she may nowhere see is not there for her: no view, list, form, filter, sort, search, subpanel, path,
history or export knows it, and a question about it is a question about nothing. One that she may see in some records
only is there, and empty elsewhere (`Catalog.masks`); nobody may ask by it. One that she may not change is read-only.
What the engine itself does (saves, formulas, rules, the conditions of metadata) runs on the whole catalog.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from hanok.engine.access.actor import Actor
from hanok.engine.access.levels import EVERY, Grant, combined
from hanok.engine.catalog import Catalog, Module, ModuleScope
from hanok.engine.catalog.model import End, Role, Subpanel, Views
from hanok.engine.catalog.views import FormView, ListView, Panel, Tab
from hanok.engine.conditions import ConditionError, named, parse
from hanok.engine.fields import Field

VIEW, EDIT, CREATE = "view", "edit", "create"
#: How many role sets one catalog remembers; beyond that it begins anew.
MOST = 500
Named = frozenset[tuple[str, str]]


def field_grant(catalog: Catalog, actor: Actor, module: str, field: str, action: str) -> Grant:
    """In which records the actor may see (`view`) or change (`edit`) a field, as far as fields are concerned.

    A role that says nothing of a field does not restrict it; of several the most permissive wins, but one that does
    not let its holder see any record of the module gives nothing, unless none does: then those count by which she makes
    records that she does not see. `deny` in any of them wins over all.
    """
    if actor.admin:
        return EVERY
    return combined([role.fields.get((module, field), {}).get(action, "all")
                     for role in speaking(catalog, actor, module, field, action)])  # fmt: skip


def speaking(catalog: Catalog, actor: Actor, module: str, field: str, action: str) -> tuple[Role, ...]:
    """The actor's roles whose word counts for a field: those by which she has records, and all that deny it."""
    held = [catalog.roles[key] for key in actor.roles if key in catalog.roles]
    whose = _deciding(held, _rights_of(catalog, module))
    return tuple(role for role in held
                 if role.key in whose or role.fields.get((module, field), {}).get(action) == "deny")  # fmt: skip


def _deciding(held: Sequence[Role], module: str) -> frozenset[str]:
    """The roles that say what fields there are: those by which the holder sees records, else those by which she makes
    some."""
    for action in (VIEW, CREATE):
        found = frozenset(role.key for role in held if role.level(module, action) != "none")
        if found:
            return found
    return frozenset()


def _rights_of(catalog: Catalog, module: str) -> str:
    """The module whose rights count: of lines that of the record that they stand in."""
    parent = catalog.every[module].parent if module in catalog.every else None
    return _rights_of(catalog, parent.module) if parent else module


def editable(catalog: Catalog, actor: Actor, module: str, field: str) -> tuple[Grant, ...]:
    """The grants that all must hold for a change of this field: whoever changes it may see it."""
    return tuple(field_grant(catalog, actor, module, field, action) for action in (VIEW, EDIT))


def seen(catalog: Catalog, actor: Actor) -> Catalog:
    """The catalog for this actor: the same object where nothing is denied, made once for a set of roles."""
    whole = catalog.whole
    restricted = () if actor.admin else [role for role in map(whole.roles.get, actor.roles) if role and role.fields]
    if not restricted:
        return whole
    found = whole.seen.get(actor.roles)
    if found is None:
        if len(whole.seen) >= MOST:
            whole.seen.clear()
        found = whole.seen[actor.roles] = _Eyes.of(whole, actor).catalog()
    return found


@dataclass(frozen=True, slots=True)
class _Eyes:
    """What is hidden from a set of roles, masked by rows, and fixed."""

    whole: Catalog
    hidden: Named
    fixed: Named
    masks: Mapping[tuple[str, str], Grant]

    @classmethod
    def of(cls, whole: Catalog, actor: Actor) -> _Eyes:
        asked = {pair for key in actor.roles if key in whole.roles for pair in whole.roles[key].fields}
        views = {pair: field_grant(whole, actor, *pair, VIEW) for pair in asked}
        edits = {pair: field_grant(whole, actor, *pair, EDIT) for pair in asked}
        return cls(
            whole,
            frozenset(pair for pair, grant in views.items() if not grant),
            frozenset(pair for pair, grant in edits.items() if not grant),
            {pair: grant for pair, grant in views.items() if grant and not grant.every},
        )

    def catalog(self) -> Catalog:
        every = {key: self.module(module) for key, module in self.whole.every.items()}
        return replace(
            self.whole, every=MappingProxyType(every), masks=MappingProxyType(self.masks), base=self.whole, seen={},
            modules=MappingProxyType({key: every[key] for key in self.whole.modules}),
        )  # fmt: skip

    def module(self, module: Module) -> Module:
        fields = {key: self.field(found) for key, found in module.fields.items() if not self._is_hidden(found)}
        paths = {
            key: path for key, path in module.paths.items()
            if not any(map(self._is_hidden, (*path.links, path.last)))
        }  # fmt: skip
        ends = {key: end for key, end in module.ends.items() if not self._leads_away(end)}
        subpanels = {key: panel for key, panel in module.subpanels.items() if self._shows(module, panel)}
        known = frozenset(fields) | frozenset(module.system) | frozenset(paths)
        kept = _Keys(module, known, frozenset(key for key in known if self._is_masked(module, key)))
        return replace(
            module, fields=MappingProxyType(fields), paths=MappingProxyType(paths), ends=MappingProxyType(ends),
            views=self._told(module, kept.views(module.views)),
            subpanels=MappingProxyType({key: self._subpanel(panel) for key, panel in subpanels.items()}),
            saved_filters=MappingProxyType({
                key: found for key, found in module.saved_filters.items() if not self._asks(module, found.where)
            }),
        )  # fmt: skip

    def field(self, found: Field) -> Field:
        if (found.module, found.key) not in self.fixed:
            return found
        return replace(found, settings=MappingProxyType({**found.settings, "readonly": True}))

    def _is_hidden(self, found: Field) -> bool:
        """Also a part of it (`billing.city`)."""
        return (found.module, found.key.partition(".")[0]) in self.hidden

    def _is_masked(self, module: Module, key: str) -> bool:
        found = module.paths[key].last if key in module.paths else module.field(key)
        return (found.module, found.key.partition(".")[0]) in self.masks

    def _leads_away(self, end: End) -> bool:
        """By a link that is hidden where it stands."""
        return any((each.home, each.field) in self.hidden for each in end.each())

    def _shows(self, module: Module, panel: Subpanel) -> bool:
        end = module.ends.get(panel.end.partition(".")[0])
        return end is None or not self._leads_away(end)

    def _subpanel(self, panel: Subpanel) -> Subpanel:
        def open_to_her(key: str) -> bool:
            return (panel.module, key.removeprefix("-").partition(".")[0]) not in self.hidden

        def asked_by(key: str) -> bool:
            return open_to_her(key) and (panel.module, key.removeprefix("-").partition(".")[0]) not in self.masks

        return replace(
            panel, columns=tuple(filter(open_to_her, panel.columns)), sort=tuple(filter(asked_by, panel.sort)),
            search=tuple(filter(asked_by, panel.search)), group=panel.group if asked_by(panel.group) else "",
            panels=tuple(map(self._subpanel, panel.panels)) if panel.panels else (),
        )  # fmt: skip

    def _told(self, module: Module, views: Views) -> Views:
        """What is open stands apart in timelines only where she sees everywhere what it is open by."""
        told = views.timeline
        if told is None or told.open is None or not self._asks(module, told.open):
            return views
        return replace(views, timeline=replace(told, open=None, finish=""))

    def _asks(self, module: Module, where: Mapping[str, Any]) -> bool:
        """Whether a condition tells which records have what in a field that is hidden, or masked."""
        try:
            node = parse(where, ModuleScope(module, self.whole.every))
        except ConditionError:
            return False
        secret = self.hidden | self.masks.keys()
        return any((each.module, each.key.partition(".")[0]) in secret for each in named(node))


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys that are left in the views of a module; by those that are `masked` nothing is sorted or summed up."""

    module: Module
    known: frozenset[str]
    masked: frozenset[str]

    def some(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(key for key in keys if key.removeprefix("-") in self.known)

    def order(self, keys: Iterable[str]) -> tuple[str, ...]:
        return tuple(key for key in self.some(keys) if key.removeprefix("-") not in self.masked)

    def views(self, views: Views) -> Views:
        search, board, calendar, told = views.search, views.kanban, views.calendar, views.timeline
        return Views(
            list=self.list(views.list), form=self.form(views.form), detail=self.form(views.detail),
            quick=self.form(views.quick),
            search=replace(search, basic=self.some(search.basic), advanced=self.some(search.advanced)),
            kanban=replace(board, card=self.some(board.card), sort=self.order(board.sort),
                           sum=board.sum if board.sum.partition(".")[0] in self.known - self.masked
                           and board.sum not in self.masked else "")
            if board and board.by in self.known - self.masked else None,
            calendar=calendar
            if calendar and {calendar.by, calendar.until or calendar.by} <= self.known - self.masked else None,
            timeline=replace(told, text=told.text if told.text in self.known else "", card=self.some(told.card))
            if told and {told.by, told.past} <= self.known else None,
        )  # fmt: skip

    def list(self, view: ListView) -> ListView:
        return replace(
            view, columns=self.some(view.columns), available=self.some(view.available), sort=self.order(view.sort),
            tree=view.tree if view.tree in self.known else "",
        )  # fmt: skip

    def form(self, view: FormView) -> FormView:
        tabs = tuple(replace(tab, panels=panels) for tab in view.tabs if (panels := self.panels(tab)))
        return FormView(tabs or view.tabs[:1], tuple(self._panels(view.side)), tuple(self._panels(view.bottom)))

    def panels(self, tab: Tab) -> tuple[Panel, ...]:
        return tuple(self._panels(tab.panels))

    def _panels(self, panels: Iterable[Panel]) -> Iterator[Panel]:
        """Panels without what is hidden; one of which nothing is left goes."""
        for panel in panels:
            rows = tuple(row for row in map(self._row, panel.rows) if any(cell.field for cell in row))
            if rows or panel.widget or not any(panel.fields()):
                yield replace(panel, rows=rows)

    def _row(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(cell if not cell.field or cell.field in self.known else replace(cell, field="") for cell in row)
