"""`hanok mail`: look at outgoing mail, try it again, cancel it, try an account, take in what came back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import click
import sqlalchemy as sa

from hanok.app import live_of, opened
from hanok.cli.console import command, complain, dump, site_option, tell, words
from hanok.engine.deploy import Live
from hanok.engine.errors import HanokError, Message, Refused, say
from hanok.engine.jobs import mail as post
from hanok.engine.jobs.mail import bounces
from hanok.engine.jobs.mail.rows import BOUNCED, CANCELLED, FAILED, SENDING, SENT, WAITING
from hanok.engine.language import unknown

STATES = {
    WAITING: say("waiting"), SENDING: say("being sent"), SENT: say("sent"), FAILED: say("failed"),
    BOUNCED: say("came back"), CANCELLED: say("cancelled"),
}  # fmt: skip
#: What an MTA takes for "try again later" (sysexits.h, EX_TEMPFAIL).
LATER = 75


@click.group(invoke_without_command=True)
@click.pass_context
def mail(context: click.Context) -> None:
    """Outgoing mail: look, try again, cancel, try an account."""
    if context.invoked_subcommand is None:
        context.invoke(list_command)


@mail.command("list")
@click.option("--state", "states", type=click.Choice(list(STATES)), multiple=True,
              help="Only mail in this state; may be given again (default: any).")  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Mails, at most.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def list_command(folder: Path, states: tuple[str, ...] = (), limit: int = 50, plain: bool = False) -> None:
    """Show outgoing mail, the latest first."""
    site = opened(folder)
    site.store.check_schema()
    with site.store.read() as conn:
        found = post.mails(conn, states=states, most=limit)
    if plain:
        dump([as_json(one) for one in found])
        return
    for one in found:
        tell(_line(one))
    if not found:
        tell(say("There is no such mail."))


@mail.command("retry")
@click.argument("ids", metavar="ID...", type=click.UUID, nargs=-1, required=True)
@site_option
@command
def retry_command(folder: Path, ids: tuple[UUID, ...]) -> None:
    """Send mail again to whom it did not reach: what failed, came back, was cancelled, or lies in the folder."""
    _each(folder, ids, post.retry, say("{count} mails wait again.", count=len(ids)))


@mail.command("cancel")
@click.argument("ids", metavar="ID...", type=click.UUID, nargs=-1, required=True)
@site_option
@command
def cancel_command(folder: Path, ids: tuple[UUID, ...]) -> None:
    """Cancel mail that waits."""
    _each(folder, ids, post.cancel, say("{count} mails are cancelled.", count=len(ids)))


@mail.command("test")
@click.option("--account", "name", default="", help="Name of the outbound account (default: the primary one).")
@click.option("--to", default="", help="Address that a letter is sent to; without it nothing is sent.")
@site_option
@command
def test_command(folder: Path, name: str, to: str) -> None:
    """Try an outbound account: connect, encrypt, log in, and send a letter."""
    live = live_of(opened(folder))
    account = _account(live, name)
    found = post.check_account(account, to=to, words=words)
    if not found.ok:
        complain(found.message)
        raise SystemExit(1)
    live.write(lambda conn, _: post.resume(conn, account))
    tell(found.message)


@mail.command("bounce")
@click.argument("file", type=click.File("rb"))
@site_option
@command
def bounce_command(folder: Path, file: BinaryIO) -> None:
    """Take in the notice (FILE, or - for what is piped in) that a letter came back."""
    site = opened(folder)
    notice = file.read(bounces.MOST_BYTES)
    try:
        with site.store.write() as conn:
            found = bounces.read(conn, notice)
    except sa.exc.OperationalError:
        complain(say("The database cannot be reached just now. Try again later."))
        raise SystemExit(LATER) from None
    if found.recipients:
        tell(say("The mail {id} did not reach {addresses}.", id=str(found.mail), addresses=", ".join(found.recipients)))
    else:
        tell(say("The mail {id} is on its way; nothing has failed.", id=str(found.mail)))


def as_json(one: post.Mail) -> dict[str, Any]:
    """What a script may read; never what a letter says."""
    return {
        "id": str(one.id), "state": one.state, "recipients": one.recipients.split(", "), "subject": one.subject,
        "message_id": one.message_id, "account": one.account, "about": [one.module, one.record] if one.record else None,
        "tries": one.tries, "due": one.due, "created_at": one.created_at, "sent_at": one.sent_at, "via": one.via,
        "reached": list(one.reached), "refused": dict(one.refused), "error": str(one.error) if one.error else None,
    }  # fmt: skip


def _line(one: post.Mail) -> str:
    why = [f"{address}: {said['code']} {said['text']}" for address, said in one.refused.items()]
    told = "; ".join([*([words(one.error)] if one.error else []), *why])
    at = f"{one.sent_at or one.due:%Y-%m-%d %H:%M}"
    head = f"{one.id}  {words(STATES[one.state])}  {at} UTC  {one.recipients[:60]}  {one.subject[:60]}"
    return f"{head}\n    {told}" if told else head


def _account(live: Live, name: str) -> post.Account:
    with live.read() as (conn, catalog):
        known = post.accounts(conn, catalog)
    if not name:
        found = post.primary(known)
        if found is None:
            raise Refused(say("There is no active outbound account."))
        return found
    for one in known:
        if one.name.casefold() == name.casefold():
            return one
    raise Refused(unknown(name, [one.name for one in known], noun=say("outbound account")))


def _each(folder: Path, ids: tuple[UUID, ...], act: Callable[[sa.Connection, UUID], Any], done: Message) -> None:
    """All of them that can be, each by itself; what cannot is said, and then it ends with 1."""
    site = opened(folder)
    site.store.check_schema()
    wrong = 0
    for id in ids:
        try:
            with site.store.write() as conn:
                act(conn, id)
        except HanokError as error:
            complain(f"{id}: {words(error.message)}")
            wrong += 1
    if wrong:
        raise SystemExit(1)
    tell(done)
