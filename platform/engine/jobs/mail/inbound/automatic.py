"""Whether a machine wrote a letter: answers of machines, lists, loops. Nothing answers those (RFC 3834)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.jobs.mail.about import MODULE
from hanok.engine.jobs.mail.accounts import accounts
from hanok.engine.jobs.mail.inbound.parsing import Incoming
from hanok.engine.jobs.mail.inbound.text import header
from hanok.engine.records import Query, count
from hanok.engine.store.moments import now as now_of

#: Letters of one address within an hour; whoever writes more is a machine.
MOST_AN_HOUR = 20
PRECEDENCE = ("bulk", "junk", "list", "auto_reply", "auto-reply")
#: Headers that only machines write.
MARKS = ("X-Loop", "X-Autoreply", "X-Autorespond", "X-AutoReply-From", "List-Id", "List-Unsubscribe", "Feedback-ID")
NAMES = ("mailer-daemon", "postmaster", "no-reply", "noreply", "do-not-reply", "donotreply", "bounce", "bounces")


def is_automatic(one: Incoming, own: Collection[str]) -> bool:
    """By what the letter itself says; `own` are our addresses in small letters: what comes from us is a loop."""
    said = header(one.part, "Auto-Submitted").partition(";")[0].strip().lower()
    sender = one.sender[1].casefold()
    return (
        said not in ("", "no")
        or header(one.part, "Precedence").lower() in PRECEDENCE
        or any(one.part.get(name) is not None for name in MARKS)
        or header(one.part, "Return-Path") == "<>"
        or not sender
        or sender.partition("@")[0] in NAMES
        or sender in own
        or one.is_report
    )


def own_addresses(conn: sa.Connection, catalog: Catalog, address: str) -> frozenset[str]:
    """The addresses that our own letters come from, and the one of the mailbox."""
    return frozenset({address.casefold(), *(one.from_address.casefold() for one in accounts(conn, catalog))} - {""})


def is_too_much(conn: sa.Connection, catalog: Catalog, sender: str) -> bool:
    """Whether this address has written so often within the hour that nobody should answer it."""
    since = (now_of(conn) - timedelta(hours=1)).isoformat()
    asked = {"sender": sender, "direction": "in", "created_at": {"gte": since}}
    found = count(conn, catalog, SYSTEM, Query(module=MODULE, where=asked), cap=MOST_AN_HOUR)
    return found > MOST_AN_HOUR
