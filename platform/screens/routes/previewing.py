"""What a form comes to while somebody types: formulas, rollups and values of its lines, worked out and not saved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, current_app, g, jsonify, request

from hanok.engine import records
from hanok.engine.catalog import Module
from hanok.engine.records import Record
from hanok.engine.records.previewing import Preview, preview
from hanok.screens.reading import module_of
from hanok.screens.routes.forms import editable, raw_of
from hanok.web.doors import door
from hanok.web.inputs.rows import sent_lines
from hanok.web.visit import connection
from hanok.web.widgets import read_field


def add(to: Blueprint) -> None:
    to.post("/<module>/_preview", endpoint="forms_new_preview")(new)
    to.post("/<module>/<uuid:id>/_preview", endpoint="forms_preview")(existing)


@door("form", asks="create")
def new(module: str) -> Response:
    found = module_of(module, "create")
    return _answer(found, None)


@door("form", asks="edit")
def existing(module: str, id: UUID) -> Response:
    found = module_of(module, "view")
    editable(module, id)
    whole = records.get(connection(), g.catalog.whole, g.actor, module, id)
    return _answer(found, whole)


def _answer(module: Module, current: Record | None) -> Response:
    """Each value as it is shown, by the name of its place on the form: `total`, `lines.0.net`."""
    whole = g.catalog.whole
    found = preview(connection(), whole, g.actor, whole.module(module.key), raw_of(module), current)
    return jsonify(dict(_shown(module, found)))


def _shown(module: Module, found: Preview) -> Iterator[tuple[str, str]]:
    yield from _of(module, "", found.values)
    for key, lines in found.lines.items():
        if key in module.fields:
            numbers = sent_lines(module.fields[key], request.form, g.formats, read_field)
            child = g.catalog.every[f"{module.key}.{key}"]
            for number, values in zip(numbers, lines, strict=False):
                yield from _of(child, f"{key}.{number}.", values)


def _of(module: Module, start: str, values: Any) -> Iterator[tuple[str, str]]:
    """What this reader sees of it: nothing of a field that her roles hide, somewhere or everywhere."""
    cell: Any = current_app.jinja_env.globals["cell"]
    for key, value in values.items():
        field = module.fields.get(key)
        if field is not None and not field.hidden and (module.key, key) not in g.catalog.masks:
            yield start + key, str(cell(field, value, "list" if start else "record"))
