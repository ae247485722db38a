"""A letter to the old e-mail address of a user, whoever changed it and by whatever door (OWASP ASVS 5.0, 6.3.7).

The new address is not told: whoever reads the old mailbox may be the one it was taken from, or the one who took it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.accounts import resets
from hanok.engine.catalog import Catalog
from hanok.engine.errors import say
from hanok.engine.jobs import SOON, Kind, Work, enqueue
from hanok.engine.jobs.outbox import Event, Subscriber
from hanok.web.account_letters import Words

MOVED = "accounts.address"
USER, EMAIL = "user", "email"


def _changed(conn: sa.Connection, event: Event) -> None:
    before, after = event.payload.get("changes", {}).get(EMAIL, (None, None)) if event.module == USER else (None, None)
    if event.record is None or not before or str(before).casefold() == str(after or "").casefold():
        return
    payload = {"user": str(event.record), "to": str(before), "at": event.at.isoformat()}
    enqueue(conn, MOVED, payload, priority=SOON, title=say("Tell the old address that another one took its place"))


def _send(work: Work) -> None:
    def post(conn: sa.Connection, catalog: Catalog) -> None:
        person = resets.person_with(conn, catalog, UUID(work.payload["user"]), inactive=True)
        if person is None:
            return
        words = Words(catalog, replace(person, email=str(work.payload["to"])))
        when = words.moment(datetime.fromisoformat(work.payload["at"]))
        words.post(
            conn, say("{site}: your e-mail address was changed", site=words.site),
            say("The e-mail address of the user {username} was changed: {when}. Links to set a password go to another "
                "address from now on.", username=person.username, when=when),
            say("If you know nothing of it, tell an administrator at once."), link="", button=say("Set a password"),
        )  # fmt: skip

    work.finish(post)


KINDS = (Kind(MOVED, say("Word of a changed e-mail address"), _send),)
SUBSCRIBERS = (Subscriber("record.changed", _changed),)
