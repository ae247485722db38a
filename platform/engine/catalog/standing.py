"""One module as it stands, before what it does with its records is read; and what others see of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import sqlalchemy as sa

from hanok.engine.catalog.model import End, Module, Subpanel, Views
from hanok.engine.catalog.paths import Path
from hanok.engine.catalog.report import Report, Source
from hanok.engine.catalog.views import FormView, ListView, SavedFilter, SearchView
from hanok.engine.errors import say
from hanok.engine.expressions import ExpressionError, Template
from hanok.engine.fields import Field

Paths = Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Laid:
    """What a module shows: views, filters, and the dotted paths that these name."""

    views: Views
    filters: Mapping[str, SavedFilter]
    paths: Paths


def standing(
    source: Source, fields: Mapping[str, Field], system: Mapping[str, Field], laid: Laid,
    panels: Mapping[str, Subpanel], ends: Mapping[str, End], table: sa.Table, paths: Paths, report: Report,
) -> Module:  # fmt: skip
    """The module. What is wrong with its title and its lists of fields is reported."""
    data = source.data
    label = data.get("label") or {"en": source.key.replace("_", " ").capitalize()}
    return Module(
        key=source.key, label=label, plural=data.get("plural") or label, area=data.get("area", ""),
        icon=data.get("icon", "box"), fields=MappingProxyType(fields), system=MappingProxyType(system),
        title=_title(source, fields, report), owners=_keys(source, fields, "owners", report),
        paths=MappingProxyType(paths), views=laid.views, subpanels=panels, table=table, saved_filters=laid.filters,
        ends=ends, parent=source.parent, traits=tuple(data.get("traits", {})),
        index=_groups(source, fields, "index", report), unique=_groups(source, fields, "unique", report),
    )  # fmt: skip


def seen_by_others(module: Module) -> Module:
    """Its fields, ends and table: what conditions and expressions of others may ask for."""
    form = FormView(())
    nothing = Views(ListView((), (), ()), form, form, form, SearchView((), ()))
    return replace(
        module, label={}, plural={}, area="", icon="", title=Template(""), owners=(), views=nothing, subpanels={},
        saved_filters={}, traits=(), index=(), unique=(), parent=None,
    )  # fmt: skip


def _title(source: Source, fields: Mapping[str, Field], report: Report) -> Template:
    written = source.data.get("title")
    if written is None:
        written = "{{ " + _titled(fields) + " }}"
    try:
        template = Template(written)
    except ExpressionError as error:
        report.wrong(source.place("title"), error.message, code="expression")
        return Template("")
    for name in sorted(template.names - set(fields)):
        report.missing_field(source, source.place("title"), name, fields)
    for name in sorted(template.names & set(fields)):
        if fields[name].targets:
            told = say("A title cannot show the link “{field}”: not everybody who sees the record may see where it "
                       "leads.", field=name)  # fmt: skip
            report.wrong(source.place("title"), told, code="expression")
        elif fields[name].type.secret:
            told = say("A title cannot show “{field}”: it is kept secret.", field=name)
            report.wrong(source.place("title"), told, code="expression")
    return template


def _keys(source: Source, fields: Mapping[str, Field], what: str, report: Report) -> tuple[str, ...]:
    keys = source.data.get(what, [])
    for number, key in enumerate(keys):
        if key not in fields:
            report.missing_field(source, source.place(what, number), key, fields)
    return tuple(key for key in keys if key in fields)


def _groups(
    source: Source, fields: Mapping[str, Field], what: str, report: Report
) -> tuple[tuple[str, ...], ...]:
    known = {*fields, "created_at", "updated_at", "title"}
    kept = []
    for number, group in enumerate(source.data.get(what, [])):
        for place, key in enumerate(group):
            if key not in known:
                report.missing_field(source, source.place(what, number, place), key, known)
        if known.issuperset(group):
            kept.append(tuple(group))
    return tuple(kept)


def _titled(fields: Mapping[str, Field]) -> str:
    """The field that names a record when nothing is said: `name`, else the first text, else the first field."""
    if "name" in fields:
        return "name"
    texts = [key for key, field in fields.items() if field.type.group == "text" and not field.hidden]
    others = [key for key, field in fields.items() if not (field.targets or field.type.secret)]
    return (texts or [*others, "''"])[0]
