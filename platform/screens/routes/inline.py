"""One field of a record, edited where it is shown: in a row of a list, or on the record's page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.catalog import Module
from hanok.engine.errors import Conflict, Denied, Duplicates, HanokError, Invalid, NotFound, Refused, say
from hanok.engine.fields import Field
from hanok.engine.records import Query, Record
from hanok.engine.records.acting.run import raw_before
from hanok.engine.records.fielding import FIXED
from hanok.screens import actions, cells, clash, inline, lists
from hanok.screens.conditional import Present, present
from hanok.screens.deadlines import columns_to_ask
from hanok.screens.leading import leads
from hanok.screens.reading import is_fragment, module_of, record_of, whole_record, write
from hanok.screens.routes import records as pages
from hanok.screens.routes.forms import edit_form, errors_of
from hanok.screens.routes.lists import asked_of
from hanok.screens.telling import tell_unheard
from hanok.screens.words import shortened
from hanok.web.controls import TITLE
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.visit import connection
from hanok.web.widgets import field_id, read_form

#: How often a save is tried again on top of what somebody else saved in other fields meanwhile.
ATTEMPTS = 3
#: Characters of what a notice sends to take a change back; beyond that none is offered.
LONGEST_UNDO = 20_000


def add(to: Blueprint) -> None:
    to.get("/<module>/<uuid:id>/_cell/<key>", endpoint="inline_ask")(ask)
    to.post("/<module>/<uuid:id>/_cell/<key>", endpoint="inline_save")(save)


@door("form", asks="edit")
def ask(module: str, id: UUID, key: str) -> AnyResponse:
    """The box of the field: a fragment. Without scripts it is the record's form."""
    try:
        found = module_of(module, "view")
        field = _field(found, key)
        record = _read(field, id)
        here = _here(found, record)
        _check(here, record, key)
    except HanokError as refused:
        return _refused(refused)
    if not is_fragment() or inline.way_on_page(found, key) == inline.FORM:
        return leads(f"/{module}/{id}/edit#{field_id(key)}")
    return _box(inline.build(here, field, record, language=g.language))


@door("save", asks="edit")
def save(module: str, id: UUID, key: str) -> AnyResponse:
    """Saves what stood in the box; the answer is the row or the page as it is now, or the box with what was wrong."""
    try:
        found = module_of(module, "view")
        return _saved(found, id, _field(found, key))
    except HanokError as refused:
        return _refused(refused)


def _saved(module: Module, id: UUID, field: Field) -> AnyResponse:
    raw, version = read_form([field], request.form, g.formats), _number("version")
    for _ in range(ATTEMPTS):
        before = _read(field, id)
        here = _here(module, before)
        _check(here, before, field.key)
        try:
            after = _write(module, before, raw, version)
        except Conflict as conflict:
            if clash.undecided(conflict.differences):
                return _disputed(here, field, before, conflict)
            raw = {} if field.key in clash.given_way(conflict, {}) else raw
            version = conflict.version
        except Invalid as wrong:
            return _wrong(here, field, before, wrong, version)
        else:
            _tell(module, field, before, after)
            tell_unheard(after)
            return _answer(module, id)
    raise Conflict(version)


def _write(module: Module, before: Record, raw: Mapping[str, Any], version: int) -> Record:
    if not raw:
        return before
    return write(
        lambda conn, catalog: records.update(
            conn, catalog, g.actor, module.key, before.id, raw, version=version,
            despite_duplicates=bool(request.form.get("despite")),
        )
    )  # fmt: skip


def _tell(module: Module, field: Field, before: Record, after: Record) -> None:
    """Says that it was saved, with a way back where that can be sent."""
    if after.version == before.version:
        if field.members:  # ties are not the record's own: they count no version, and are taken back by hand
            notify(say("“{title}”: {field} was saved.", title=shortened(after.title), field=field.label))
        return
    raw = raw_before(module, before, after)
    was = json.dumps(raw, ensure_ascii=False, separators=(",", ":")) if raw else ""
    there = f"/{module.key}/{before.id}"
    back = asked_of(module).url() if _in_list() else there
    notify(
        say("“{title}”: {field} was saved.", title=shortened(after.title), field=field.label),
        undo=f"{there}/_undo" if 0 < len(was) <= LONGEST_UNDO else "",
        values={"was": was, "version": after.version, "next": back},
    )


# -- what may not, or cannot be saved ------------------------------------------------------------------------------
def _field(module: Module, key: str) -> Field:
    found = module.fields.get(key)
    if found is None or found.hidden:
        raise NotFound(say("There is no field {field}.", field=key))
    return found


def _read(field: Field, id: UUID) -> Record:
    """The record, with its ties where the field is that."""
    return whole_record(field.module, id) if field.members else record_of(field.module, id)


def _here(module: Module, record: Record) -> Present:
    return present(connection(), g.catalog, g.actor, module, record.values)


def _check(here: Present, record: Record, key: str) -> None:
    """Raises Denied for what the actor may not write, Refused for what nobody writes now."""
    if not record.may_edit:
        raise Denied(inline.READ_ONLY)
    reason = inline.why_not(here, key)
    if reason is not None:
        raise Denied(reason) if reason is FIXED else Refused(reason)


def _wrong(here: Present, field: Field, record: Record, wrong: Invalid, version: int) -> AnyResponse:
    if not is_fragment():
        return make_response(edit_form(here.module, record, wrong=wrong, version=version, typed=request.form), 422)
    if FIXED in wrong.errors.get(field.key, ()):
        raise Denied(FIXED)
    alike = isinstance(wrong, Duplicates)
    box = inline.build(
        here, field, record, language=g.language, version=version, errors=errors_of(here.module, wrong), alike=alike
    )
    return _box(box, 422)


def _disputed(here: Present, field: Field, record: Record, conflict: Conflict) -> AnyResponse:
    """Somebody else saved this field first: theirs and mine stand side by side, and mine is still in the box."""
    if not is_fragment():
        return redirect(f"/{record.module}/{record.id}", 303)
    titles = {field.key: request.form.get(field.key + TITLE, "")}
    choices = clash.build(here.module, conflict, g.language, titles).choices
    box = inline.build(
        here, field, record, language=g.language, version=conflict.version,
        clash=next(one for one in choices if one.key == field.key), who=str(record.values.get("updated_by") or ""),
    )  # fmt: skip
    return _box(box, 409)


def _refused(refused: HanokError) -> AnyResponse:
    """Why, in words, beside what was typed. Raises the same for who asks for no fragment."""
    if not is_fragment():
        raise refused
    return make_response(render_template("screens/inline_said.html", message=refused.message), refused.status)


def _box(box: inline.Box, status: int = 200) -> AnyResponse:
    typed = request.form if request.method == "POST" else None
    return make_response(render_template("screens/inline_box.html", view=box, typed=typed), status)


# -- as it is now --------------------------------------------------------------------------------------------------
def _answer(module: Module, id: UUID) -> AnyResponse:
    if not is_fragment():
        return redirect(f"/{module.key}/{id}", 303)
    return _row(module, id) if _in_list() else pages.show(module.key, id)


def _row(module: Module, id: UUID) -> AnyResponse:
    """The row of the record with the columns of the list, wherever it stands in it by now; none where it left it."""
    asked = asked_of(module)
    columns = lists.columns_of(module, asked)
    query = Query(
        module=module.key, asked={"id": {"eq": str(id)}}, columns=columns_to_ask(module, columns), size=1
    )
    rows = records.page(connection(), g.catalog, g.actor, query).rows
    table = cells.table(module, columns, rows, g.formats, edits=True)
    return make_response(render_template(
        "screens/inline_row.html", table=table, acting=actions.with_menu(g.catalog, g.actor, module, rows),
        pick="pick" in request.form, menus="acts" in request.form,
    ))  # fmt: skip


def _in_list() -> bool:
    return request.form.get("place") == "list"


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
