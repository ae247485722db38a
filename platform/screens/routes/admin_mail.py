"""Outgoing mail for administrators: the list, one mail, and what can be done about it."""

from __future__ import annotations

import tempfile
from typing import Any, BinaryIO
from uuid import UUID

from flask import Blueprint, Response, g, redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.errors import Message, NotFound, Refused, say
from hanok.engine.jobs import listing, overview
from hanok.engine.jobs import mail as post
from hanok.engine.jobs.mail.listing import page
from hanok.engine.jobs.mail.rows import SENDING, WAITING, Mail
from hanok.engine.store.moments import now
from hanok.screens.admin import mail
from hanok.screens.admin.asking import LATER, SOON, after, guarded, is_part
from hanok.screens.reading import linked, write
from hanok.screens.words import shortened
from hanok.web.login import own_path
from hanok.web.notices import notify
from hanok.web.uploads import handed_over, opened
from hanok.web.visit import connection

LONGEST = 200
#: Bytes of a letter that are held in memory.
IN_MEMORY = 1024**2


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/admin/mail", "admin_mail", show)
    guarded(to, "GET", "/admin/mail/<uuid:id>", "admin_mail_show", one)
    guarded(to, "GET", "/admin/mail/<uuid:id>/letter", "admin_mail_letter", letter)
    guarded(to, "POST", "/admin/mail/<uuid:id>/cancel", "admin_mail_cancel", cancel)
    guarded(to, "POST", "/admin/mail/<uuid:id>/retry", "admin_mail_retry", retry)


# -- looking -------------------------------------------------------------------------------------------------------
def show() -> str:
    conn = connection()
    state, words = request.args.get("state", ""), request.args.get("q", "").strip()[:LONGEST]
    state = state if state in mail.STATES else ""
    found = page(conn, state=state, words=words, after=after())
    accounts = post.accounts(conn, g.catalog)
    names = {each.id: each.name for each in accounts if each.id}
    counts = overview.mails(conn, tuple(mail.STATES))
    view = mail.MailsPage(
        tabs=mail.tabs_of(counts, state, words),
        state=state,
        words=words,
        rows=tuple(mail.row_of(each, names) for each in found.mails),
        first=mail.url_of(state, words) if after() else "",
        following=mail.url_of(state, words, found.last) if found.last else "",
        here=request.full_path.rstrip("?"),
        every=_rhythm(counts[SENDING], counts[WAITING]),
        has_account=any(each.active for each in accounts),
        pauses=mail.resting([(each, post.pause_of(conn, each)) for each in accounts], now(conn)),
    )
    return render_template("screens/admin_mails_part.html" if is_part() else "screens/admin_mails.html", view=view)


def _rhythm(sending: int, waiting: int) -> int:
    if sending:
        return SOON
    return LATER if waiting else 0


def one(id: UUID) -> str:
    conn = connection()
    found = post.mail_of(conn, id)
    names = {each.id: each.name for each in post.accounts(conn, g.catalog) if each.id}
    row = mail.row_of(found, names)
    sender = listing.people(conn, g.catalog, (found.sender,)).get(found.sender, "") if found.sender else ""
    known = found.module is not None and found.module in g.catalog.modules
    about = linked(str(found.module), str(found.record)) if known and found.record else None
    every = _rhythm(found.state == SENDING, found.state == WAITING)
    view = mail.page_of(row, sender=sender, about=about.title if about else "", every=every)
    return render_template("screens/admin_mail_part.html" if is_part() else "screens/admin_mail.html", view=view)


def letter(id: UUID) -> Response:
    """The letter as a file for a mail program: never shown here, where what it brings could act."""
    conn = connection()
    found = post.mail_of(conn, id)
    said = None if found.private else found.content()
    if said is None:
        raise NotFound(say("What this letter says is not shown."))
    made = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it
    try:
        name = mail.as_file(_bytes(made), found, said, _account(conn, found), opened)
    except FileNotFoundError:
        made.close()
        raise NotFound(say("A file of this mail is gone.")) from None
    made.seek(0)
    return handed_over(_bytes(made), name=name, type="message/rfc822")


def _bytes(file: Any) -> BinaryIO:
    """A spooled file is one in all but name."""
    found: BinaryIO = file
    return found


def _account(conn: Connection, found: Mail) -> post.Account | None:
    known = post.accounts(conn, g.catalog)
    if found.account is None:
        return post.primary(known)
    return next((each for each in known if each.id == found.account), None)


# -- acting --------------------------------------------------------------------------------------------------------
def cancel(id: UUID) -> AnyResponse:
    try:
        found = write(lambda conn, _: post.cancel(conn, id))
    except Refused as refused:
        return _back(id, refused.message, kind="failed")
    said = say("The mail “{subject}” was cancelled.", subject=shortened(found.subject))
    if found.letter is None:
        return _back(id, said)
    again = f"{mail.ADDRESS}/{id}/retry"
    notify(said, undo=again, label=say("Send it after all"), values={"next": _there(id)})
    return redirect(_there(id), 303)


def retry(id: UUID) -> AnyResponse:
    try:
        found = write(lambda conn, _: post.retry(conn, id))
    except Refused as refused:
        return _back(id, refused.message, kind="failed")
    return _back(id, say("The mail “{subject}” is sent again.", subject=shortened(found.subject)))


def _there(id: UUID) -> str:
    return own_path(request.form.get("next") or f"{mail.ADDRESS}/{id}")


def _back(id: UUID, said: Message, *, kind: str = "done") -> AnyResponse:
    notify(said, kind=kind)
    return redirect(_there(id), 303)
