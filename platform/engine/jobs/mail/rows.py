"""The rows of outgoing mail: from waiting to sent, with what the server said of each address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.errors import Message, NotFound, message_of, say, written
from hanok.engine.jobs.job import PRIORITIES
from hanok.engine.jobs.mail.about import MODULE
from hanok.engine.jobs.mail.letter import Letter, letter_of
from hanok.engine.jobs.outbox import tell
from hanok.engine.store.job_tables import mail
from hanok.engine.store.moments import now as now_of

WAITING, SENDING, SENT, FAILED, BOUNCED, CANCELLED = STATES = (
    "waiting", "sending", "sent", "failed", "bounced", "cancelled"
)  # fmt: skip
#: Told when the letter of a mail that is kept came to another state.
MOVED = "mail.moved"
#: Waits after the first temporary refusal, doubled with each further one up to the longest: two days in all.
FIRST_WAIT, LONGEST_WAIT, MOST_TRIES = timedelta(minutes=5), timedelta(hours=4), 17


@dataclass(frozen=True, slots=True)
class Mail:
    """A row. `refused` has for each address what was said: code, text, at, and whether it came back (`bounced`)."""

    id: UUID
    message_id: str
    account: UUID | None
    sender: UUID | None
    recipients: str
    subject: str
    letter: Mapping[str, Any] | None
    private: bool
    module: str | None
    record: UUID | None
    state: str
    priority: int
    due: datetime
    tries: int
    reached: Sequence[str]
    refused: Mapping[str, Mapping[str, Any]]
    via: str | None
    error: Message | None
    created_at: datetime
    sent_at: datetime | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Mail:
        plain = {each.name: row[each.name] for each in fields(cls)}
        return cls(**(plain | {"error": message_of(plain["error"])}))

    def content(self) -> Letter | None:
        """What it says; None once that is gone. Of a `private` one nobody is shown it."""
        return letter_of(self.letter) if self.letter else None

    def left(self, letter: Letter) -> tuple[str, ...]:
        """Whom it has still to reach: all who were neither reached nor refused for good."""
        return tuple(one for one in letter.recipients() if one not in self.reached and not self._is_refused(one))

    def _is_refused(self, address: str) -> bool:
        return address in self.refused and not _passes(self.refused[address])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: an SMTP code (RFC 5321, 4.2) and its text."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one attempt. `error` says why nobody could be asked; it passes unless it is `final`."""

    via: str = ""
    reached: tuple[str, ...] = ()
    refused: Mapping[str, Answer] = field(default_factory=dict)
    error: Message | None = None
    final: bool = False

    @property
    def is_passing(self) -> bool:
        """Whether nobody was reached, and another try may do better."""
        if self.error:
            return not self.final
        return not self.reached and all(is_passing(answer.code) for answer in self.refused.values())


def is_passing(code: int) -> bool:
    """Whether another try may succeed (RFC 5321, 4.2.1)."""
    return 400 <= code < 500


def _passes(said: Mapping[str, Any]) -> bool:
    return is_passing(said["code"]) and not said.get("bounced")


def mail_of(conn: sa.Connection, id: UUID, *, lock: bool = False) -> Mail:
    """A mail by its id. Raises NotFound."""
    wanted = sa.select(mail).where(mail.c.id == id)
    row = conn.execute(wanted.with_for_update() if lock else wanted).mappings().first()
    if row is None:
        raise NotFound(say("There is no such mail."))
    return Mail.of(dict(row))


def of_account(account: UUID | None) -> sa.ColumnElement[bool]:
    return mail.c.account.is_(None) if account is None else mail.c.account == account


def next_ids(conn: sa.Connection, account: UUID | None, count: int) -> list[UUID]:
    """What an account has to send now, the most urgent first; before that, what a worker died with."""
    now, found = now_of(conn), list[UUID]()
    left = sa.select(mail.c.id).where(mail.c.state == SENDING, of_account(account)).order_by(mail.c.id)
    found += conn.execute(left.limit(count)).scalars()
    for priority in PRIORITIES:  # one at a time: each reads a range of the index, however many are due later
        due = sa.select(mail.c.id).where(
            mail.c.state == WAITING, of_account(account), mail.c.priority == priority, mail.c.due <= now
        )
        if len(found) < count:
            found += conn.execute(due.order_by(mail.c.due, mail.c.id).limit(count - len(found))).scalars()
    return found


def next_due(conn: sa.Connection, account: UUID | None) -> datetime | None:
    """When the next mail of an account is due; None when none waits."""
    waits = sa.and_(mail.c.state == WAITING, of_account(account))
    first = [sa.select(sa.func.min(mail.c.due).label("due")).where(waits, mail.c.priority == priority)
             for priority in PRIORITIES]  # fmt: skip
    found: datetime | None = conn.scalar(sa.select(sa.func.min(sa.union_all(*first).subquery().c.due)))
    return found


def take(conn: sa.Connection, id: UUID) -> Mail | None:
    """Marks a mail as being sent; None when it was cancelled meanwhile."""
    free = mail.c.state.in_((WAITING, SENDING))
    marked = mail.update().where(mail.c.id == id, free).values(state=SENDING, tries=mail.c.tries + 1)
    row = conn.execute(marked.returning(mail)).mappings().first()
    return None if row is None else Mail.of(dict(row))


def give_back(conn: sa.Connection, one: Mail, error: Message | None) -> None:
    """It was not tried after all: the account has a fault, not the letter."""
    values = {"state": WAITING, "tries": one.tries - 1, "error": written(error)}
    conn.execute(mail.update().where(mail.c.id == one.id, mail.c.state == SENDING).values(values))


def settle(conn: sa.Connection, one: Mail, sent: Sent) -> str:
    """Writes what became of an attempt; the state that follows. A bounce that was quicker stays."""
    now = now_of(conn)
    row = mail_of(conn, one.id, lock=True)
    said = {address: {"code": answer.code, "text": answer.text, "at": now.isoformat()}
            for address, answer in sent.refused.items()}  # fmt: skip
    reached = list(dict.fromkeys((*row.reached, *sent.reached)))
    back = {address: each for address, each in row.refused.items() if each.get("bounced")}
    refused = {address: each for address, each in {**row.refused, **said}.items() if address not in reached} | back
    passing = not sent.final if sent.error else any(map(_passes, refused.values()))
    state = WAITING if passing and one.tries < MOST_TRIES else _ended(reached, refused)
    values: dict[str, Any] = {
        "state": state, "reached": reached, "refused": refused, "via": sent.via or row.via,
        "error": None if state in (SENT, BOUNCED) else written(sent.error or _why(refused)),
        "sent_at": now if sent.reached else row.sent_at,
    }  # fmt: skip
    if state == WAITING:
        values["due"] = now + wait_after(one.tries)
    conn.execute(mail.update().where(mail.c.id == one.id).values(values | _emptied(row, state)))
    if state != WAITING:
        moved(conn, row)
    return state


def moved(conn: sa.Connection, row: Mail) -> None:
    """Tells that a letter is in another state now, where a record of a mail follows it."""
    if row.module == MODULE:
        tell(conn, MOVED, {"mail": str(row.id)})


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many attempts that were turned away, 1 or more."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(tries - 1, 10)
    return min(doubled, LONGEST_WAIT)


def _ended(reached: Sequence[str], refused: Mapping[str, Mapping[str, Any]]) -> str:
    if not reached:
        return FAILED
    return BOUNCED if any(each.get("bounced") for each in refused.values()) else SENT


def _why(refused: Mapping[str, Mapping[str, Any]]) -> Message | None:
    for first in refused.values():
        return say("The server answered: {answer}", answer=f"{first['code']} {first['text']}".strip())
    return None


def _emptied(row: Mail, state: str) -> dict[str, Any]:
    """A private letter is gone once it has ended, however it ended."""
    return {"letter": None} if row.private and state not in (WAITING, SENDING) else {}
