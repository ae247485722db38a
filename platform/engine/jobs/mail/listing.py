"""Outgoing mail as somebody looks through it: pages by state and words, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.jobs.mail.rows import Mail
from hanok.engine.store.job_tables import mail

SIZE = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A page of mails; `last` is the id of its last one where more follow."""

    mails: tuple[Mail, ...]
    last: UUID | None


def page(
    conn: sa.Connection, *, state: str = "", words: str = "", after: UUID | None = None, size: int = SIZE
) -> Found:
    """Mails in this state ("": in any) whose recipients, subject or Message-ID hold the words; behind `after`.

    Ids are in the order of time, so a mail that is gone by now is still a place.
    """
    asked = sa.select(mail).order_by(mail.c.id.desc()).limit(size + 1)
    if state:
        asked = asked.where(mail.c.state == state)
    if words:
        texts = (mail.c.recipients, mail.c.subject, mail.c.message_id)
        asked = asked.where(sa.or_(*(text.icontains(words, autoescape=True) for text in texts)))
    if after is not None:
        asked = asked.where(mail.c.id < after)
    rows = conn.execute(asked).mappings().all()
    mails = tuple(Mail.of(dict(row)) for row in rows[:size])
    return Found(mails, mails[-1].id if len(rows) > size else None)
