"""Notices by mail, for those who want that: in the reader's language, read by her rights when the letter is written."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa

from hanok.engine.accounts import resets
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, say
from hanok.engine.jobs import Kind, Work, enqueue, mail
from hanok.engine.jobs.outbox import Event, Subscriber
from hanok.engine.records.telling.notices import TOLD
from hanok.engine.records.telling.reading import unread_notice
from hanok.web.account_letters import HEADERS, Words, address_of
from hanok.web.i18n import translate

KIND = "notices.mail"


def _send(work: Work) -> None:
    user, key = UUID(str(work.payload["user"])), str(work.payload["key"])
    address = address_of(work.surroundings.settings)
    work.finish(lambda conn, catalog: _post(conn, catalog, user, key, address))


def _post(conn: sa.Connection, catalog: Catalog, user: UUID, key: str, address: str) -> None:
    """Posts the letter, unless she has read the notice, left, or has no address."""
    person = resets.person_with(conn, catalog, user)
    if person is None or not person.email:
        return
    try:
        found = unread_notice(conn, catalog, actor_with(conn, catalog, user), key)
    except NotFound:
        return
    if found is None:
        return
    words = Words(catalog, person)
    text = translate(found.text, words.language)
    link = f"{address}/{found.about[0]}/{found.about[1]}" if address and found.about else ""
    body = "\n\n".join([text, *([link] if link else []), words.site]) + "\n"
    mail.post(conn, mail.Letter(
        to=[(person.title, person.email)], subject=translate(say("{site}: {notice}", site=words.site, notice=text),
        words.language), text=body, headers=HEADERS,
    ))  # fmt: skip


def _told(conn: sa.Connection, event: Event) -> None:
    enqueue(conn, KIND, event.payload)


KINDS = (Kind(KIND, say("Notice by mail"), _send),)
SUBSCRIBERS = (Subscriber(TOLD, _told),)
