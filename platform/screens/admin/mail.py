"""Outgoing mail as rows of a list and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from urllib.parse import urlencode
from uuid import UUID

from hanok.engine.errors import say
from hanok.engine.fields.file_names import clean_name
from hanok.engine.jobs.mail import Account, Letter, Mail, Pause
from hanok.engine.jobs.mail.folder import NAME, NOBODY
from hanok.engine.jobs.mail.mime import Envelope, Opening, write
from hanok.engine.jobs.mail.plain import as_text
from hanok.engine.jobs.mail.rows import BOUNCED, CANCELLED, FAILED, SENDING, SENT, WAITING
from hanok.engine.jobs.overview import CAP
from hanok.screens.admin.words import State

ADDRESS = "/admin/mail"
STATES: Mapping[str, State] = {
    one.key: one
    for one in (
        State(WAITING, say("Waiting"), "blue"),
        State(SENDING, say("Being sent"), "teal"),
        State(FAILED, say("Failed"), "red"),
        State(BOUNCED, say("Bounced"), "orange"),
        State(SENT, say("Sent"), "green"),
        State(CANCELLED, say("Cancelled"), "grey"),
    )
}
#: What became of the letter at one address.
REACHED = State("reached", say("Taken"), "green")
REFUSED = State("refused", say("Refused"), "red")
BACK = State("back", say("Came back"), "orange")
PUT_OFF = State("put_off", say("Put off"), "orange")
OPEN = State("open", say("Not yet"), "grey")


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in a list."""

    mail: Mail
    url: str
    state: State
    account: str
    when: datetime
    in_folder: bool

    @property
    def may_cancel(self) -> bool:
        return self.mail.state == WAITING

    @property
    def may_retry(self) -> bool:
        """Whether sending it again makes sense; whether it can be done is said when it is tried."""
        again = self.mail.state in (WAITING, FAILED, BOUNCED, CANCELLED) or (self.mail.state == SENT and self.in_folder)
        return again and self.mail.letter is not None


@dataclass(frozen=True, slots=True)
class MailTab:
    """A state to look at; None is all of them."""

    state: State | None
    url: str
    count: int
    more: bool
    current: bool


@dataclass(frozen=True, slots=True)
class MailsPage:
    """A page of the list. `pauses` are the accounts that rest, with their pauses."""

    tabs: tuple[MailTab, ...]
    state: str
    words: str
    rows: tuple[MailRow, ...]
    first: str
    following: str
    here: str
    every: int
    has_account: bool
    pauses: tuple[tuple[Account, Pause], ...]


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address, what became of it, and what the server said."""

    address: str
    state: State
    answer: str


@dataclass(frozen=True, slots=True)
class MailPage:
    """One mail, told whole. What a private one says is not among it."""

    row: MailRow
    recipients: tuple[Recipient, ...]
    letter: Letter | None
    text: str
    html: str
    sender: str
    about: str
    every: int


def url_of(state: str = "", words: str = "", after: UUID | None = None) -> str:
    """The address of a list of mails."""
    said = {"state": state, "q": words, "after": str(after or "")}
    query = urlencode({key: text for key, text in said.items() if text})
    return f"{ADDRESS}?{query}" if query else ADDRESS


def row_of(mail: Mail, accounts: Mapping[UUID, str]) -> MailRow:
    in_folder = (mail.via or "").startswith(f"{NAME}/")
    return MailRow(
        mail=mail,
        url=f"{ADDRESS}/{mail.id}",
        state=STATES[mail.state],
        account=accounts.get(mail.account, "") if mail.account else "",
        when=mail.sent_at or (mail.due if mail.state == WAITING else mail.created_at),
        in_folder=in_folder,
    )


def tabs_of(counts: Mapping[str, int], state: str, words: str) -> tuple[MailTab, ...]:
    every = MailTab(None, url_of("", words), 0, more=False, current=not state)
    return (every, *(
        MailTab(one, url_of(key, words), min(counts[key], CAP), counts[key] > CAP, key == state)
        for key, one in STATES.items()
    ))  # fmt: skip


def page_of(row: MailRow, *, sender: str, about: str, every: int) -> MailPage:
    """A mail as a page; its letter only where it may be shown."""
    mail = row.mail
    letter = None if mail.private else mail.content()
    text = (letter.text or as_text(letter.html)) if letter else ""
    return MailPage(row, tuple(recipients(mail)), letter, text, letter.html if letter else "", sender, about, every)


def recipients(mail: Mail) -> Iterator[Recipient]:
    """Each address with what became of it."""
    known = mail.recipients.split(", ") if mail.recipients else []
    for address in dict.fromkeys((*known, *mail.refused)):
        said = mail.refused.get(address)
        answer = f"{said['code']} {said['text']}".strip() if said else ""
        yield Recipient(address, _of_address(mail, address, said), answer)


def _of_address(mail: Mail, address: str, said: Mapping[str, object] | None) -> State:
    if said is None:
        return REACHED if address in mail.reached else OPEN
    if said.get("bounced"):
        return BACK
    return PUT_OFF if str(said["code"]).startswith("4") and mail.state == WAITING else REFUSED


def as_file(out: BinaryIO, mail: Mail, letter: Letter, account: Account | None, open_file: Opening) -> str:
    """Writes the letter as a message; what the file is called. Raises FileNotFoundError where an attachment is gone."""
    sender = (account.from_name, account.from_address) if account else NOBODY
    date = (mail.sent_at or mail.created_at).replace(microsecond=0)
    write(out, letter, Envelope(sender, account.reply_to if account else "", mail.message_id, date), open_file)
    return clean_name(f"{mail.subject[:80] or mail.id}.eml")


def resting(found: Sequence[tuple[Account, Pause | None]], now: datetime) -> tuple[tuple[Account, Pause], ...]:
    """The accounts that send nothing until later."""
    return tuple((account, pause) for account, pause in found if pause and pause.until > now)
