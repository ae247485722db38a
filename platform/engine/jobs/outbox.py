"""From the outbox to the queue: what happened becomes jobs, once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from hanok.engine.errors import say, written
from hanok.engine.jobs.job import FAILED
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.work import GiveUp, Work
from hanok.engine.store import new_id
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import here
from hanok.engine.store.tables import outbox

log = structlog.get_logger(__name__)
#: Events of one transaction: few enough that a worker that is killed often still gets through some.
BATCH = 100
EVENT = "outbox.event"
NOT_TAKEN = say("What follows from this event could not be put into the queue.")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: `record.changed` of a record, or a topic of the platform's own with `module` ""."""

    id: UUID
    at: datetime
    topic: str
    module: str
    record: UUID | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who wants to know of events whose topic begins so. `take` puts jobs into the queue and does nothing slow."""

    topic: str
    take: Callable[[sa.Connection, Event], None]


def tell(conn: sa.Connection, topic: str, payload: Mapping[str, Any] | None = None) -> None:
    """Tells of something, in the caller's transaction. Nobody waits for anybody, however many tell the same."""
    conn.execute(outbox.insert().values(
        id=new_id(), at=here(conn), topic=topic, module="", record=None, payload=dict(payload or {})
    ))  # fmt: skip


def has_events(conn: sa.Connection) -> bool:
    return conn.execute(sa.select(outbox.c.id).limit(1)).first() is not None


def relay(conn: sa.Connection, subscribers: Sequence[Subscriber], *, most: int = BATCH) -> int:
    """Takes up to so many events, the oldest first, and lets subscribers make jobs of them; how many it took.

    Events and jobs commit together. An event that a subscriber cannot take becomes a dead letter with what it said.
    """
    oldest = sa.select(outbox).order_by(outbox.c.id).limit(most).with_for_update(skip_locked=True)
    events = [Event(**row) for row in conn.execute(oldest).mappings()]
    if not events:
        return 0
    conn.execute(outbox.delete().where(outbox.c.id.in_([event.id for event in events])))
    concerned = [event for event in events if any(event.topic.startswith(one.topic) for one in subscribers)]
    if concerned and not _taken(conn, subscribers, concerned):
        for event in concerned:  # one bad event must not hold up all that come after it
            if not _taken(conn, subscribers, [event]):
                _bury(conn, event)
    return len(events)


def _taken(conn: sa.Connection, subscribers: Sequence[Subscriber], events: Sequence[Event]) -> bool:
    """Whether all of these became jobs; none of them otherwise. Raises what has its cause in the database alone."""
    try:
        with conn.begin_nested():
            for event in events:
                for one in subscribers:
                    if event.topic.startswith(one.topic):
                        one.take(conn, event)
    except (sa.exc.OperationalError, sa.exc.InterfaceError):
        raise
    except Exception as error:
        if len(events) == 1:
            log.error("event not taken", topic=events[0].topic, id=str(events[0].id), exc_info=error)
        return False
    return True


def _bury(conn: sa.Connection, event: Event) -> None:
    said = {"id": str(event.id), "at": event.at.isoformat(), "topic": event.topic, "module": event.module,
            "record": str(event.record) if event.record else None, "payload": dict(event.payload)}  # fmt: skip
    id = enqueue(conn, EVENT, said)
    dead = {"state": FAILED, "ended_at": here(conn), "error": written(NOT_TAKEN)}
    conn.execute(job.update().where(job.c.id == id).values(dead))


def event_kind(subscribers: Sequence[Subscriber]) -> Kind:
    """The kind of job that gives a buried event another try."""

    def again(work: Work) -> None:
        said = work.payload
        record = UUID(said["record"]) if said["record"] else None
        event = Event(UUID(said["id"]), datetime.fromisoformat(said["at"]), said["topic"], said["module"], record,
                      said["payload"])  # fmt: skip

        def take(conn: sa.Connection, _: Any) -> None:
            for one in subscribers:
                if event.topic.startswith(one.topic):
                    one.take(conn, event)

        try:
            work.finish(take)
        except (KeyError, TypeError, ValueError):
            raise GiveUp(NOT_TAKEN) from None

    return Kind(EVENT, say("Event"), again, attempts=1)
