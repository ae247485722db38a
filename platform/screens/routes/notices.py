"""What one was told: the bell's number and list, the page of all of it, and what is read."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.records.telling.reading import MOST, count_unread, mark_read, notices, open_notice
from hanok.screens.admin.asking import after
from hanok.screens.reading import is_fragment, write
from hanok.screens.telling import PAGE, address_of, rows_of
from hanok.web.doors import door
from hanok.web.i18n import translate_count
from hanok.web.visit import connection

#: Notices in the list below the bell.
LATEST = 8


def add(to: Blueprint) -> None:
    to.get(PAGE, endpoint="notices_show")(show)
    to.get(f"{PAGE}/count", endpoint="notices_count")(count)
    to.post(f"{PAGE}/read", endpoint="notices_read")(read)
    to.post(f"{PAGE}/<uuid:id>/open", endpoint="notices_open")(open_one)


@door("own")
def show() -> str:
    """The list below the bell for htmx; else the page. Those that are not read alone with `unread=1`."""
    unread = request.args.get("unread") == "1"
    size = {"size": LATEST} if is_fragment() else {}
    found = notices(connection(), g.catalog, g.actor, unread=unread, after=after(), **size)
    rows = rows_of(found)
    if is_fragment():
        return render_template("screens/bell.html", rows=rows)
    return render_template("screens/notices.html", rows=rows, unread=unread, first=after() is None,
                           next=_next(found.next, unread=unread), page=PAGE)  # fmt: skip


@door("own")
def count() -> Response:
    """How many are not read, and how that is said."""
    found = count_unread(connection(), g.catalog, g.actor)
    shown = str(found) if found <= MOST else f"{MOST}+"
    said = translate_count("{shown} unread notice", "{shown} unread notices", found, g.language, shown=shown)
    return jsonify(count=found, shown=shown, said=said)


@door("own")
def open_one(id: UUID) -> AnyResponse:
    """It is read; on to what it is about."""
    about, facts = write(lambda conn, _: open_notice(conn, g.actor, id))
    if about is not None:
        return redirect(f"/{about[0]}/{about[1]}", 303)
    return redirect(address_of(connection(), g.catalog, g.actor, facts), 303)


@door("own")
def read() -> AnyResponse:
    """One is read (`id`), or all of them."""
    sent = request.form.get("id", "")
    id = UUID(sent) if len(sent) == 36 and set(sent) <= set("0123456789abcdef-") else None
    if id is not None or not sent:
        write(lambda conn, _: mark_read(conn, g.actor, id))
    if is_fragment():
        return make_response("", 204)
    return redirect(PAGE, 303)


def _next(id: UUID | None, *, unread: bool) -> str:
    asked = {"unread": "1"} if unread else {}
    return f"{PAGE}?{urlencode({**asked, 'after': str(id)})}" if id else ""
