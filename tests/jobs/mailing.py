"""What tests of mail share: an account, a letter, a worker that delivers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.jobs import Surroundings, mail
from hanok.engine.jobs.mail import Account, Letter, Mail
from hanok.engine.store.job_tables import job
from hanok.engine.store.job_tables import mail as table
from hanok.engine.store.moments import now as now_of
from hanok.engine.store.tables import setting
from tests.builders import an_administrator
from tests.jobs.conftest import Hiring

KIM, LEE = ("김하늘", "kim@example.com"), ('Lee, "Bo"', "lee@example.com")
ADMIN: Actor = an_administrator()


def an_account(where: Surroundings, port: int, **raw: Any) -> UUID:
    said = {"name": "Main", "from_name": "한옥 영업팀", "from_address": "crm@example.org", "host": "127.0.0.1",
            "port": port, "security": "none", "primary": True} | raw  # fmt: skip
    return where.live.write(lambda conn, catalog: records.create(conn, catalog, ADMIN, "outbound_account", said).id)


def change_account(where: Surroundings, id: UUID, **raw: Any) -> None:
    with where.live.read() as (conn, catalog):
        version = records.get(conn, catalog, ADMIN, "outbound_account", id).version
    where.live.write(lambda conn, catalog: records.update(
        conn, catalog, ADMIN, "outbound_account", id, raw, version=version))  # fmt: skip


def account(where: Surroundings) -> Account:
    with where.live.read() as (conn, catalog):
        (found,) = mail.accounts(conn, catalog)
    return found


def a_letter(**said: Any) -> Letter:
    return Letter(**({"to": [KIM], "subject": "견적서를 보내 드립니다", "text": "안녕하세요.\n."} | said))


def posted(where: Surroundings, **said: Any) -> UUID:
    with where.store.write() as conn:
        return mail.post(conn, a_letter(**said))


def found(where: Surroundings, id: UUID) -> Mail:
    with where.store.read() as conn:
        return mail.mail_of(conn, id)


def deliver(hire: Hiring) -> None:
    """Does everything that is due."""
    hire(mail.KINDS, subscribers=mail.SUBSCRIBERS).run_until_idle()


def hurry(where: Surroundings) -> None:
    """What waits for its time need not wait any longer: mails, jobs and pauses."""
    with where.store.write() as conn:
        conn.execute(table.update().where(table.c.state == "waiting").values(due=now_of(conn)))
        conn.execute(job.update().where(job.c.state == "waiting").values(due=now_of(conn)))
        conn.execute(setting.delete().where(setting.c.key.like("mail:%")))
