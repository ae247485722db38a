"""The record of a mail follows its letter: sent, failed, came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.mail.about import MODULE
from hanok.engine.jobs.mail.rows import BOUNCED, FAILED, MOVED, SENDING, WAITING, Mail, mail_of
from hanok.engine.jobs.outbox import Event, Subscriber
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.work import Work
from hanok.engine.records import get, update

KIND = "mail.follow"
LONGEST = 1000


def follow(work: Work) -> None:
    """Writes into the record of a mail what became of its letter; nothing where either is gone."""
    id = UUID(str(work.payload["mail"]))
    work.finish(lambda conn, catalog: _written(conn, catalog, id))


def _written(conn: sa.Connection, catalog: Catalog, id: UUID) -> None:
    try:
        one = mail_of(conn, id)
        if one.module != MODULE or one.record is None or MODULE not in catalog.modules:
            return
        record = get(conn, catalog, SYSTEM, MODULE, one.record)
    except NotFound:
        return
    update(conn, catalog, SYSTEM, MODULE, record.id, _raw(one), version=record.version)


def _raw(one: Mail) -> Mapping[str, Any]:
    state = WAITING if one.state == SENDING else one.state
    found: dict[str, Any] = {"status": state, "problem": _problem(one) if state in (FAILED, BOUNCED) else None}
    return {**found, "sent_at": one.sent_at.isoformat()} if one.sent_at else found


def _problem(one: Mail) -> str | None:
    """What servers said of those whom it did not reach; else why nobody could be asked."""
    said = [f"{address}: {each['code']} {each['text']}" for address, each in one.refused.items()]
    text = " · ".join(said) or (str(one.error) if one.error else "")
    return " ".join(text.split())[:LONGEST] or None


def _moved(conn: sa.Connection, event: Event) -> None:
    id = str(event.payload["mail"])
    enqueue(conn, KIND, {"mail": id}, unique=f"{KIND}:{id}")


KINDS = (Kind(KIND, say("Note what became of a mail"), follow),)
SUBSCRIBERS = (Subscriber(MOVED, _moved),)
