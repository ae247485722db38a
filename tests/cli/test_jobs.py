"""`hanok jobs` and `hanok status`: what an operator sees of the queue, and what they do about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from hanok.app import SCHEDULES
from hanok.cli import hanok
from hanok.engine.jobs import enqueue
from hanok.engine.jobs.queue import job_of
from hanok.engine.jobs.schedules import keep_schedules
from hanok.engine.store import Store, open_store
from hanok.engine.store.job_tables import job, worker
from tests.served import new_site

Asking = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("jobs") / "site"
    new_site(made)
    return made


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    """The site's database without jobs, workers and schedules."""
    found = open_store(f"sqlite:///{folder}/hanok.db")
    with found.write() as conn:
        conn.execute(job.delete())
        conn.execute(worker.delete())
        keep_schedules(conn, [], zone="UTC")
    yield found
    found.dispose()


@pytest.fixture
def ask(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Runs a command on the site."""
    monkeypatch.setenv("HANOK_LANGUAGE", "en")
    return lambda *words: CliRunner().invoke(hanok, ["--site", str(folder), *map(str, words)])


@pytest.fixture
def put(store: Store) -> Callable[..., UUID]:
    """Puts a job into the queue and, on demand, into another state."""

    def made(kind: str = "trial", *, state: str = "waiting", **options: Any) -> UUID:
        with store.write() as conn:
            id = enqueue(conn, kind, **options)
            if state != "waiting":
                ended = None if state == "running" else datetime.now(UTC)
                conn.execute(job.update().where(job.c.id == id).values(state=state, ended_at=ended))
        return id

    return made


def state_of(store: Store, id: UUID) -> str:
    with store.read() as conn:
        return job_of(conn, id).state


# -- looking -------------------------------------------------------------------------------------------------------
def test_what_runs_waits_or_failed_is_shown(ask: Asking, put: Callable[..., UUID]) -> None:
    ids = {state: put(state=state) for state in ("done", "failed", "waiting", "running", "cancelled")}
    shown = [line.split()[:3] for line in ask("jobs").output.splitlines()]
    assert shown == [[str(ids[state]), state, "trial"] for state in ("running", "waiting", "failed")]
    assert ask("jobs", "list", "--state", "done").output.startswith(f"{ids['done']} done")


def test_a_script_reads_them_as_json(ask: Asking, put: Callable[..., UUID]) -> None:
    id = put("other", state="failed")
    put("trial", state="failed")
    (found,) = json.loads(ask("jobs", "list", "--state", "failed", "--kind", "other", "--json").output)
    assert (found["id"], found["kind"], found["state"], found["title"]) == (str(id), "other", "failed", "")
    assert found["due"].endswith("Z")
    assert json.loads(ask("jobs", "list", "--kind", "none", "--json").output) == []


def test_that_there_are_more_is_said(ask: Asking, put: Callable[..., UUID]) -> None:
    for _ in range(3):
        put()
    found = ask("jobs", "list", "--limit", "2")
    assert len(found.stdout.splitlines()) == 2
    assert "more" in found.stderr


# -- acting --------------------------------------------------------------------------------------------------------
def test_dead_letters_get_another_try(ask: Asking, put: Callable[..., UUID], store: Store) -> None:
    one, two, three = put(state="failed"), put(state="cancelled"), put("other", state="failed")
    assert ask("jobs", "retry", one, two).exit_code == 0
    assert [state_of(store, id) for id in (one, two, three)] == ["waiting", "waiting", "failed"]
    done = put(state="done")
    refused = ask("jobs", "retry", done, three)
    assert refused.exit_code == 1 and f"{done}: This job is done" in refused.stderr
    assert state_of(store, three) == "waiting", "what can be tried again is"


def test_all_of_them_or_all_of_a_kind(ask: Asking, put: Callable[..., UUID], store: Store) -> None:
    ids = [put("one", state="failed"), put("other", state="failed"), put("other", state="failed")]
    assert "2" in ask("jobs", "retry", "--all", "--kind", "other").output
    assert [state_of(store, id) for id in ids] == ["failed", "waiting", "waiting"]
    assert "1" in ask("jobs", "retry", "--all").output
    assert state_of(store, ids[0]) == "waiting"


def test_what_waits_already_is_not_asked_for_twice(ask: Asking, put: Callable[..., UUID], store: Store) -> None:
    failed = put(state="failed", unique="the same")
    put(unique="the same")
    found = ask("jobs", "retry", "--all")
    assert (found.exit_code, state_of(store, failed)) == (0, "failed")
    assert "waits already: 1" in found.stderr


def test_jobs_are_cancelled(ask: Asking, put: Callable[..., UUID], store: Store) -> None:
    waiting, running, done = put(), put(state="running"), put(state="done")
    assert ask("jobs", "cancel", waiting, running).exit_code == 0
    assert state_of(store, waiting) == "cancelled"
    with store.read() as conn:
        assert job_of(conn, running).cancel_asked
    assert ask("jobs", "cancel", done).exit_code == 1


def test_what_comes_by_the_clock_is_run_now(ask: Asking, store: Store) -> None:
    assert ask("jobs", "run", "jobs.forget").exit_code == 1
    with store.write() as conn:
        keep_schedules(conn, SCHEDULES, zone="UTC")
    found = ask("jobs", "run", "jobs.forget")
    assert found.exit_code == 0
    with store.read() as conn:
        assert job_of(conn, UUID(found.output.strip())).kind == "jobs.forget"
    assert ask("jobs", "run", "jobs.forget").output == found.output, "it is that one while it waits"
    refused = ask("jobs", "run", "jobs.forgot")
    assert refused.exit_code == 1 and "jobs.forget" in refused.stderr


@pytest.mark.parametrize(
    "words",
    [("retry",), ("retry", "--kind", "one"), ("retry", "--all", "01a20167-1708-7423-af63-b8655d91fc7d"),
     ("retry", "no-id"), ("cancel",), ("list", "--state", "odd"), ("list", "--limit", "0"), ("run",), ("frobnicate",)],
)  # fmt: skip
def test_wrong_usage_ends_with_two(ask: Asking, words: tuple[str, ...], store: Store) -> None:
    assert ask("jobs", *words).exit_code == 2


# -- status --------------------------------------------------------------------------------------------------------
def test_status_says_how_the_queue_stands(ask: Asking, put: Callable[..., UUID], store: Store) -> None:
    put()
    put(due=datetime.now(UTC) + timedelta(hours=1))
    put(state="failed")
    found = json.loads(ask("status", "--json").output)
    assert {name: found["jobs"][name] for name in ("due", "later", "running", "failed")} == {
        "due": 1, "later": 1, "running": 0, "failed": 1,
    }  # fmt: skip
    assert found["workers"] == {"alive": 0, "stale": 0}
    assert found["nobody_works"] is True
    assert found["database"]["kind"] == "sqlite" and found["database"]["bytes"] > 100_000
    assert "nobody does it. Run: hanok worker" in ask("status").output


def test_a_worker_that_lives_is_somebody(ask: Asking, put: Callable[..., UUID], store: Store) -> None:
    put()
    with store.write() as conn:
        for number, age in enumerate((0, 600), start=1):
            seen = datetime.now(UTC) - timedelta(seconds=age)
            conn.execute(worker.insert().values(id=UUID(int=number), host="here", pid=1, threads=1, code_version="1",
                                                started=seen, seen=seen, ran=0))  # fmt: skip
    found = json.loads(ask("status", "--json").output)
    assert found["workers"] == {"alive": 1, "stale": 1}
    assert found["nobody_works"] is False
    assert "nobody does it" not in ask("status").output
