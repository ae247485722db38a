"""Running actions: what they ask first, once however often it is sent, and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.automation.acting import begin_action
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Action
from hanok.engine.errors import Conflict, Denied, Invalid, Message, NotFound, Refused, say
from hanok.engine.records import Record, acting
from hanok.engine.records.acting import Outcome
from hanok.engine.records.acting.asking import defaults
from hanok.screens import actions, once, picking
from hanok.screens.access.buttons import with_access
from hanok.screens.by_hand import with_workflows
from hanok.screens.leading import is_id, leads
from hanok.screens.reading import is_fragment, module_of, record_of, write
from hanok.screens.routes.mailing import composers
from hanok.screens.tools import with_tools
from hanok.screens.words import shortened
from hanok.web.doors import door
from hanok.web.login import own_path, parts_of
from hanok.web.notices import notify
from hanok.web.visit import SESSION_COOKIE, connection
from hanok.web.widgets import read_form

#: Asks for the targets of links as lists, and how many of them.
LISTS, LISTED = "lists", 50
MOST = 200


def add(to: Blueprint) -> None:
    to.get("/<module>/<uuid:id>/_actions", endpoint="actions_offered")(offered)
    to.get("/<module>/_do/<key>", endpoint="actions_ask")(ask)
    to.post("/<module>/_do/<key>", endpoint="actions_run")(run)
    to.post("/<module>/<uuid:id>/_undo", endpoint="actions_undo")(undo)


def buttons_of(
    module: Module, record: Record, place: str = "record", back: str = "", path: str = ""
) -> actions.Buttons:
    """The buttons to draw for a record; `path` is the field whose steps stand above them."""
    found = acting.doable(connection(), g.catalog, g.actor, record, place) if module.actions else ()
    made = actions.buttons(
        module, record, found, g.language, back=back or f"/{module.key}/{record.id}", path=path
    )
    if place != "record":
        return made
    beside = (*made.beside, *composers(module, record))
    made = actions.Buttons(beside[:actions.BESIDE], (*beside[actions.BESIDE:], *made.more))
    made = with_workflows(connection(), g.catalog, g.actor, made, record, g.language)
    return with_access(with_tools(made, record, g.catalog, g.actor, g.language), record, g.actor, g.language)


@door("action", asks="view")
def offered(module: str, id: UUID) -> str:
    """The menu of a row: a fragment, and a page of itself without scripts."""
    found = module_of(module, "view")
    record, back = record_of(module, id), _here() if is_fragment() else _back(module)
    acts = buttons_of(found, record, "row", back)
    template = "screens/action_menu.html" if is_fragment() else "screens/action_page.html"
    listed = record.may_edit and back.partition("?")[0] == f"/{module}"
    edits = f"/{module}/{id}" if listed else ""
    return render_template(template, acts=acts, record=record, module=found, back=back, edits=edits)


def _here() -> str:
    """The page that asks for a fragment, as a path of this site."""
    parts = parts_of(request.headers.get("HX-Current-URL", ""))
    return "/" if parts is None else own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path or "/")


# -- what is asked first -------------------------------------------------------------------------------------------
@door("action", asks="view")
def ask(module: str, key: str) -> str:
    found = module_of(module, "view")
    action = _action(found, key)
    return _page(found, action, token=once.new_token())


def _page(
    module: Module,
    action: Action,
    *,
    token: str,
    errors: Mapping[str, Sequence[Message]] | None = None,
    problem: Message | None = None,
    alike: bool = False,
) -> str:
    ids = _ids()
    chosen = [_record(module.key, id) for id in ids[:1]] if ids else []
    titles = [one for one in chosen if one is not None]
    pairs = [(name, text) for name in ("id", "version") for text in request.values.getlist(name)]
    view = actions.ask_page(
        module,
        action,
        titles,
        g.language,
        count=len(ids),
        values=defaults(g.catalog, g.actor, action),
        hidden=[*pairs, ("next", _back(module.key)), ("token", token)],
        back=_back(module.key),
        errors=errors or {},
        options=_options(action),
        listing="" if LISTS in request.values else f"{request.path}?{urlencode([*pairs, (LISTS, '1')])}",
        problem=problem,
        alike=alike,
    )
    typed = request.form if request.method == "POST" else None
    template = "screens/action_form.html" if is_fragment() else "screens/action_ask.html"
    return render_template(template, view=view, typed=typed)


def _record(module: str, id: UUID) -> Record | None:
    try:
        return record_of(module, id)
    except NotFound:
        return None


def _options(action: Action) -> dict[str, tuple[tuple[str, str], ...]]:
    """What links may point to, where lists were asked for."""
    if LISTS not in request.values:
        return {}
    found = {}
    for key, field in action.ask.items():
        several = len(field.targets) > 1
        found[key] = tuple(
            (f"{target}:{one.id}" if several else str(one.id), one.title)
            for target in field.targets
            for one in picking.choices(connection(), g.catalog, g.actor, g.catalog.module(target), size=LISTED)
        )
    return found


# -- running -------------------------------------------------------------------------------------------------------
@door("action", asks="edit")
def run(module: str, key: str) -> AnyResponse:
    found = module_of(module, "view")
    action, ids, token = _action(found, key), _ids(), request.form.get("token", "")
    if not ids:
        raise Invalid({"": [say("Choose a record first.")]})
    try:
        outcome = write(lambda conn, catalog: _act(conn, catalog, module, key, ids, _answers(action), token))
    except Invalid as wrong:
        return make_response(_page(found, action, token=token, errors=wrong.errors), 422)
    except Refused as refused:
        notify(refused.message, kind="failed")
        return leads(_back(module))
    if isinstance(outcome, UUID):
        return leads(_again(action, module, outcome))
    (first, *more) = outcome.records
    asks = action.ask or action.confirm or first.code == "duplicates"
    if not more and first.refused is not None and asks and first.code in ("invalid", "refused", "duplicates"):
        alike = first.code == "duplicates"
        return make_response(_page(found, action, token=token, problem=first.refused, alike=alike), 422)
    return _done(action, module, outcome)


def _act(
    conn: Connection, catalog: Catalog, module: str, key: str, ids: Sequence[UUID], answers: Mapping[str, Any],
    token: str,
) -> Outcome | UUID:  # fmt: skip
    """What came of it, or what an earlier sending of the same form led to."""
    session = request.cookies.get(SESSION_COOKIE, "")
    before = once.made_before(conn, catalog, g.actor, session, token)
    if before:
        return before
    outcome = acting.act(
        conn, catalog, g.actor, module, ids, key,
        ask=answers, versions=_versions(ids), despite_duplicates=bool(request.form.get("despite")),
        begin=begin_action,
    )  # fmt: skip
    if outcome.done:
        once.remember(conn, catalog, session, token, outcome.opened.id if outcome.opened else outcome.done[0].id)
    return outcome


def _done(action: Action, module: str, outcome: Outcome) -> AnyResponse:
    (first, *more) = outcome.records
    way = {} if more or first.refused else undo_of(module, first, _back(module))
    for message, kind in actions.said(action, outcome):
        notify(message, kind=kind, **(way if kind == "done" else {}))
    made = outcome.opened
    if made is not None:
        return leads(f"/{made.module}/{made.id}")
    gone = not more and first.refused is None and first.version == 0
    return leads(f"/{module}" if gone and _back(module).startswith(f"/{module}/{first.id}") else _back(module))


def undo_of(module: str, acted: acting.Acted, back: str) -> dict[str, Any]:
    """What a notice needs to take it back, where that is little."""
    was = json.dumps(acted.undo, ensure_ascii=False, separators=(",", ":")) if acted.undo else ""
    if not was or len(was) > actions.LONGEST_UNDO:
        return {}
    values = {"was": was, "version": acted.version, "next": back}
    return {"undo": f"/{module}/{acted.id}/_undo", "values": values}


def _again(action: Action, module: str, id: UUID) -> str:
    """Where a form that was sent twice leads: to the record that it made, else back."""
    made = next((step.module for step in action.do if step.kind == "create" and step.data.get("open")), "")
    return f"/{made}/{id}" if made and id not in _ids() else _back(module)


@door("action", asks="edit")
def undo(module: str, id: UUID) -> AnyResponse:
    """Gives a record the values that it had before an action, as far as the actor may change it."""
    module_of(module, "view")
    there = own_path(request.form.get("next") or f"/{module}/{id}")
    try:
        raw, version = json.loads(request.form.get("was", "")), int(request.form.get("version", ""))
    except ValueError:
        raw, version = None, 0
    if not isinstance(raw, dict) or not version:
        raise NotFound(say("There is nothing to undo."))
    try:
        saved = write(lambda conn, catalog: records.update(conn, catalog, g.actor, module, id, raw, version=version))
    except Conflict:
        notify(say("Somebody else changed this record meanwhile: it stays as it is."), kind="failed")
    except (Denied, Invalid) as wrong:
        said = wrong.message if isinstance(wrong, Denied) else next(m for each in wrong.errors.values() for m in each)
        notify(said, kind="failed")
    else:
        notify(say("“{title}” is as it was.", title=shortened(saved.title)))
    return redirect(there, 303)


# -- what was sent -------------------------------------------------------------------------------------------------
def _action(module: Module, key: str) -> Action:
    found = module.actions.get(key)
    if found is None:
        raise NotFound(say("There is no action “{key}” here.", key=key))
    return found


def _ids() -> list[UUID]:
    """The records that are meant. Raises NotFound."""
    written = request.values.getlist("id")
    if len(written) > MOST:
        raise Refused(say("At most {most} records at once.", most=MOST))
    try:
        return [UUID(text) for text in dict.fromkeys(written)]
    except ValueError:
        raise NotFound(say("There is no such record, or you may not see it.")) from None


def _versions(ids: Sequence[UUID]) -> dict[UUID, int]:
    sent = request.form.getlist("version")
    pairs = zip(ids, sent, strict=False) if len(sent) == len(ids) else ()
    return {id: int(text) for id, text in pairs if text.isascii() and text.isdigit() and len(text) < 10}


def _answers(action: Action) -> dict[str, Any]:
    raw = read_form(actions.question_fields(action), request.form, g.formats)
    return {key.removeprefix(actions.ASKED): value for key, value in raw.items()}


def _back(module: str) -> str:
    """Where to go afterwards: what was said, else the record, else the list."""
    there = request.values.get("next", "")
    if there:
        return own_path(there)
    ids = request.values.getlist("id")
    return f"/{module}/{UUID(ids[0])}" if len(ids) == 1 and is_id(ids[0]) else f"/{module}"
