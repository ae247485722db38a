"""The board of a module: drawn, its lanes read on, a record moved to another lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import level, may
from hanok.engine.catalog.model import Module
from hanok.engine.catalog.views import KanbanView
from hanok.engine.errors import Conflict, HanokError, Invalid, Message, NotFound, say
from hanok.engine.fields import in_language
from hanok.engine.records import Page, Query, Record, boards
from hanok.engine.records.obeying import NEEDED
from hanok.screens import address, filters, kanban, lists
from hanok.screens.address import Asked
from hanok.screens.conditional import needed_when
from hanok.screens.kanban import NONE
from hanok.screens.reading import is_fragment, module_of, record_of, title_of_link, write
from hanok.screens.words import shortened
from hanok.web.doors import door
from hanok.web.i18n import translate
from hanok.web.notices import notify
from hanok.web.visit import connection

CHANGED = say("Somebody else changed this record meanwhile. Look at it again, then repeat your change.")


def add(to: Blueprint) -> None:
    to.get("/<module>/_lane/<lane>", endpoint="kanban_lane")(lane)
    to.get("/<module>/<uuid:id>/_move", endpoint="kanban_ask")(ask)
    to.post("/<module>/<uuid:id>/_move", endpoint="kanban_move")(move)


def board(module: Module, asked: Asked, checked: Sequence[filters.Checked]) -> str:
    """The page of a module's list, as a board."""
    view = view_of(module)
    query = kanban.query(module, view, asked, checked)
    conn = connection()
    found = boards.lanes(conn, g.catalog, g.actor, query, view.by, view.sum)
    pages = boards.pages(conn, g.catalog, g.actor, query, view.by, kanban.filled(found))
    rows = tuple(row for page in pages.values() for row in page.rows)
    bare = not rows and not query.asked and not query.words
    page = lists.build(
        module,
        asked,
        Page(rows),
        checked,
        formats=g.formats,
        titles=title_of_link,
        may_create=may(g.catalog, g.actor, module.key, "create"),
        bare=bare and records.count(conn, g.catalog, g.actor, Query(module=module.key), cap=0) == 0,
        sees_all=level(g.catalog, g.actor, module.key, "list") == "all",
        total=None,
        may_export=may(g.catalog, g.actor, module.key, "export"),
    )
    drawn = kanban.build(module, view, asked, found, pages, formats=g.formats, may_create=page.may_create)
    return render_template("screens/kanban.html", view=page, board=drawn)


def view_of(module: Module) -> KanbanView:
    """The board of a module. Raises NotFound where it has none, or the actor does not see what makes its lanes."""
    view = module.views.kanban
    if view is None:
        raise NotFound(say("There is nothing here"))
    return view


@door("list", asks="list")
def lane(module: str, lane: str) -> str:
    """More cards of one lane, as a fragment."""
    found = module_of(module)
    view, asked = view_of(found), address.read(found, request.args)
    key = None if lane == NONE else lane
    query = _query(found, view, asked)
    query = replace(query, after=asked.after or None)
    page = boards.lane_page(connection(), g.catalog, g.actor, query, view.by, key)
    return render_template(
        "screens/kanban_cards.html",
        cards=kanban.cards(found, view, _as_board(asked), page.rows, g.formats),
        more=kanban.more_part(asked, lane, page.next),
    )


@door("record", asks="view")
def ask(module: str, id: UUID) -> str:
    """Where a record can be moved: the menu of its card, and a page of itself without scripts."""
    found = module_of(module, "view")
    view, record = view_of(found), record_of(module, id)
    by = found.field(view.by)
    offered = [choice for choice in by.choices if not choice.retired] if record.may_edit and not by.readonly else []
    return render_template(
        "screens/kanban_menu.html" if is_fragment() else "screens/kanban_move.html",
        module=found,
        record=record,
        by=by,
        choices=offered,
        action=_asked(found).url(f"/{id}/_move"),
        back=_asked(found).url(),
    )


@door("save", asks="edit")
def move(module: str, id: UUID) -> AnyResponse:
    """Puts a record into another lane. Refused, it says why and changes nothing; done, it can be taken back."""
    found = module_of(module, "view")
    view, asked = view_of(found), _asked(found)
    before = record_of(module, id)
    to, status = request.form.get("to", ""), 200
    try:
        saved = _moved(found, view, before, None if to == NONE else to)
    except (Conflict, Invalid) as refused:
        _say_why(found, view, before, refused, to)
        status = refused.status
    except HanokError as refused:
        if not is_fragment():
            raise
        notify(refused.message, kind="failed")
        status = refused.status
    else:
        _say_done(found, view, before, saved, asked)
    if not is_fragment():
        return redirect(asked.url(), 303)
    return make_response(_answer(found, view, asked, id), status)


def _moved(module: Module, view: KanbanView, before: Record, to: str | None) -> Record:
    raw = {view.by: to}
    text = request.form.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else before.version
    return write(
        lambda conn, catalog: records.update(conn, catalog, g.actor, module.key, before.id, raw, version=version)
    )


def _say_done(module: Module, view: KanbanView, before: Record, saved: Record, asked: Asked) -> None:
    was, now = before.values.get(view.by), saved.values.get(view.by)
    if was == now:
        return
    notify(
        say("“{title}” was moved to {lane}.", title=shortened(saved.title), lane=_name(module, view, now)),
        undo=asked.url(f"/{saved.id}/_move"),
        values={"to": was or NONE, "version": saved.version},
    )


def _name(module: Module, view: KanbanView, key: str | None) -> str:
    choice = module.field(view.by).choice(key) if key else None
    return in_language(choice.label, g.language) if choice else key or translate(kanban.NO_VALUE, g.language)


def _say_why(module: Module, view: KanbanView, record: Record, refused: HanokError, to: str) -> None:
    """Says why it stays where it was; where the form has to say more, the notice leads there."""
    errors = refused.errors if isinstance(refused, Invalid) else {"": [CHANGED]}
    reason = " ".join(_reason(module, view, key, one) for key, said in errors.items() for one in said)
    more = any(key and key != view.by for key in errors)
    notify(
        say("“{title}” stays where it was. {reason}", title=shortened(record.title), reason=reason),
        kind="failed",
        undo=f"/{module.key}/{record.id}/set" if more else "",
        label=say("Fill in"),
        values={view.by: "" if to == NONE else to, "version": record.version} if more else None,
    )


def _reason(module: Module, view: KanbanView, key: str, message: Message) -> str:
    said = module.dynamic.get(key)
    needed = needed_when(said.required) if said is not None and message.text == NEEDED.text else None
    text = translate(needed or message, g.language)
    named = key not in ("", view.by) and module.has(key)
    return f"{module.field(key).label_in(g.language)}: {text}" if named else text


def _answer(module: Module, view: KanbanView, asked: Asked, id: UUID) -> str:
    """The heads of all lanes, the card where it stands now (if this list still has it), and what happened."""
    query = _query(module, view, asked)
    conn = connection()
    found = boards.lanes(conn, g.catalog, g.actor, query, view.by, view.sum)
    only = {"id": {"eq": str(id)}}
    alone = replace(query, asked={"all": [query.asked, only]} if query.asked else only)
    rows = records.page(conn, g.catalog, g.actor, alone).rows
    drawn = kanban.build(module, view, asked, found, {}, formats=g.formats, may_create=False)
    cards = kanban.cards(module, view, asked, rows, g.formats)
    return render_template("screens/kanban_moved.html", board=drawn, cards=cards)


def _query(module: Module, view: KanbanView, asked: Asked) -> Query:
    checked = [filters.check(g.catalog, module, condition) for condition in asked.conditions]
    return kanban.query(module, view, asked, checked)


def _asked(module: Module) -> Asked:
    return _as_board(address.read(module, request.args))


def _as_board(asked: Asked) -> Asked:
    return replace(asked, view=address.KANBAN, after="", before="")
