"""From mails that came in to runs: every workflow that waits for mail of the account, or of any."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from hanok.engine.automation.beginning import begin
from hanok.engine.automation.cause import Cause
from hanok.engine.automation.events import title_of
from hanok.engine.automation.switching import is_active
from hanok.engine.catalog import Catalog
from hanok.engine.errors import say
from hanok.engine.fields import Linked
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.mail.about import MODULE
from hanok.engine.jobs.mail.inbound.keeping import RECEIVED
from hanok.engine.jobs.outbox import Event, Subscriber
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.work import Work

KIND, TRIGGER = "workflow.mail", "inbound_email"


def take(work: Work) -> int:
    """Begins the workflows for one mail; how many."""
    mail, account = UUID(str(work.payload["email"])), str(work.payload["account"])
    return work.finish(lambda conn, catalog: begin_all(conn, catalog, mail, account))


def begin_all(conn: sa.Connection, catalog: Catalog, mail: UUID, account: str) -> int:
    """Begins, for a mail that came to this account, what waits for it; how many runs."""
    if MODULE not in catalog.modules:
        return 0
    record = Linked(MODULE, mail, title_of(conn, catalog, MODULE, mail))
    cause = Cause(TRIGGER, new=True, facts={"account": account, "email": str(mail)})
    found = [
        workflow for workflow in catalog.workflows.values()
        if workflow.trigger.kind == TRIGGER and workflow.module == MODULE and is_active(conn, workflow)
        and workflow.trigger.settings.get("account", account) == account
    ]  # fmt: skip
    return sum(begin(conn, catalog, workflow, record, cause) is not None for workflow in found)


def _received(conn: sa.Connection, event: Event) -> None:
    enqueue(conn, KIND, event.payload, unique=f"{KIND}:{event.payload['email']}")


KINDS = (Kind(KIND, say("Begin workflows for a mail"), take),)
SUBSCRIBERS = (Subscriber(RECEIVED, _received),)
