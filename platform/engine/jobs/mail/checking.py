"""Trying an outbound account: whether it can send, and a sentence for what it lacks."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from hanok.engine.errors import Message, say
from hanok.engine.jobs.mail.accounts import Account
from hanok.engine.jobs.mail.letter import Letter, ascii_address, checked
from hanok.engine.jobs.mail.mime import Envelope, is_international, write
from hanok.engine.jobs.mail.smtp import Down, connected


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether it went well, and what there is to say about it."""

    ok: bool
    message: Message


def check_account(account: Account, *, to: str = "", words: Callable[[Message], str] = str) -> Checked:
    """Connects, encrypts and logs in as the account says, and sends a letter `to` somebody, where an address is given.

    It takes as long as the server lets it wait: call it outside of any transaction. Nothing is written to the database.
    `words` says the letter in the reader's language. Raises Invalid for what is no address.
    """
    letter = _letter(account, to, words) if to else None
    try:
        with connected(account) as connection:
            if letter is None:
                return Checked(True, say("The account can send: {host} lets it in.", host=account.host))
            sender = (account.from_name, ascii_address(account.from_address))
            source = io.BytesIO()
            write(source, letter, _envelope(account, sender), _no_file)
            size = source.tell()
            source.seek(0)
            sent = connection.send(letter.recipients(), source, size=size,
                                   international=is_international(letter, sender[1]))  # fmt: skip
    except Down as error:
        return Checked(False, error.message)
    if sent.reached:
        return Checked(True, say("The server took the letter to {address}.", address=to))
    answer = next(iter(sent.refused.values()), None)
    return Checked(False, sent.error or say("The server answered: {answer}", answer=str(answer)))


def _letter(account: Account, to: str, words: Callable[[Message], str]) -> Letter:
    return checked(Letter(
        to=[("", to)], subject=words(say("Test of the outbound account “{name}”", name=account.name)),
        text=words(say("This letter says that the outbound account can send.")),
        headers={"Auto-Submitted": "auto-generated"},
    ))  # fmt: skip


def _envelope(account: Account, sender: tuple[str, str]) -> Envelope:
    domain = sender[1].rpartition("@")[2]
    return Envelope(sender, account.reply_to, f"<{uuid4().hex}@{domain}>", datetime.now(UTC).replace(microsecond=0))


def _no_file(hash: str) -> io.BytesIO:
    raise FileNotFoundError(hash)
