"""One's own long work: the part of the header, and a page of its own without scripts."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, g, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import jobs as queue
from hanok.engine.errors import Message, Refused, say
from hanok.engine.jobs import listing
from hanok.engine.store.moments import now
from hanok.screens.admin import own
from hanok.screens.admin.asking import is_part, kinds
from hanok.screens.admin.words import kind_label
from hanok.screens.reading import write
from hanok.web import own_work
from hanok.web.doors import door
from hanok.web.login import own_path
from hanok.web.notices import notify
from hanok.web.visit import connection

PAGE = "/mine/jobs"
#: How long the page tells of what ended; files of exports are kept as long.
WEEK = timedelta(days=7)


def add(to: Blueprint) -> None:
    to.get("/mine/jobs", endpoint="mine_jobs")(show)
    to.post("/mine/jobs/<uuid:id>/cancel", endpoint="mine_cancel")(cancel)
    to.post("/mine/jobs/<uuid:id>/dismiss", endpoint="mine_dismiss")(dismiss)


@door("own")
def show() -> str:
    """The part of the header for htmx; else the page, which forgets nothing that was put away."""
    keys = own.own_keys(kinds())
    news, without = (listing.NEWS, own_work.put_away()) if is_part() else (WEEK, ())
    found = listing.own(connection(), g.actor.id, keys, news=news) if keys else ()
    work = own.work_of(found, kinds(), now(connection()), without=without)
    if is_part() and not work.jobs:
        own_work.end()
    elif work.living and not own_work.is_begun():
        own_work.began()
    return render_template("screens/own_work.html" if is_part() else "screens/own_jobs.html", work=work)


@door("own")
def cancel(id: UUID) -> AnyResponse:
    mine = listing.own_job(connection(), g.actor.id, own.own_keys(kinds()), id)
    try:
        write(lambda conn, _: queue.cancel(conn, id))
    except Refused as refused:
        return _leads(refused.message, kind="failed")
    return _leads(say("“{job}” was cancelled.", job=mine.title or kind_label(kinds(), mine.kind)))


@door("own")
def dismiss(id: UUID) -> AnyResponse:
    listing.own_job(connection(), g.actor.id, own.own_keys(kinds()), id)
    own_work.put_this_away(id)
    return make_response("", 204) if is_part() else redirect(_there(), 303)


def _there() -> str:
    return own_path(request.form.get("next") or PAGE)


def _leads(said: Message, *, kind: str = "done") -> AnyResponse:
    """The part of the header shows by itself what came of it; a page is told."""
    if is_part():
        return make_response("", 204)
    notify(said, kind=kind)
    return redirect(_there(), 303)
