"""Every module's document, with what its traits bring put behind what is its own.

The language lays a module over the template that it extends and over its traits (`x-brings`); here only their order
is mended: a reader of a derived form expects the owner at the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.catalog.pieces import Pieces
from hanok.engine.catalog.report import TEMPLATE, TRAIT, Report, Source
from hanok.engine.language import Document, Documents, module_key_fault
from hanok.engine.language.ordering import order

ORDERED = ("fields", "saved_filters", "subpanels")


def sources(documents: Documents, pieces: Pieces) -> dict[str, Source]:
    """The modules by key. Templates and traits that are not there are reported."""
    return {key: _source(found, documents, pieces) for key, found in documents.of("module").items()}


def _source(document: Document, documents: Documents, pieces: Pieces) -> Source:
    templates, traits = documents.of("template"), documents.of("trait")
    brought = (templates.get(document.data.get("extends", "")), *map(traits.get, document.data.get("traits", {})))

    def made(report: Report) -> Source:
        _check(document, documents, report)
        return Source(document.key, _ordered(document, documents), document)

    return pieces.make("source", document.key, (document, *brought), made)


def _check(document: Document, documents: Documents, report: Report) -> None:
    fault = module_key_fault(document.key)
    if fault is not None:
        report.wrong(document.place(), fault)
    extends = document.data.get("extends")
    if extends and extends not in documents.known("template"):
        report.missing(document.place(["extends"]), TEMPLATE, extends, documents.known("template"))
    for trait in document.data.get("traits", {}):
        if trait not in documents.known("trait"):
            report.missing(document.place(["traits", trait]), TRAIT, trait, documents.known("trait"))


def _ordered(document: Document, documents: Documents) -> Mapping[str, Any]:
    data = dict(document.data)
    template = documents.of("template").get(data.get("extends", ""))
    traits = [documents.of("trait")[key] for key in data.get("traits", {}) if key in documents.of("trait")]
    for name in ORDERED:
        brought = {key for trait in traits for key in trait.data.get(name, {})}
        last = brought - set(template.data.get(name, {}) if template else ())
        keys = sorted(data.get(name, {}), key=lambda key: key in last)  # used at once
        anchors = {str(at[1]): anchor for at, anchor in document.anchors.items() if at[:-1] == (name,)}
        if keys:
            data[name] = {key: data[name][key] for key in order(keys, anchors).keys}
    return data
