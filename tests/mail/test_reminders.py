"""Reminders of calls, meetings and tasks: in the bell, and by mail for those who want that, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user
from hanok.engine.catalog import Catalog
from hanok.engine.fields.period import Period
from hanok.engine.jobs import Surroundings, mail, reminding
from hanok.engine.jobs.mail.accounts import keep
from hanok.engine.jobs.queue import enqueue
from hanok.engine.records import preferences
from hanok.engine.store import Store
from hanok.engine.store.desk_tables import notice
from hanok.web import notice_letters
from tests.builders import a_record, a_user

Working = Callable[..., None]


def told(store: Store) -> list[Any]:
    with store.read() as conn:
        return [tuple(row) for row in conn.execute(sa.select(notice.c.user_id, notice.c.module))]


@pytest.fixture
def remind(store: Store, work: Working) -> Callable[[], None]:
    def run() -> None:
        with store.write() as conn:
            enqueue(conn, reminding.KIND)
        work([*reminding.KINDS, *notice_letters.KINDS], subscribers=notice_letters.SUBSCRIBERS)

    return run


def at(minutes: int) -> str:
    return (datetime.now(UTC) + timedelta(minutes=minutes)).isoformat()


def test_owners_and_who_is_invited_are_told_once_and_in_time(
    store: Store, crm: Catalog, remind: Callable[[], None]
) -> None:
    rep, guest = a_user(store, crm, "rep", "sales_rep"), a_user(store, crm, "guest", "sales_rep")
    lee = a_record(store, crm, "contact", last_name="이")
    ties = [{"module": "user", "id": str(guest.id)}, {"module": "contact", "id": str(lee.id)}]
    a_record(store, crm, "meeting", name="회의", held_on={"start": at(14), "end": at(60)}, owner=str(rep.id),
             invitees=ties)  # fmt: skip
    for minutes, more in ((14, {"status": "held"}), (40, {}), (10, {"reminder": None})):
        a_record(store, crm, "call", name="통화", start=at(minutes), owner=str(rep.id), **more)
    for _ in range(2):
        with store.write() as conn:
            keep(conn, reminding.LAST, (datetime.now(UTC) - timedelta(minutes=30)).isoformat())
        remind()
    found = told(store)
    assert sorted(found, key=str) == sorted([(rep.id, "meeting"), (guest.id, "meeting")], key=str)


def test_what_is_due_on_a_day_is_told_in_its_morning_on_the_clock_of_the_site(crm: Catalog) -> None:
    day = datetime(2026, 11, 21, tzinfo=UTC)
    assert reminding.moment(crm, day.date()) == datetime(2026, 11, 21, 0, 0, tzinfo=UTC)  # nine in Seoul
    assert reminding.moment(crm, day) == day
    assert reminding.moment(crm, Period(day, day + timedelta(days=1), True)) == datetime(2026, 11, 21, tzinfo=UTC)


def test_whoever_wants_it_has_a_letter_too_once(
    store: Store, crm: Catalog, remind: Callable[[], None], surroundings: Surroundings
) -> None:
    with store.write() as conn:
        raw = {"username": "rep", "last_name": "박", "email": "rep@example.com"}
        rep = create_user(conn, crm, SYSTEM, raw, roles=("sales_rep",))
        preferences.put(conn, rep, preferences.BELL, {"mail": ["due"]})
    a_record(store, crm, "call", name="한빛전자와 통화", start=at(10), owner=str(rep))
    for _ in range(2):
        with store.write() as conn:
            keep(conn, reminding.LAST, (datetime.now(UTC) - timedelta(minutes=30)).isoformat())
        remind()
    with store.read() as conn:
        (one,) = mail.mails(conn)
    assert one.recipients == "rep@example.com"
    assert "한빛전자와 통화: " in one.subject and one.subject.endswith("뒤에 시작합니다.")
