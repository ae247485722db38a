"""Runs that ended long ago are forgotten; those that live stay, however long they wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from hanok.engine.automation import forgetting
from hanok.engine.jobs import enqueue
from hanok.engine.store.automation_tables import run, run_step, workflow_version
from tests.automation.conftest import Opening

WAITS = """
label: {en: Waits}
module: company
trigger: {event: created}
when: {size: {gt: 0}}
do: [{wait: {until: $record.founded}}]
"""


def as_if(conn: sa.Connection, moment: datetime) -> None:
    """As if all of it had been then."""
    conn.execute(run.update().values(created_at=moment))
    conn.execute(run.update().where(run.c.ended_at.is_not(None)).values(ended_at=moment))


def test_what_ended_long_ago_goes_with_its_trace(open_site: Opening) -> None:
    site = open_site({"w": WAITS}, None, kinds=forgetting.KINDS)
    long_ago = datetime.now(UTC) - timedelta(days=20)
    for name, size in (("done", 1), ("skipped", 0)):
        site.make("company", name=name, size=size)
    site.make("company", name="waits", size=1, founded="2099-01-01")
    site.work()
    with site.store.write() as conn:
        as_if(conn, long_ago)
        enqueue(conn, forgetting.KEY)

    site.work()
    assert sorted((one.title, one.state) for one in site.runs()) == [("done", "done"), ("waits", "waiting")]

    with site.store.write() as conn:
        older = long_ago - timedelta(days=200)
        as_if(conn, older)
        conn.execute(workflow_version.insert().values(hash="x", workflow="w", document={}, at=older))
        enqueue(conn, forgetting.KEY)
    site.work()

    assert [one.title for one in site.runs()] == ["waits"]
    with site.store.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(workflow_version)) == 1
        assert {str(id) for id in conn.scalars(sa.select(run_step.c.run))} == {str(site.runs()[0].id)}
