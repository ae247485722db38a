"""The list of a module, its count, its filter editor and its columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.access import level, may
from hanok.engine.catalog import Module
from hanok.engine.errors import Invalid, say
from hanok.engine.fields import Field
from hanok.engine.records import Query
from hanok.engine.records.bulk import actions_for
from hanok.engine.records.merging.asked import may_merge
from hanok.engine.records.merging.finding import rules_of
from hanok.engine.records.ties import with_ties
from hanok.screens import actions, address, comparing, filters, lists
from hanok.screens.address import Asked, Condition
from hanok.screens.reading import kept_of, module_of, opens_with, tell_left_out, title_of_link
from hanok.screens.routes import kanban
from hanok.web.doors import door
from hanok.web.notices import notify
from hanok.web.visit import connection
from hanok.web.widgets import input_of

YEAR = 365 * 24 * 3600


def add(to: Blueprint) -> None:
    to.get("/<module>", endpoint="lists_show")(show)
    to.get("/<module>/_count", endpoint="lists_count")(count)
    to.get("/<module>/_filter", endpoint="lists_narrow")(narrow)


@door("list", asks="list")
def show(module: str) -> AnyResponse:
    found = module_of(module)
    asked = asked_of(found)
    opening = opens_with(found, asked)
    if opening is not None:
        return redirect(asked.url(saved=opening))
    tell_left_out(found)
    checked = [filters.check(g.catalog, found, condition) for condition in asked.conditions]
    if asked.view == address.KANBAN:
        return _remembering(make_response(kanban.board(found, asked, checked)), found, asked)
    query = lists.query(found, asked, checked)
    try:
        page = records.page(connection(), g.catalog, g.actor, query)
    except Invalid:
        if not (asked.after or asked.before):
            raise
        notify(say("This page of the list is no longer there. Here is the first one."))
        return redirect(asked.url(sort=asked.sort))
    shown = lists.columns_of(found, asked)
    page = replace(page, rows=with_ties(connection(), g.catalog, g.actor, found, page.rows, shown))
    view = lists.build(
        found,
        asked,
        page,
        checked,
        formats=g.formats,
        titles=_titles(page),
        may_create=may(g.catalog, g.actor, module, "create"),
        bare=not page.rows and _is_bare(asked),
        sees_all=level(g.catalog, g.actor, module, "list") == "all",
        total=records.count(connection(), g.catalog, g.actor, query, cap=None) if asked.count else None,
        acting=actions.with_menu(g.catalog, g.actor, found, page.rows),
        may_export=may(g.catalog, g.actor, module, "export"),
        may_import=all(may(g.catalog, g.actor, module, action) for action in ("import", "create")),
        may_merge=may_merge(g.catalog, g.actor, found),
        has_duplicates=bool(rules_of(g.catalog, found)),
        bulk=actions_for(g.catalog, g.actor, found),
        deeds=actions.for_many(g.catalog, g.actor, found, page.rows, g.language),
        kept=kept_of(found),
    )
    answer = make_response(render_template("screens/list.html", view=view))
    return _remembering(answer, found, asked)


def _is_bare(asked: Asked) -> bool:
    """Whether the reader may see no record of the module at all. Who looks for something is told about that."""
    if asked.conditions or asked.words or asked.after or asked.before:
        return False
    return records.count(connection(), g.catalog, g.actor, Query(module=asked.module), cap=0) == 0


@door("list", asks="list")
def count(module: str) -> str:
    """How many records match, as a fragment: up to a thousand, or exactly when asked."""
    found = module_of(module)
    asked = address.read(found, request.args)
    checked = [filters.check(g.catalog, found, condition) for condition in asked.conditions]
    query = replace(lists.query(found, asked, checked), after=None, before=None)
    cap = None if asked.count else lists.COUNT_CAP
    total = records.count(connection(), g.catalog, g.actor, query, cap=cap)
    return render_template("screens/count.html", counted=lists.counted(asked, total, cap))


@door("list", asks="list")
def narrow(module: str) -> AnyResponse:
    """Adds the condition of the editor to the address and leads back to the list."""
    found = module_of(module)
    asked = asked_of(found)
    key, operator = request.args.get("of", ""), request.args.get("by", "")
    if not found.has(key) or operator not in comparing.operators(found.field(key)):
        return redirect(asked.url())
    takes = comparing.operator(found.field(key), operator).takes
    texts = _texts(comparing.shape(found.field(key)), takes)
    return redirect(asked.adding(Condition(key, operator, texts, takes)) if any(texts) else asked.url())


def asked_of(module: Module) -> Asked:
    """What the address asks for, with the columns that the reader chose for this list."""
    return address.read(
        module, request.args, own=kept_of(module).columns, viewed=request.cookies.get(_view_cookie(module), "")
    )


def _texts(field: Field, takes: str) -> tuple[str, ...]:
    """The values of the editor's boxes as the address writes them."""
    if field.choices or takes == "flag" or input_of(field).name == "checkbox":
        return tuple(request.args.getlist("value"))
    names = ("value", "value2") if takes == "two" else ("value",)
    raw = [input_of(field).read(request.args, name, g.formats) if name in request.args else "" for name in names]
    return tuple(_plain(one) for one in raw)


def _plain(raw: Any) -> str:
    """A raw value in one word; of several parts the first says it."""
    first = next(iter(raw.values()), "") if isinstance(raw, dict) else raw
    return str(first or "").strip()


def _titles(page: records.Page) -> filters.Titles:
    """Titles of links: those of the page first, so that a filter by a shown link costs no statement."""

    def title(field: Any, text: str) -> str:
        for row in page.rows[:1]:
            value = row.values.get(field.key)
            if value is not None and str(getattr(value, "id", "")) == text:
                return str(value.title)
        return title_of_link(field, text)

    return title


def _view_cookie(module: Module) -> str:
    return f"hanok_view_{module.key}"


def _remembering(answer: Response, module: Module, asked: Asked) -> Response:
    """This browser keeps the view that it chose for a module."""
    if request.args.get("view") == address.KANBAN and asked.view:
        _keep(answer, module, _view_cookie(module), asked.view)
    elif "view" in request.args:
        answer.delete_cookie(_view_cookie(module), path=f"/{module.key}")
    return answer


def _keep(answer: Response, module: Module, name: str, text: str) -> None:
    answer.set_cookie(
        name, text, max_age=YEAR, path=f"/{module.key}", httponly=True, samesite="Lax", secure=request.is_secure
    )
