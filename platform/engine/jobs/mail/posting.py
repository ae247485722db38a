"""Posting: a letter becomes a row, in the transaction that wants it sent. Nothing leaves before that commits."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import sqlalchemy as sa

from hanok.engine.errors import Invalid, say
from hanok.engine.jobs.mail.accounts import kept
from hanok.engine.jobs.mail.letter import Attachment, Letter, checked, written
from hanok.engine.jobs.mail.rows import WAITING
from hanok.engine.jobs.outbox import Event, Subscriber, tell
from hanok.engine.jobs.queue import enqueue
from hanok.engine.records.attachments import KEPT
from hanok.engine.store import new_id
from hanok.engine.store.job_tables import mail
from hanok.engine.store.moments import now as now_of
from hanok.engine.store.tables import file

KIND, TOPIC = "mail.deliver", "mail.queued"
#: Where the domain of Message-IDs is kept: that of the primary account, as the last delivery knew it.
DOMAIN = "mail_domain"
#: Before any mail left.
NO_DOMAIN = "hanok.localhost"
#: What files may be in one letter, in bytes; encoded they are a third more, and few servers take over 35 MB.
MOST_BYTES = 25 * 1024**2
#: What holds the files of a letter, in the table of files.
FIELD = "mail"


def post(conn: sa.Connection, letter: Letter, *, domain: str = "", message_id: str = "") -> UUID:
    """Posts a letter in the caller's transaction; the id of its row. Raises Invalid, with messages for each part.

    Its Message-ID is made here, once, however often it has to be sent, unless it is given. `domain` is its end.
    """
    letter = checked(letter)
    id, now = new_id(), now_of(conn)
    due = letter.due or now
    _hold(conn, id, letter.attachments)
    conn.execute(mail.insert().values(
        id=id, message_id=message_id or f"<{uuid4().hex}@{domain or domain_of(conn)}>",
        account=letter.account,
        sender=letter.sender.id if letter.sender else None, recipients=", ".join(letter.recipients()),
        subject=letter.subject, letter=written(letter), private=letter.private,
        module=letter.about[0] if letter.about else None, record=letter.about[1] if letter.about else None,
        state=WAITING, priority=letter.priority, due=due, tries=0, reached=[], refused={}, created_at=now,
    ))  # fmt: skip
    account = str(letter.account) if letter.account else None
    tell(conn, TOPIC, {"account": account, "due": due.isoformat()})
    return id


def call(conn: sa.Connection, account: UUID | None) -> None:
    """Has the mail of an account delivered (None: of the primary one), by one job at a time."""
    said = str(account) if account else None
    enqueue(conn, KIND, {"account": said}, unique=f"{KIND}:{said or ''}", title=say("Send mail"))


def _called(conn: sa.Connection, event: Event) -> None:
    said = event.payload.get("account")
    call(conn, UUID(said) if said else None)


def _moved(conn: sa.Connection, event: Event) -> None:
    """An account was corrected, or is active again: what waited for it may go."""
    if event.module == "outbound_account":
        call(conn, event.record)
        call(conn, None)


#: A letter that is due later is looked at once: the job then waits until it is.
SUBSCRIBERS = (Subscriber(TOPIC, _called), Subscriber("record.", _moved))


def domain_of(conn: sa.Connection) -> str:
    """What Message-IDs end with."""
    return str(kept(conn, DOMAIN) or NO_DOMAIN)


def _hold(conn: sa.Connection, id: UUID, attachments: Sequence[Attachment]) -> None:
    """Holds the files for the letter, whatever becomes of the records that they came from."""
    if not attachments:
        return
    hashes = {one.hash for one in attachments}
    found = sa.select(file.c.sha256, sa.func.max(file.c.size)).where(file.c.sha256.in_(hashes)).group_by(file.c.sha256)
    sizes: dict[str, int] = {row[0]: int(row[1]) for row in conn.execute(found)}
    gone = [one for one in attachments if one.hash not in sizes]
    if gone:
        raise Invalid({"attachments": [say("There is no file “{name}”.", name=one.name) for one in gone]})
    if sum(sizes[one.hash] for one in attachments) > MOST_BYTES:
        raise Invalid({"attachments": [say("A letter takes files of {most} MB in all.", most=MOST_BYTES // 1024**2)]})
    now = now_of(conn)
    conn.execute(file.insert(), [
        {"id": new_id(), "sha256": one.hash, "size": sizes[one.hash], "name": one.name, "type": one.type,
         "thumbnail": None, "state": KEPT, "module": None, "record": id, "field": FIELD, "created_at": now,
         "created_by": None, "until": None} for one in attachments
    ])  # fmt: skip


def let_go(conn: sa.Connection, ids: Sequence[UUID]) -> None:
    """Lets go of the files of letters that need them no longer."""
    held = sa.and_(file.c.module.is_(None), file.c.field == FIELD, file.c.record.in_(ids))
    conn.execute(file.update().where(held).values(until=now_of(conn)))
