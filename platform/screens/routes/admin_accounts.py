"""Trying an outbound account: a letter to an address of one's choice."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, g, make_response, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine import records
from hanok.engine.errors import Invalid, Message, NotFound, say
from hanok.engine.jobs import mail
from hanok.engine.jobs.mail.accounts import MODULE
from hanok.engine.records import Record
from hanok.screens.admin.asking import guarded, is_part
from hanok.screens.reading import write
from hanok.web.i18n import translate
from hanok.web.visit import connection, end

LONGEST = 254


@dataclass(frozen=True, slots=True)
class Test:
    """What is asked, and what came of it: `ok` is None before it was tried."""

    title: str
    url: str
    back: str
    to: str
    ok: bool | None = None
    message: Message | None = None


def add(to: Blueprint) -> None:
    guarded(to, "GET", "/admin/accounts/<uuid:id>/test", "admin_account_ask", ask)
    guarded(to, "POST", "/admin/accounts/<uuid:id>/test", "admin_account_try", run)


def ask(id: UUID) -> AnyResponse:
    return _page(_test(_record(id), _own_address()))


def run(id: UUID) -> AnyResponse:
    """Outside of any transaction: a server may take its time."""
    record, to = _record(id), request.form.get("to", "").strip()[:LONGEST]
    account, language = mail.account_of(record), g.language
    end()
    try:
        found = mail.check_account(account, to=to, words=lambda said: translate(said, language))
    except Invalid as wrong:
        said = next((each for messages in wrong.errors.values() for each in messages), wrong.message)
        return _page(_test(record, to, ok=False, message=said), 422)
    if found.ok:
        write(lambda conn, _: _resumed(conn, account))
    return _page(_test(record, to, ok=found.ok, message=found.message), 200 if found.ok else 422)


def _resumed(conn: Connection, account: mail.Account) -> None:
    """It can send: what waited for it goes at once."""
    mail.resume(conn, account)
    mail.call(conn, account.id)
    mail.call(conn, None)


def _record(id: UUID) -> Record:
    if MODULE not in g.catalog.modules:
        raise NotFound(say("There is no module {module}.", module=MODULE))
    return records.get(connection(), g.catalog, g.actor, MODULE, id)


def _own_address() -> str:
    return str(records.get(connection(), g.catalog, g.actor, "user", g.actor.id)["email"] or "")


def _test(record: Record, to: str, *, ok: bool | None = None, message: Message | None = None) -> Test:
    return Test(record.title, f"/admin/accounts/{record.id}/test", f"/{MODULE}/{record.id}", to, ok, message)


def _page(test: Test, status: int = 200) -> AnyResponse:
    template = "screens/account_trial_form.html" if is_part() else "screens/account_trial.html"
    return make_response(render_template(template, view=test), status)
