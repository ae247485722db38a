"""What a module gets from the kind that it extends and from its traits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.catalog.report import Report, Source
from hanok.engine.language import Document, Documents, Kind, merge


def sources(documents: Documents, kinds: Mapping[str, Kind], report: Report) -> dict[str, Source]:
    """Every module's document, merged over its template and its traits (in the order in which they stand)."""
    return {key: _source(found, documents, kinds, report) for key, found in documents.of("module").items()}


def _source(document: Document, documents: Documents, kinds: Mapping[str, Kind], report: Report) -> Source:
    below: list[Document] = []
    templates, traits = documents.of("template"), documents.of("trait")
    extends = document.data.get("extends")
    if extends in templates:
        below.append(templates[extends])
    elif extends:
        report.missing(document.place(["extends"]), "template", extends, templates)
    for trait in document.data.get("traits", {}):
        if trait in traits:
            below.append(traits[trait])
        else:
            report.missing(document.place(["traits", trait]), "trait", trait, traits)
    merged: Mapping[str, Any] = {}
    for found in (*below, document):
        merged = merge(merged, found.data, kinds["module"].schema)
    return Source(document.key, merged, (document, *reversed(below)), tuple(document.data.get("traits", {})))
