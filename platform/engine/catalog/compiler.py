"""Compiles layers of documents into one frozen `Catalog`, or says everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from types import MappingProxyType

import sqlalchemy as sa

from hanok.engine.catalog.bases import sources
from hanok.engine.catalog.binding import Binder, system_fields
from hanok.engine.catalog.choosing import option_sets
from hanok.engine.catalog.completing import complete
from hanok.engine.catalog.deriving import derive
from hanok.engine.catalog.embedded import embedded, patterns, show_lines
from hanok.engine.catalog.ends import ends
from hanok.engine.catalog.filters import saved_filters
from hanok.engine.catalog.garbage import collection_paused
from hanok.engine.catalog.layouts import Layouts
from hanok.engine.catalog.menus import menu_of, team_menus
from hanok.engine.catalog.model import Catalog, End, Module, Subpanel, Views
from hanok.engine.catalog.names import Names, Naming
from hanok.engine.catalog.references import reworded
from hanok.engine.catalog.relations import subpanels
from hanok.engine.catalog.renames import carried, renames_of
from hanok.engine.catalog.report import AREA, MODULE, OPTION_SET, TEMPLATE, TRAIT, Report, Source
from hanok.engine.catalog.schemas import kinds
from hanok.engine.catalog.scopes import check_conditions
from hanok.engine.catalog.site import app_of, roles_of
from hanok.engine.catalog.tables import module_table
from hanok.engine.errors import MetadataError, say
from hanok.engine.expressions import ExpressionError, Template
from hanok.engine.fields import Field, FieldType
from hanok.engine.language import Documents, Layer, survey


@collection_paused()
def compile_catalog(
    layers: Sequence[Layer], types: Mapping[str, FieldType], *, names: Names | None = None, revision: int = 0,
    tolerant: bool = False,
) -> Catalog:  # fmt: skip
    """The catalog of these layers, the lowest first.

    `names` are the physical names of the live revision; the result's `names` add those given now. Raises
    MetadataError with every problem of language and reference; `tolerant`, it leaves out what it cannot understand, which
    nobody should serve: it serves to compare with, where an older program took documents that this one refuses.
    """
    registry = kinds(types)
    documents = survey(layers, registry)
    renames = renames_of(documents)
    documents, told = reworded(documents, renames, types)
    report = Report(list(documents.errors), [*documents.advice, *told], _unreadable(documents))
    found = sources(documents, report)
    build = _Build(documents, types, found, Naming(carried(names or Names(), renames)), report)
    build.layers = [layer.name for layer in layers]
    every = build.modules()
    modules = {key: module for key, module in every.items() if module.parent is None}
    derived = derive(every, build.sources, report)
    build.check_areas()
    menu = menu_of(documents, modules, report)
    teams = team_menus(documents, menu, modules, report)
    roles = roles_of(documents, modules, report)
    if report.problems and not tolerant:
        raise MetadataError(report.problems)
    return Catalog(
        revision=revision, app=build.app, modules=MappingProxyType(modules), options=MappingProxyType(build.options),
        menu=menu, teams=teams, roles=roles, names=build.naming.names(), metadata=build.metadata,
        advice=tuple(report.advice), every=MappingProxyType(every), derived=derived, renames=renames,
    )  # fmt: skip


def _unreadable(documents: Documents) -> dict[str, frozenset[str]]:
    nouns = {"module": MODULE, "option": OPTION_SET, "template": TEMPLATE, "trait": TRAIT}
    return {noun.text: frozenset(documents.known(kind)) for kind, noun in nouns.items()}


class _Build:
    """The passes over the modules: fields first, then what refers to the fields of others."""

    def __init__(
        self, documents: Documents, types: Mapping[str, FieldType], found: Mapping[str, Source], naming: Naming,
        report: Report,
    ) -> None:  # fmt: skip
        lines = patterns(found)
        top = {key: source for key, source in found.items() if key not in lines}
        self.top = frozenset(top)
        self.sources = {**top, **embedded(top, lines, types, report)}
        self.types = types
        self.naming = naming
        self.report = report
        self.metadata = sa.MetaData()
        self.layers: list[str] = []
        self.options = option_sets(documents.of("option"), types, report)
        self.app = app_of(documents, report)

    def modules(self) -> dict[str, Module]:
        known = self.top
        asked = {"currency": self.app.currency, "country": self.app.country}
        binder = Binder(self.types, self.options, known, self.naming, self.report, asked)
        fields = {key: binder.fields(source) for key, source in self.sources.items()}
        show_lines(self.sources, fields)
        system = {key: system_fields(key, self.types, known) for key in self.sources}

        def reach(module: str) -> Mapping[str, Field]:
            return {**fields.get(module, {}), **system.get(module, {})}

        layouts = {
            key: Layouts(self.sources[key], fields[key], system[key], self.report, reach) for key in self.sources
        }
        views = {key: layout.build() for key, layout in layouts.items()}
        found = ends(self.sources, fields, self.naming, self.metadata, self.report)
        built = {}
        for key, source in self.sources.items():
            panels = subpanels(source, found, layouts, views, self.report, partial(self._is_newer, source))
            built[key] = self._module(source, fields[key], system[key], layouts[key], views[key], panels, found[key])
        for module in built.values():
            if module.key not in self.report.faulty and not self.sources[module.key].document.lost:
                self._check_conditions(module, built)
        complete(built, self.sources, self.options, self.types, self.report)
        return built

    def _is_newer(self, source: Source, end: End) -> bool:
        """Whether a link comes from a layer above the one that wrote the subpanels of this module."""
        wrote = self.layers.index(source.document.layer(("subpanels",)))
        return self.layers.index(self.sources[end.home].document.layer(("fields", end.field))) > wrote

    def _module(
        self, source: Source, fields: Mapping[str, Field], system: Mapping[str, Field], layout: Layouts, views: Views,
        panels: Mapping[str, Subpanel], found: Mapping[str, End],
    ) -> Module:  # fmt: skip
        data = source.data
        label = data.get("label") or {"en": source.key.replace("_", " ").capitalize()}
        return Module(
            key=source.key, label=label, plural=data.get("plural") or label, area=data.get("area", ""),
            icon=data.get("icon", "box"), fields=MappingProxyType(dict(fields)), system=MappingProxyType(dict(system)),
            title=self._title(source, fields), owners=self._keys(source, fields, "owners"),
            paths=MappingProxyType(layout.paths), views=views, subpanels=panels,
            table=module_table(self.naming.table(source.key), fields, self.metadata),
            saved_filters=saved_filters(source, layout), ends=found, parent=source.parent,
            traits=tuple(data.get("traits", {})),
            index=self._groups(source, fields, "index"), unique=self._groups(source, fields, "unique"),
        )  # fmt: skip

    def _title(self, source: Source, fields: Mapping[str, Field]) -> Template:
        written = source.data.get("title")
        if written is None:
            written = "{{ " + _titled(fields) + " }}"
        try:
            template = Template(written)
        except ExpressionError as error:
            self.report.wrong(source.place("title"), error.message, code="expression")
            return Template("")
        for name in sorted(template.names - set(fields)):
            self.report.missing_field(source, source.place("title"), name, fields)
        for name in sorted(template.names & set(fields)):
            if fields[name].targets:
                told = say("A title cannot show the link “{field}”: not everybody who sees the record may see where it "
                           "leads.", field=name)  # fmt: skip
                self.report.wrong(source.place("title"), told, code="expression")
            elif fields[name].type.secret:
                told = say("A title cannot show “{field}”: it is kept secret.", field=name)
                self.report.wrong(source.place("title"), told, code="expression")
        return template

    def _keys(self, source: Source, fields: Mapping[str, Field], what: str) -> tuple[str, ...]:
        keys = source.data.get(what, [])
        for number, key in enumerate(keys):
            if key not in fields:
                self.report.missing_field(source, source.place(what, number), key, fields)
        return tuple(key for key in keys if key in fields)

    def _groups(self, source: Source, fields: Mapping[str, Field], what: str) -> tuple[tuple[str, ...], ...]:
        known = {*fields, "created_at", "updated_at", "title"}
        kept = []
        for number, group in enumerate(source.data.get(what, [])):
            for place, key in enumerate(group):
                if key not in known:
                    self.report.missing_field(source, source.place(what, number, place), key, known)
            if known.issuperset(group):
                kept.append(tuple(group))
        return tuple(kept)

    def check_areas(self) -> None:
        areas = self.app.areas
        for source in self.sources.values():
            area = source.data.get("area")
            if area and areas and area not in areas:
                self.report.missing(source.place("area"), AREA, area, areas)

    def _check_conditions(self, module: Module, modules: Mapping[str, Module]) -> None:
        check_conditions(self.sources[module.key], module, modules, self.report)


def _titled(fields: Mapping[str, Field]) -> str:
    """The field that names a record when nothing is said: `name`, else the first text, else the first field."""
    if "name" in fields:
        return "name"
    texts = [key for key, field in fields.items() if field.type.group == "text" and not field.hidden]
    others = [key for key, field in fields.items() if not (field.targets or field.type.secret)]
    return (texts or [*others, "''"])[0]
