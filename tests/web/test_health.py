"""Whether a site can be served is said quickly, whatever hangs, and to anybody."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import Store, open_store
from hanok.engine.store.blobs import open_blobs
from hanok.web import health
from hanok.web.frame import install
from hanok.web.health import Health, is_ready
from hanok.web.timely import Timely
from tests.builders import TYPES

GOOD = {"database": "ok", "schema": "ok", "revision": "ok", "files": "ok"}


def client_of(store: Store, catalog: Catalog, **settings: object) -> FlaskClient:
    made = Flask("trial", static_folder=None)
    install(made, Live(store, TYPES, catalog), {"secret_key": "for tests only", **settings})
    return made.test_client()


@contextmanager
def silent_server() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield int(listening.getsockname()[1])


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Store]:
    """A database that is not there."""
    found = open_store(f"sqlite:///{tmp_path}/no-such-folder/hanok.db")
    yield found
    found.dispose()


# -- alive ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_process_says_that_it_lives_without_database_session_or_secret(
    away: Store, catalog: Catalog, method: str
) -> None:
    answer = client_of(away, catalog).open(
        "/health", method=method, headers={"Cookie": "hanok_session=anything"}
    )
    assert answer.status_code == 200
    assert answer.data == (b'{"status":"ok"}' if method == "GET" else b"")
    assert "Set-Cookie" not in answer.headers and answer.headers["Cache-Control"] == "no-store"


def test_nothing_is_sent_to_these_addresses(stranger: FlaskClient) -> None:
    for path in ("/health", "/health/ready"):
        answer = stranger.post(path)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert stranger.get("/health/other").status_code in (302, 404)


# -- ready ---------------------------------------------------------------------------------------------------------
def test_a_site_in_order_is_ready(site: Store, catalog: Catalog, tmp_path: Path) -> None:
    client = client_of(site, catalog, files=str(tmp_path / "files" / "not-there-yet"))
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json == {"status": "ready", "checks": GOOD}
    assert client.head("/health/ready").status_code == 200


def test_without_a_database_it_is_not(away: Store, catalog: Catalog) -> None:
    answer = client_of(away, catalog).get("/health/ready")
    assert answer.status_code == 503
    assert answer.json
    assert answer.json["checks"] == {**GOOD, "database": "failed", "schema": "unknown", "revision": "unknown"}
    assert "folder" not in answer.text


def test_system_tables_of_another_version_are_not_served(empty_database: str, catalog: Catalog) -> None:
    store = open_store(empty_database)
    found = client_of(store, catalog).get("/health/ready")
    store.dispose()
    assert found.status_code == 503
    assert found.json and found.json["checks"] == {**GOOD, "schema": "failed", "revision": "unknown"}


def test_who_does_not_follow_a_new_revision_is_not_ready_after_a_while(
    site: Store, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(site, replace(catalog, revision=7))
    assert client.get("/health/ready").status_code == 200, "it has a moment to compile"
    monkeypatch.setattr(health, "BEHIND", 0.0)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json and answer.json["checks"] == {**GOOD, "revision": "failed"}


def test_a_folder_that_takes_no_files_is_told(site: Store, catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("in the way")
    for root, good in ((tmp_path, True), (tmp_path / "a-file", False), (tmp_path / "a-file" / "below", False)):
        checks = Health(Live(site, TYPES, catalog), open_blobs(str(root))).checks()
        assert is_ready(checks) is good, root


def test_why_stands_in_the_log_once_and_what_is_well_again_too(
    site: Store, catalog: Catalog, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    looked = Health(Live(site, TYPES, catalog), open_blobs(str(tmp_path / "files")))
    looked.checks()
    assert not capsys.readouterr().out
    (tmp_path / "files").write_text("in the way")
    looked.checks()
    looked.checks()
    assert capsys.readouterr().out.count("not ready") == 1
    (tmp_path / "files").unlink()
    looked.checks()
    assert capsys.readouterr().out.count("ready again") == 1


# -- in time -------------------------------------------------------------------------------------------------------
def test_a_database_that_hangs_is_not_waited_for(catalog: Catalog) -> None:
    with silent_server() as port:
        store = open_store(f"postgresql://nobody@127.0.0.1:{port}/none")
        client = client_of(store, catalog)
        began = time.monotonic()
        assert client.get("/health/ready").status_code == 503
        assert client.get("/health").status_code == 200
        assert time.monotonic() - began < 3
    store.dispose()


def test_many_who_ask_at_once_are_one_question() -> None:
    asked, going = [], Event()

    def work() -> str:
        asked.append(1)
        going.wait(10)
        return "answer"

    timely = Timely(work, seconds=10)
    got: list[str] = []
    threads = [Thread(target=lambda: got.append(timely.ask())) for _ in range(8)]
    for thread in threads:
        thread.start()
    with pytest.raises(TimeoutError):
        timely.ask(0)
    going.set()
    for thread in threads:
        thread.join()
    assert set(got) == {"answer"} and len(asked) < len(got)
    assert timely.ask() == "answer"


def test_what_goes_wrong_goes_to_whoever_asks() -> None:
    def work() -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, OSError("away"))

    with pytest.raises(sa.exc.OperationalError):
        Timely(work, seconds=1).ask()


