"""The passes over the modules: fields first, then what refers to the fields of others. See `pieces`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog.binding import Binder, system_fields
from hanok.engine.catalog.choosing import option_sets
from hanok.engine.catalog.completing import completed
from hanok.engine.catalog.embedded import embedded, patterns, with_lines
from hanok.engine.catalog.ends import Ends, ends
from hanok.engine.catalog.filters import saved_filters
from hanok.engine.catalog.layouts import Layouts
from hanok.engine.catalog.model import App, End, Module, OptionSet, Subpanel
from hanok.engine.catalog.paths import Path
from hanok.engine.catalog.pieces import Pieces
from hanok.engine.catalog.relations import subpanels
from hanok.engine.catalog.report import AREA, Report, Source
from hanok.engine.catalog.scopes import check_conditions
from hanok.engine.catalog.standing import Laid, Paths, seen_by_others, standing
from hanok.engine.catalog.tables import gathered, module_table
from hanok.engine.catalog.views import ListView
from hanok.engine.fields import Field, FieldType
from hanok.engine.language import Documents

Fields = Mapping[str, Field]
FieldsOf = Mapping[str, Fields]
#: The passes that make something of a module.
PASSES = frozenset((
    "source", "fields", "shown", "system", "views", "ends", "panels", "table", "module", "seen", "behaviour", "derived",
))


class Build:
    """All modules of one catalog, and what they are made of."""

    def __init__(
        self, documents: Documents, found: Mapping[str, Source], types: Mapping[str, FieldType], app: App,
        layers: tuple[str, ...], pieces: Pieces,
    ) -> None:  # fmt: skip
        lines = patterns(found)
        self.pieces = pieces
        self.types = types
        self.app = app
        self.top = {key: source for key, source in found.items() if key not in lines}
        self.sources = {**self.top, **embedded(self.top, lines, types, pieces)}
        self.options = option_sets(documents.of("option"), types, pieces)
        self.layers = pieces.same("layers", "", layers)
        self.asked = pieces.same("app", "", {"currency": app.currency, "country": app.country})

    def modules(self) -> dict[str, Module]:
        """Every module, with what is wrong reported."""
        fields, system = self._fields()
        self.pieces.show(fields=fields, system=system)
        laid = {key: self._laid(source, fields[key], system[key]) for key, source in self.sources.items()}
        found = ends(self.sources, fields, self.pieces)
        panels, paths = self._panels(fields, system, laid, found)
        tables = {key: self._table(key, fields[key]) for key in self.sources}
        ties = (end.through for each in found.values() for end in each.values() if end.through is not None)
        self.metadata = gathered((*{tie.name: tie for tie in ties}.values(), *tables.values()))
        built = {}
        for key, source in self.sources.items():
            parts = (source, fields[key], system[key], laid[key], panels[key], found[key], tables[key], paths[key])
            built[key] = self.pieces.make("module", key, parts, partial(standing, *parts))
        self._show(built, fields, system, tables, paths)
        return {key: self._completed(module) for key, module in built.items()}

    def check_areas(self) -> None:
        areas = self.app.areas
        for source in self.sources.values():
            area = source.data.get("area")
            if area and areas and area not in areas:
                self.pieces.report.missing(source.place("area"), AREA, area, areas)

    # -- fields ------------------------------------------------------------------------------------------------
    def _fields(self) -> tuple[FieldsOf, FieldsOf]:
        """The fields of every module, its own and the system's."""
        make = self.pieces.make
        self.pieces.show(options=self.options, known=dict.fromkeys(self.top, True))
        bound: dict[str, Fields] = {}
        inside: dict[str, list[str]] = {}
        for key, source in self.sources.items():
            how = partial(self._bound, source)
            bound[key] = make("fields", key, (source, self.asked), how, sights=("options", "known"), same=True)
            if source.parent is not None:
                inside.setdefault(source.parent.module, []).append(key)
        system = {
            key: make("system", key, (), partial(self._system, key), sights=("known",), same=True)
            for key in self.sources
        }
        return {**bound, **{key: self._shown(key, bound, lines) for key, lines in inside.items()}}, system

    def _bound(self, source: Source, report: Report, options: Any, known: Any) -> Fields:
        return Binder(self.types, options, known, self.pieces.naming, report, self.asked).fields(source)

    def _system(self, key: str, report: Report, known: Any) -> Fields:
        return system_fields(key, self.types, known)

    def _shown(self, key: str, bound: FieldsOf, lines: list[str]) -> Fields:
        """The fields of a module that has lines."""
        parts = [(self.sources[line], bound[line]) for line in lines]
        made_of = (bound[key], *(each for part in parts for each in part))
        return self.pieces.make("shown", key, made_of, lambda report: with_lines(bound[key], parts), same=True)

    def _table(self, key: str, fields: Fields) -> sa.Table:
        naming = self.pieces.naming
        return self.pieces.make(
            "table", key, (fields,), lambda report: module_table(naming.table(key), fields), same=True
        )

    # -- views -------------------------------------------------------------------------------------------------
    def _laid(self, source: Source, own: Fields, system: Fields) -> Laid:
        def made(report: Report, fields: FieldsOf, systems: FieldsOf) -> Laid:
            layouts = Layouts(source, own, system, report, lambda key: reach(key, fields, systems))
            views = layouts.build()
            return Laid(views, saved_filters(source, layouts), layouts.paths)

        return self.pieces.make("views", source.key, (source, own, system), made, sights=("fields", "system"))

    def _panels(
        self, fields: FieldsOf, system: FieldsOf, laid: Mapping[str, Laid], found: Ends
    ) -> tuple[dict[str, Mapping[str, Subpanel]], dict[str, Paths]]:
        """The subpanels of every module, and the paths that anybody's views name, of the modules where they begin."""
        same = self.pieces.same
        lists = {key: same("list", key, each.views.list) for key, each in laid.items()}
        named = {key: same("named", key, each.paths) for key, each in laid.items()}
        self.pieces.show(ends=found, lists=lists, named=named)
        panels: dict[str, Mapping[str, Subpanel]] = {}
        more: dict[str, dict[str, Path]] = {}
        for key, source in self.sources.items():
            made_of = (source, self.layers, found[key], fields[key], system[key])
            sights = ("ends", "fields", "system", "lists", "named")
            panels[key], wanted = self.pieces.make("panels", key, made_of, partial(self._beside, source), sights=sights)
            for module, paths in wanted.items():
                more.setdefault(module, {}).update(paths)
        return panels, {key: same("paths", key, {**named[key], **more.get(key, {})}) for key in laid}

    def _beside(
        self, source: Source, report: Report, found: Ends, fields: FieldsOf, system: FieldsOf,
        lists: Mapping[str, ListView], named: Mapping[str, Paths],
    ) -> tuple[dict[str, Subpanel], dict[str, dict[str, Path]]]:  # fmt: skip
        """The subpanels of one module, and the paths from others that they name."""
        layouts = _Layouts(self.sources, fields, system, named, report)
        made = subpanels(source, found, layouts, lists, report, partial(self._is_newer, source))
        return made, {key: each.paths for key, each in layouts.items() if len(each.paths) > len(named[key])}

    def _is_newer(self, source: Source, end: End) -> bool:
        """Whether a link comes from a layer above the one that wrote the subpanels of this module."""
        wrote = self.layers.index(source.document.layer(("subpanels",)))
        return self.layers.index(end.layer) > wrote

    # -- behaviour ---------------------------------------------------------------------------------------------
    def _show(self, built: Mapping[str, Module], *facets: Mapping[str, Any]) -> None:
        """What the modules look like to each other."""
        make = self.pieces.make
        seen = {}
        for key, module in built.items():
            bare = make("unnamed", key, (module.ends,), partial(_unnamed, module.ends), same=True)
            made_of = (bare, *(facet[key] for facet in facets))
            seen[key] = make("seen", key, made_of, partial(_seen, replace(module, ends=bare)))
        self.pieces.show(modules=seen)

    def _completed(self, module: Module) -> Module:
        source = self.sources[module.key]
        if module.key in self.pieces.report.faulty or source.document.lost:
            return module
        how = partial(self._behaves, source, module)
        return self.pieces.make("behaviour", module.key, (source, module), how, sights=("modules", "options"))

    def _behaves(
        self, source: Source, module: Module, report: Report, modules: Mapping[str, Module],
        options: Mapping[str, OptionSet],
    ) -> Module:  # fmt: skip
        check_conditions(source, module, modules, report)
        return completed(source, module, self.types, report, modules, options)


class _Layouts(dict[str, Layouts]):
    """The layouts of other modules, made when somebody asks for them."""

    def __init__(
        self, sources: Mapping[str, Source], fields: FieldsOf, system: FieldsOf, named: Mapping[str, Paths],
        report: Report,
    ) -> None:  # fmt: skip
        super().__init__()
        self._made_of = (sources, fields, system, named, report)

    def __missing__(self, key: str) -> Layouts:
        sources, fields, system, named, report = self._made_of
        made = Layouts(sources[key], fields[key], system[key], report, lambda other: reach(other, fields, system))
        made.paths = dict(named[key])
        self[key] = made
        return made


def reach(key: str, fields: FieldsOf, system: FieldsOf) -> Fields:
    """All fields of a module; none of one that is not there."""
    return {**fields.get(key, {}), **system.get(key, {})}


def _unnamed(found: Mapping[str, End], report: Report) -> dict[str, End]:
    """The ends without what they are called: others do not show that."""
    return {key: replace(end, label={}) for key, end in found.items()}


def _seen(module: Module, report: Report) -> Module:
    return seen_by_others(module)
