"""Lines: a module inside a record of another, made of a module that extends `line` or of a map of fields.

A module that extends `line` is a pattern: it has no records of its own, each field of lines makes a module of it
("quote.lines") with a table, a link to the record that it stands in, a position and a group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from hanok.engine.catalog.ends import GROUP, PARENT, POSITION
from hanok.engine.catalog.model import Parent
from hanok.engine.catalog.pieces import Pieces
from hanok.engine.catalog.report import MODULE, Report, Source
from hanok.engine.errors import say
from hanok.engine.fields import Field, FieldType

#: The kind of module that is a pattern for lines.
PATTERN = "line"


def patterns(sources: Mapping[str, Source]) -> dict[str, Source]:
    """The modules that are patterns for lines."""
    return {key: source for key, source in sources.items() if source.data.get("extends") == PATTERN}


def embedded(
    sources: Mapping[str, Source], known: Mapping[str, Source], types: Mapping[str, FieldType], pieces: Pieces
) -> dict[str, Source]:  # fmt: skip
    """The sources of the lines of all modules, by key; `known` are the patterns. What is wrong is reported."""
    pieces.show(patterns=known, plain=sources)
    built: dict[str, Source] = {}
    for source in sources.values():
        how = partial(_lines, source, types)
        built |= pieces.make("lines", source.key, (source,), how, sights=("patterns", "plain"))
    return built


def _lines(
    source: Source, types: Mapping[str, FieldType], report: Report, known: Mapping[str, Source],
    plain: Mapping[str, Source],
) -> dict[str, Source]:  # fmt: skip
    built = {}
    for key, settings in source.data.get("fields", {}).items():
        found = types.get(settings.get("type", ""))
        of = found.embedded(settings) if found else None
        if of is None:
            continue
        child = _source(source, key, of, known, settings)
        if child is None:
            place = source.place("fields", key, "of")
            if plain.get(of) is None:
                report.missing(place, MODULE, of, known)
            else:
                told = say("“{module}” is no pattern for lines: it does not say “extends: line”.", module=of)
                report.wrong(place, told)
            continue
        _check(child, types, report)
        built[child.key] = child
    return built


def _source(
    source: Source, key: str, of: Any, known: Mapping[str, Source], settings: Mapping[str, Any]
) -> Source | None:
    parent = Parent(source.key, key, groups=bool(settings.get("groups", False)))
    if isinstance(of, Mapping):
        label = settings.get("label") or {"en": key.replace("_", " ").capitalize()}
        data = {"label": label, "fields": {**of, **_own(parent)}}
        return Source(f"{source.key}.{key}", data, source.document, parent=parent, base=("fields", key))
    pattern = known.get(of)
    if pattern is None:
        return None
    data = {**pattern.data, "fields": {**pattern.data.get("fields", {}), **_own(parent)}}
    return Source(f"{source.key}.{key}", data, pattern.document, parent=parent)


def _own(parent: Parent) -> dict[str, Any]:
    """The fields that every line has: where it stands."""
    labels = ({"en": "Record", "ko": "레코드"}, {"en": "Position", "ko": "순서"}, {"en": "Group", "ko": "그룹"})
    kept = {"hidden": True, "audit": False}
    return {
        PARENT: {"type": "link", "to": parent.module, "on_delete": "cascade", "label": labels[0], **kept},
        POSITION: {"type": "integer", "label": labels[1], **kept},
        GROUP: {"type": "text", "label": labels[2], **kept},
    }


def _check(child: Source, types: Mapping[str, FieldType], report: Report) -> None:
    written = child.document.data.get("fields", {}) if not child.base else child.data["fields"]
    for key, settings in written.items():
        found = types.get(settings.get("type", ""))
        if found is not None and found.apart:
            report.wrong(child.place("fields", key), say("Lines cannot hold links to many or lines of their own."))
        if not child.base and key in (PARENT, POSITION, GROUP):
            report.wrong(child.place("fields", key), say("“{key}” is a name that every line has already.", key=key))


def with_lines(own: Mapping[str, Field], lines: Sequence[tuple[Source, Mapping[str, Field]]]) -> dict[str, Field]:
    """The fields of a module where each field of lines has the fields that its lines have."""
    shown = dict(own)
    for source, fields in lines:
        parent = source.parent
        if parent is not None and parent.field in shown:
            inside = {key: fields[key] for key in _shown_in_lines(source) if key in fields}
            if parent.groups:
                inside[GROUP] = fields[GROUP]
            shown[parent.field] = replace(shown[parent.field], own=inside)
    return shown


def _shown_in_lines(source: Source) -> tuple[str, ...]:
    """The fields of a line that forms show: the columns of its list, else all; a required one always."""
    fields: Mapping[str, Any] = source.data.get("fields", {})
    every = [key for key in fields if key not in (PARENT, POSITION, GROUP)]
    columns = source.data.get("views", {}).get("list", {}).get("columns", {})
    chosen = [key for key, spec in columns.items() if key in every and not spec.get("hidden")]
    needed = [key for key in every if key not in chosen and fields[key].get("required") is True]
    return tuple([*chosen, *needed] if chosen else every)
