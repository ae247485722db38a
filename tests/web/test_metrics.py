"""Figures for Prometheus: who may read them, what they say, and that their names are bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import Refused, say
from hanok.engine.jobs import Kind, Surroundings, Work, Worker, enqueue, kinds_of, outbox
from hanok.engine.jobs.figures import figures
from hanok.engine.store import Store, new_id
from hanok.engine.store.job_tables import job, schedule
from hanok.web.frame import install
from hanok.web.watching import metrics_of
from tests.builders import TYPES

TOKEN = "0123456789abcdef"


def served(site: Store, catalog: Catalog, **settings: object) -> FlaskClient:
    made = Flask("trial", static_folder=None)
    install(made, Live(site, TYPES, catalog), {"secret_key": "for tests only", **settings})
    return made.test_client()


def read(text: str) -> dict[str, float]:
    """Every sample as Prometheus would read it: `hanok_jobs{state=due}`."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


# -- who may read them ---------------------------------------------------------------------------------------------
def test_they_are_closed_unless_somebody_opens_them(admin: FlaskClient) -> None:
    answer = admin.get("/metrics")
    assert answer.status_code == 404
    assert b"hanok_" not in answer.data


def test_local_opens_them_to_programs_of_this_machine_alone(site: Store, catalog: Catalog) -> None:
    client = served(site, catalog, metrics="local")

    def status(address: str, **headers: str) -> int:
        return client.get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers).status_code

    assert [status(address) for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "127.9.9.9")] == [200] * 4
    assert [status(address) for address in ("10.0.0.1", "192.168.0.9", "2001:db8::1", "", "localhost")] == [404] * 5
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        assert status("127.0.0.1", **{header: "127.0.0.1"}) == 404, header


@pytest.mark.parametrize("proxies", [0, 1])
def test_whoever_comes_through_a_proxy_is_not_local(site: Store, catalog: Catalog, proxies: int) -> None:
    from hanok.app import create_app

    client = create_app(Live(site, TYPES, catalog), {"metrics": "local", "proxies": proxies}).test_client()
    local = {"REMOTE_ADDR": "127.0.0.1"}
    assert client.get("/metrics", environ_base=local).status_code == 200
    for said in ("203.0.113.9", "127.0.0.1"):
        assert client.get("/metrics", environ_base=local, headers={"X-Forwarded-For": said}).status_code == 404


def test_a_token_opens_them_to_who_brings_it(site: Store, catalog: Catalog) -> None:
    client = served(site, catalog, metrics=TOKEN)
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    for wrong in ("", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", "Bearer é", "Bearer "):
        answer = client.get("/metrics", headers={"Authorization": wrong})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), wrong
        assert b"hanok_" not in answer.data


@pytest.mark.parametrize("opened", ["yes", "true", "Local", "short"])
def test_a_token_that_could_be_guessed_is_refused(site: Store, catalog: Catalog, opened: str) -> None:
    with pytest.raises(Refused, match="at least 16"):
        served(site, catalog, metrics=opened)


def test_they_are_nobodys_page(site: Store, catalog: Catalog) -> None:
    answer = served(site, catalog, metrics="local").get("/metrics")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_type.startswith("text/plain; version=")
    assert "Set-Cookie" not in answer.headers
    client = served(site, catalog, metrics="local")
    assert client.head("/metrics").status_code == 200 and not client.head("/metrics").data
    assert client.post("/metrics").status_code == 405


# -- what they say -------------------------------------------------------------------------------------------------
def test_requests_are_counted_by_route_and_never_by_address(site: Store, catalog: Catalog) -> None:
    client = served(site, catalog, metrics="local")
    for at in range(20):
        client.get(f"/nowhere-{at}/{at}")
        client.open(f"/login?x={at}", method=f"ODD{at}")
    client.get("/login")
    found = read(client.get("/metrics").text)
    assert found["hanok_requests_total{endpoint=/login,method=GET,status=2xx}"] == 1
    assert found["hanok_request_seconds_count{endpoint=/login}"] == 1
    assert sum(value for name, value in found.items() if name.startswith("hanok_requests_total")) == 41
    assert len([name for name in found if name.startswith("hanok_requests_total")]) <= 4
    assert not [name for name in found if "nowhere" in name or "ODD" in name or "_created" in name]


def test_two_applications_count_for_themselves(site: Store, catalog: Catalog) -> None:
    one, other = (served(site, catalog, metrics="local") for _ in range(2))
    one.get("/login")
    assert "endpoint=/login" in str(read(one.get("/metrics").text))
    assert "endpoint=/login" not in str(read(other.get("/metrics").text))


def test_runs_of_jobs_are_counted_by_kind_and_outcome(site: Store, catalog: Catalog, tmp_path: Path) -> None:
    def fail(work: Work) -> None:
        raise ValueError

    live = Live(site, TYPES, catalog)
    metrics = metrics_of(live)
    kinds = kinds_of([Kind("good", say("Good"), lambda work: None), Kind("bad", say("Bad"), fail, attempts=1)])
    with site.write() as conn:
        for kind in ("good", "good", "bad"):
            enqueue(conn, kind)
    Worker(Surroundings(live, tmp_path), kinds, told=(metrics.ran,)).run_until_idle()
    found = read(metrics.text().decode())
    assert found["hanok_job_runs_total{kind=good,outcome=done}"] == 2
    assert found["hanok_job_runs_total{kind=bad,outcome=failed}"] == 1
    assert found["hanok_job_seconds_count{kind=good}"] == found["hanok_job_wait_seconds_count{kind=good}"] == 2
    assert found["hanok_jobs{state=failed}"] == 1


def test_the_queue_stands_there_as_it_is(site: Store, catalog: Catalog) -> None:
    now = datetime.now(UTC)
    with site.write() as conn:
        before = figures(conn).outbox
        for priority in (1, 5, 9):
            enqueue(conn, "trial", priority=priority, due=now - timedelta(minutes=priority))
            enqueue(conn, "trial", priority=priority, due=now + timedelta(hours=1))
        outbox.tell(conn, "trial")
        conn.execute(schedule.insert(), [
            {"key": f"at-{late}", "kind": "trial", "label": {}, "cron": "0 0 * * *", "zone": "UTC", "payload": {},
             "missed": "last", "active": late != 300, "next": now - timedelta(seconds=late)} for late in (5, 200, 300)
        ])  # fmt: skip
    found = read(metrics_of(Live(site, TYPES, catalog)).text().decode())
    assert {name: found[f"hanok_jobs{{state={name}}}"] for name in ("due", "later", "running", "failed")} == {
        "due": 3, "later": 3, "running": 0, "failed": 0,
    }  # fmt: skip
    since = (datetime.now(UTC) - now).total_seconds()
    assert 9 * 60 <= found["hanok_jobs_oldest_due_seconds"] <= 9 * 60 + since
    assert found["hanok_outbox_events"] == before + 1
    assert (found["hanok_schedules_overdue"], found["hanok_database_up"]) == (1, 1)
    assert found["hanok_workers{state=alive}"] == 0
    assert found["hanok_mails{state=waiting}"] == 0


def test_figures_are_one_short_read_on_a_full_queue(store: Store) -> None:
    now = datetime.now(UTC)
    rows = [
        {"id": new_id(), "kind": "trial", "payload": {}, "state": "failed" if at % 2 else "waiting", "priority": 5,
         "due": now, "again": False, "tries": 0, "crashes": 0, "claims": 0, "cancel_asked": False, "done": 0,
         "created_at": now} for at in range(2000)
    ]  # fmt: skip
    with store.write() as conn:
        conn.execute(job.insert(), rows)
    said: list[str] = []
    sa.event.listen(store.engines[0], "before_cursor_execute", lambda *of: said.append(of[2]))
    with store.read() as conn:
        found = figures(conn)
    assert (found.due, found.failed) == (1000, 1000)
    assert len([each for each in said if "hanok_job" in each]) == 1
    assert len(said) <= 3  # what time it is, the figures, the revision


def test_without_a_database_that_alone_is_said(catalog: Catalog, site: Store, tmp_path: Path) -> None:
    from hanok.engine.store import open_store

    away = Live(open_store(f"sqlite:///{tmp_path}/no-such-folder/away.db"), TYPES, catalog)
    found = read(metrics_of(away).text().decode())
    assert found["hanok_database_up"] == 0
    assert not [name for name in found if name.startswith(("hanok_jobs", "hanok_mails"))]
    away.store.dispose()
