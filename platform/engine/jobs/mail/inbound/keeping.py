"""Keeping a letter that came in: its record once, its owner told, and told of to whatever waits for mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Refused, say
from hanok.engine.jobs.mail import bounces
from hanok.engine.jobs.mail.about import MODULE, tie
from hanok.engine.jobs.mail.inbound.accounts import Inbox
from hanok.engine.jobs.mail.inbound.automatic import is_automatic, is_too_much, own_addresses
from hanok.engine.jobs.mail.inbound.matching import match, tied
from hanok.engine.jobs.mail.inbound.parsing import Incoming
from hanok.engine.jobs.mail.writing import named
from hanok.engine.jobs.outbox import tell
from hanok.engine.records import Query, Record, create, page
from hanok.engine.records.telling.kinds import MAILED
from hanok.engine.records.telling.notices import tell as notify
from hanok.engine.store.moments import now as now_of

#: Told of a letter that a person wrote.
RECEIVED = "mail.received"
LONGEST_PROBLEM, LONGEST_PEOPLE = 1000, 10_000
#: What became of a letter.
KEPT, KNOWN, BOUNCED, STRANGE = "kept", "known", "bounced", "strange"
CAME = say("A mail came: {record}.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, and its record where there is one."""

    what: str
    record: Record | None = None


def keep(
    conn: sa.Connection, catalog: Catalog, inbox: Inbox, one: Incoming, raw: bytes, *, files: Sequence[UUID] = (),
    problem: str = "",
) -> Outcome:  # fmt: skip
    """Keeps the letter, in the caller's transaction. The system uploaded `files`; `problem` says what was lost."""
    if one.message_id and _is_known(conn, catalog, inbox, one.message_id):
        return Outcome(KNOWN)
    if one.is_report and _has_bounced(conn, raw):
        return Outcome(BOUNCED)
    found = match(conn, catalog, one)
    if not found.by and not inbox.unmatched:
        return Outcome(STRANGE)
    machine = is_automatic(one, own_addresses(conn, catalog, inbox.address))
    machine = machine or is_too_much(conn, catalog, one.sender[1])
    made = create(conn, catalog, SYSTEM, MODULE, {
        "name": one.subject or None, "direction": "in", "status": "received", "automatic": machine,
        "sender": one.sender[1] or None, "sender_name": one.sender[0] or None,
        "recipients": named(one.to)[:LONGEST_PEOPLE] or None, "copies": named(one.cc)[:LONGEST_PEOPLE] or None,
        "sent_at": (one.at or now_of(conn)).isoformat(), "body": one.html or None, "text": one.text or None,
        "files": [{"id": str(id)} for id in files], "problem": problem[:LONGEST_PROBLEM] or None,
        "mailbox": inbox.name, "message_id": one.message_id or None, "thread": found.thread or one.message_id or None,
        "owner": str(found.owner) if found.owner else None, **found.links,
    }, despite_duplicates=True)  # fmt: skip
    for record in tied(catalog, found):
        tie(conn, catalog, SYSTEM, record, made)
    if not machine:
        owner = [found.owner] if found.owner else []
        notify(conn, owner, MAILED, CAME, key=f"mail:{made.id}", about=(MODULE, made.id))
        tell(conn, RECEIVED, {"email": str(made.id), "account": inbox.key})
    return Outcome(KEPT, made)


def _is_known(conn: sa.Connection, catalog: Catalog, inbox: Inbox, id: str) -> bool:
    where = {"message_id": id, "direction": "in", "mailbox": inbox.name}
    return bool(page(conn, catalog, SYSTEM, Query(module=MODULE, where=where, columns=("name",), size=1)).rows)


def _has_bounced(conn: sa.Connection, raw: bytes) -> bool:
    """Whether it says that a letter of ours came back; then it is no mail of its own."""
    try:
        bounces.read(conn, raw)
    except Refused:
        return False
    return True
