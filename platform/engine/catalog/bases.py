"""What a module gets from the kind that it extends and from its traits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.catalog.report import TEMPLATE, TRAIT, Report, Source
from hanok.engine.errors import Message
from hanok.engine.language import Document, Documents
from hanok.engine.language.ordering import Anchor, order

Path = tuple[str | int, ...]
#: Maps that are replaced whole, besides lists and plain values.
WHOLE = frozenset({"where", "default"})


def sources(documents: Documents, report: Report) -> dict[str, Source]:
    """Every module's document, merged over its template and its traits (in the order in which they stand)."""
    return {key: _source(found, documents, report) for key, found in documents.of("module").items()}


def _source(document: Document, documents: Documents, report: Report) -> Source:
    below: list[Document] = []
    extends = document.data.get("extends")
    wanted: list[tuple[str, Message, Path, str]] = [("template", TEMPLATE, ("extends",), extends)] if extends else []
    wanted += [("trait", TRAIT, ("traits", trait), trait) for trait in document.data.get("traits", {})]
    for kind, noun, path, key in wanted:
        if key in documents.of(kind):
            below.append(documents.of(kind)[key])
        elif key not in documents.known(kind):
            report.missing(document.place(path), noun, key, documents.known(kind))
    merged: dict[str, Any] = {}
    for found in (*below, document):
        merged = _merge(merged, found.data, found.anchors, ())
    template = below[0].data if extends and below and below[0].kind == "template" else {}
    for name in ("fields", "saved_filters", "subpanels"):
        if name in merged:
            merged[name] = _traits_last(merged[name], template.get(name, {}), document, name)
    return Source(document.key, merged, (document, *reversed(below)), tuple(document.data.get("traits", {})))


def _traits_last(
    merged: Mapping[str, Any], template: Mapping[str, Any], document: Document, name: str
) -> dict[str, Any]:
    """What the kind brings, then the module's own, then what traits add; anchors of the module have the last word."""
    keys = [key for key in dict.fromkeys([*template, *document.data.get(name, {}), *merged]) if key in merged]
    return {key: merged[key] for key in order(keys, _anchors(document.anchors, (name,), merged)).keys}


def _merge(
    below: Mapping[str, Any], over: Mapping[str, Any], anchors: Mapping[Path, Anchor], path: Path
) -> dict[str, Any]:
    """Maps merge, everything else is replaced; a field that changes its type is replaced whole."""
    merged = dict(below)
    for key, value in over.items():
        known = merged.get(key)
        if isinstance(known, Mapping) and isinstance(value, Mapping) and _joins(key, known, value):
            merged[key] = _merge(known, value, anchors, (*path, key))
        else:
            merged[key] = value
    here = _anchors(anchors, path, merged)
    return {key: merged[key] for key in order(list(merged), here).keys} if here else merged


def _anchors(anchors: Mapping[Path, Anchor], path: Path, merged: Mapping[str, Any]) -> dict[str, Anchor]:
    return {str(at[-1]): anchor for at, anchor in anchors.items() if at[:-1] == path and at[-1] in merged}


def _joins(key: str, below: Mapping[str, Any], over: Mapping[str, Any]) -> bool:
    return key not in WHOLE and over.get("type", below.get("type")) == below.get("type")
