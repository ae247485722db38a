"""What was done that is no change of a record: a deploy, a password, a second factor, a token, a rule, a log in as.

A deed is written in the transaction of what it tells of. It tells no secret: of a password that it was set, of a token
its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.errors import Message, say
from hanok.engine.records.trail import behind
from hanok.engine.store import new_id
from hanok.engine.store.account_tables import deed

#: What deeds are about; `about` is the id of the user, but for deploys (the revision's number), schedules (the key),
#: rules (the network), hand-overs and jobs (their id), exports (the module's key) and workflows (their key).
SUBJECTS: Mapping[str, Message] = {
    "deploy": say("Deploy"),
    "password": say("Password"),
    "session": say("Sessions"),
    "factor": say("Second factor"),
    "token": say("API token"),
    "rule": say("Address rule"),
    "identity": say("Login provider"),
    "as": say("Logged in as somebody else"),
    "handover": say("Hand-over"),
    "schedule": say("Schedule"),
    "job": say("Job"),
    "export": say("Export"),
    "setting": say("Setting"),
    "workflow": say("Workflow"),
    "webhook": say("Webhook"),
}


def tell(
    conn: sa.Connection, actor: Actor, subject: str, action: str, *, about: UUID | str, title: str = "",
    changes: Mapping[str, Any] | None = None, at: datetime | None = None,
) -> None:  # fmt: skip
    """Writes a deed. Raises KeyError for other subjects.

    `action` is a verb in the past (set, made, ended, changed, removed, begun, undone); `title` what it was done to is
    called; `changes` maps words to [before, after], plain JSON data.
    """
    assert SUBJECTS[subject]
    at = at or datetime.now(UTC)
    row = {"id": new_id(at), "at": at, "actor_id": actor.id, "actor_name": str(actor), "subject": subject,
           "about": str(about), "title": title, "action": action, "changes": dict(changes or {})}  # fmt: skip
    conn.execute(deed.insert().values(**row, **behind(actor)))
