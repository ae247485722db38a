"""Making and changing a record: forms, their errors, and what to do when two people saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Conflict, Denied, Duplicates, Invalid, Message, say
from hanok.engine.fields import Field, Linked
from hanok.engine.records import Alike, Record
from hanok.engine.records.candidates import at_hand
from hanok.engine.records.merging.asked import may_merge
from hanok.engine.records.obeying import NEEDED
from hanok.screens import clash, forms, once, picking, told
from hanok.screens.conditional import Present, needed_when, present
from hanok.screens.defaults import initial
from hanok.screens.reading import linked, module_of, record_of, title_of_link, whole_record, write
from hanok.screens.telling import tell_unheard
from hanok.screens.words import shortened
from hanok.web.controls import TITLE
from hanok.web.doors import door
from hanok.web.login import own_path
from hanok.web.notices import notify
from hanok.web.visit import SESSION_COOKIE, connection
from hanok.web.widgets import read_form

#: How often a save is tried again on top of what somebody else saved meanwhile.
ATTEMPTS = 3
#: Asks a form to offer the targets of its links as lists, and how many of them.
LISTS, LISTED = "lists", 50
#: Asks for the form with what was typed, without saving: whoever comes back to it finds it so.
TYPED = "_typed"
#: Ties a new record to another one: `tie=opportunity:<id>:contacts`.
TIE = "tie"


def add(to: Blueprint) -> None:
    to.get("/<module>/new", endpoint="forms_blank")(blank)
    to.post("/<module>/new", endpoint="forms_create")(create)
    to.get("/<module>/<uuid:id>/edit", endpoint="forms_edit")(edit)
    to.post("/<module>/<uuid:id>/edit", endpoint="forms_update")(update)
    to.post("/<module>/_state", endpoint="forms_new_state")(new_state)
    to.post("/<module>/<uuid:id>/_state", endpoint="forms_state")(state)


# -- a new record ------------------------------------------------------------------------------------------------
@door("form", asks="create")
def blank(module: str) -> str:
    found = module_of(module, "create")
    values = initial(g.catalog, g.actor, found, request.args, linked)
    return _new_form(found, values, onward=_onward(request.args), token=once.new_token())


@door("save", asks="create")
def create(module: str) -> AnyResponse:
    found = module_of(module, "create")
    raw, token = raw_of(found), request.form.get("token", "")
    if TYPED in request.form:
        return make_response(_typed_form(found, token))
    try:
        made = write(lambda conn, catalog: create_once(conn, catalog, module, raw, token))
    except Invalid as wrong:
        return make_response(_typed_form(found, token, wrong), 422)
    notify(say("“{title}” was saved.", title=shortened(made.title)))
    tell_unheard(made)
    return redirect(_onward(request.form) or f"/{module}/{made.id}", 303)


def create_once(conn: Connection, catalog: Catalog, module: str, raw: Mapping[str, Any], token: str) -> Record:
    """Saves a new record, or finds the one that this form made already."""
    session = request.cookies.get(SESSION_COOKIE, "")
    before = once.made_before(conn, catalog, g.actor, session, token)
    if before:
        return records.get(conn, catalog, g.actor, module, before)
    made = records.create(conn, catalog, g.actor, module, raw, despite_duplicates=_despite())
    _stand(conn, catalog, made)
    once.remember(conn, catalog, session, token, made.id)
    return made


def _stand(conn: Connection, catalog: Catalog, made: Record) -> None:
    """Ties the new record to the one that it was made for: `tie` names that one and its end."""
    module, _, rest = request.values.get(TIE, "").partition(":")
    id, _, end = rest.partition(":")
    if end:
        records.link(conn, catalog, g.actor, module, id, end, made.id)


@door("form", asks="create")
def new_state(module: str) -> Response:
    """What the conditions of a new record's form say of what is typed."""
    found = module_of(module, "create")
    values = initial(g.catalog, g.actor, found, {}, linked)
    view = found.views.quick if request.args.get("form") == "quick" else found.views.form
    return jsonify(told.state(present_of(found, values, typed=True, new=True), view))


def _typed_form(module: Module, token: str, wrong: Invalid | None = None) -> str:
    """The form of a new record with what was typed, and what is wrong with it."""
    values = initial(g.catalog, g.actor, module, {}, linked)
    return _new_form(module, values, onward=_onward(request.form), token=token, wrong=wrong, typed=True)


def _new_form(
    module: Module, values: Mapping[str, Any], *, onward: str, token: str, wrong: Invalid | None = None,
    typed: bool = False,
) -> str:  # fmt: skip
    asked = forms.asked_fields(module, module.views.form)
    hidden = hidden_of(module, values, {field.key for field in asked})
    here = present_of(module, values, typed=typed, new=True)
    view = forms.build(
        here,
        values,
        language=g.language,
        action=f"/{module.key}/new",
        cancel=onward or f"/{module.key}",
        token=token,
        onward=onward,
        errors=errors_of(module, wrong),
        hidden={**hidden, **_kept_listing(), **_kept_tie()},
        options=_options(here, asked),
        listing=_listing(),
        alike=alike_of(module, wrong),
    )
    return render_template("screens/form.html", view=view, typed=request.form if typed else None)


def hidden_of(module: Module, values: Mapping[str, Any], asked: set[str]) -> dict[str, str]:
    """What the address fills in, or the form brought along, and the view does not ask for."""
    brought = request.form if request.method == "POST" else request.args
    return {
        key: brought[key]
        for key, field in module.fields.items()
        if key in brought and key not in asked and not field.readonly and (key in values or request.method == "POST")
    }


# -- an existing one ---------------------------------------------------------------------------------------------
@door("form", asks="edit")
def edit(module: str, id: UUID) -> str:
    found = module_of(module, "view")
    return edit_form(found, editable(module, id))


@door("save", asks="edit")
def update(module: str, id: UUID) -> AnyResponse:
    found = module_of(module, "view")
    raw, version = raw_of(found), _number("version")
    typed: MultiDict[str, str] = request.form
    if TYPED in request.form:
        return make_response(edit_form(found, editable(module, id), version=version, typed=typed))
    settling, chosen = _number("settling"), clash.chosen(request.form)
    for _ in range(ATTEMPTS):
        try:
            saved = _save(module, id, raw, version)
        except Conflict as conflict:
            if clash.undecided(conflict.differences) and settling != conflict.version:
                return make_response(_clash(found, record_of(module, id), conflict), 409)
            dropped, version = clash.given_way(conflict, chosen), conflict.version
            raw = {key: value for key, value in raw.items() if key not in dropped}
            typed = MultiDict((key, text) for key, text in typed.items(multi=True) if key.split("$")[0] not in dropped)
        except Invalid as wrong:
            page = edit_form(found, editable(module, id), wrong=wrong, version=version, typed=typed)
            return make_response(page, 422)
        else:
            notify(say("“{title}” was saved.", title=shortened(saved.title)))
            tell_unheard(saved)
            return redirect(f"/{module}/{id}", 303)
    raise Conflict(version)


def _save(module: str, id: UUID, raw: Mapping[str, Any], version: int) -> Record:
    return write(
        lambda conn, catalog: records.update(
            conn, catalog, g.actor, module, id, raw, version=version, despite_duplicates=_despite()
        )
    )


@door("form", asks="edit")
def state(module: str, id: UUID) -> Response:
    """What the conditions of a record's form say of what is typed."""
    found = module_of(module, "view")
    return jsonify(told.state(present_of(found, editable(module, id).values, typed=True), found.views.form))


def editable(module: str, id: UUID) -> Record:
    record = whole_record(module, id)
    if not record.may_edit:
        raise Denied(say("You may see this record but not change it."))
    return record


def edit_form(
    module: Module, record: Record, *, wrong: Invalid | None = None, version: int = 0, typed: Any = None
) -> str:
    """The form of a stored record; with what was typed and what is `wrong` with it."""
    there = f"/{module.key}/{record.id}"
    here = present_of(module, record.values, typed=typed is not None)
    view = forms.build(
        here,
        record.values,
        language=g.language,
        action=f"{there}/edit",
        cancel=there,
        record_title=record.title,
        version=version or record.version,
        errors=errors_of(module, wrong),
        hidden=_kept_listing(),
        options=_options(here, forms.asked_fields(module, module.views.form)),
        listing=_listing(),
        alike=alike_of(module, wrong, record.id),
        merges=may_merge(g.catalog, g.actor, module),
    )
    return render_template("screens/form.html", view=view, typed=typed)


# -- as it stands ------------------------------------------------------------------------------------------------
def present_of(module: Module, stored: Mapping[str, Any], *, typed: bool, new: bool = False) -> Present:
    """The record with what was typed, where something was."""
    zone = g.actor.zone or g.catalog.app.zone
    sent = at_hand(module, raw_of(module), zone) if typed else {}
    sent |= {key: None for key, value in sent.items() if not _may_follow(module.field(key), value, stored.get(key))}
    return present(connection(), g.catalog, g.actor, module, {**stored, **sent}, new=new)


def _may_follow(field: Field, value: Any, stored: Any) -> bool:
    """Whether conditions may look at what was typed: a link to a record that its writer may not see tells nothing."""
    if not field.targets or value is None:
        return True
    id = getattr(value, "id", value)
    return id in (getattr(stored, "id", stored), g.actor.id) or bool(title_of_link(field, _written(value)))


def _written(value: Any) -> str:
    return f"{value.module}:{value.id}" if isinstance(value, Linked) else str(value)


def _despite() -> bool:
    """Whether whoever saves has seen the records that are like this one."""
    return bool(request.form.get("despite"))


def alike_of(module: Module, wrong: Invalid | None, but: UUID | None = None) -> tuple[Alike, ...]:
    """The records to ask about."""
    if not isinstance(wrong, Duplicates):
        return ()
    stored = {} if but is None else record_of(module.key, but).values
    values = {**stored, **raw_of(module)}
    return records.duplicates(connection(), g.catalog, g.actor, module.key, values, but=but)


def errors_of(module: Module, wrong: Invalid | None) -> forms.Errors:
    """What is wrong; that something is needed says why, where a sentence can."""
    if wrong is None:
        return {}
    return {key: tuple(_reasoned(module, key, one) for one in said) for key, said in wrong.errors.items()}


def _reasoned(module: Module, key: str, message: Message) -> Message:
    said = module.dynamic.get(key)
    return (message if said is None or message.text != NEEDED.text else needed_when(said.required) or message)


# -- without scripts ---------------------------------------------------------------------------------------------
def _listing() -> str:
    """Where this form lists what its links may point to, "" where it does already."""
    if LISTS in request.values:
        return ""
    return f"{request.path}?{urlencode([*request.args.items(multi=True), (LISTS, '1')])}"


def _kept_tie() -> dict[str, str]:
    return {TIE: request.values[TIE]} if request.values.get(TIE) else {}


def _kept_listing() -> dict[str, str]:
    return {LISTS: "1"} if LISTS in request.values else {}


def _options(here: Present, asked: Sequence[Field]) -> forms.Options:
    """What the links may point to, as far as a list can show it; nothing where nobody asked for lists."""
    if LISTS not in request.values:
        return {}
    return {field.key: tuple(_targets(here, field)) for field in asked if field.targets}


def _targets(here: Present, field: Field) -> Iterator[tuple[str, str]]:
    several = len(field.targets) > 1
    for target in field.targets:
        limit = picking.Limit(here.module, field.key, here.values)
        module = g.catalog.module(target)
        for found in picking.choices(connection(), g.catalog, g.actor, module, size=LISTED, limit=limit):
            yield f"{target}:{found.id}" if several else str(found.id), found.title


def _clash(module: Module, record: Record, conflict: Conflict) -> str:
    typed = {key.removesuffix(TITLE): text for key, text in request.form.items() if key.endswith(TITLE)}
    view = clash.build(module, conflict, g.language, typed)
    dropped = {"csrf_token", "version", "settling", *(key for key in request.form if key.startswith(clash.KEEP))}
    kept = [(key, text) for key, text in request.form.items(multi=True) if key not in dropped]
    return render_template(
        "screens/clash.html",
        view=view,
        module=module,
        record=record,
        version=_number("version"),
        kept=kept,
        who_saved=str(record.values.get("updated_by") or ""),
    )


# -- what was sent -----------------------------------------------------------------------------------------------
def raw_of(module: Module) -> dict[str, Any]:
    return read_form((one for one in module.fields.values() if not one.readonly), request.form, g.formats)


def _onward(brought: Mapping[str, str]) -> str:
    """Where to go afterwards: a path of this site, or ""."""
    there = brought.get("next", "")
    return own_path(there) if there else ""


def _number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
