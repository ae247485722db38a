"""The log says what happened, on lines that nobody forges, and nothing that is secret."""

from __future__ import annotations

import io
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import structlog
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import Client

from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import Refused, say
from hanok.engine.jobs import Kind, Surroundings, Work, Worker, enqueue, kinds_of
from hanok.engine.jobs.queue import job_of
from hanok.engine.store import Store
from hanok.web import logs
from hanok.web.doors import door
from hanok.web.frame import install
from hanok.web.tracing import Tracing
from tests.builders import TYPES

OURS = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def app(app: Flask) -> Flask:
    """The trial pages, and two more."""

    @app.get("/company/later")
    @door("home")
    def later() -> str:
        return str(g.live.write(lambda conn, _: enqueue(conn, "trial", actor=g.actor)))

    @app.get("/anew/<token>")
    @door("home")
    def anew(token: str) -> str:
        return "opened"

    return app


@pytest.fixture
def loggers() -> Iterator[None]:
    """Puts back what `configure` changes."""
    root, levels = logging.getLogger(), {name: logging.getLogger(name).level for name in (*logs.QUIET, "")}
    handlers = list(root.handlers)
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def written(loggers: None) -> io.StringIO:
    """The log in JSON from the level info."""
    stream = io.StringIO()
    logs.configure({"log": "json"}, stream=stream)
    return stream


@pytest.fixture
def lines(written: io.StringIO) -> Lines:
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.fixture
def text(loggers: None) -> io.StringIO:
    stream = io.StringIO()
    logs.configure({"log": "text"}, stream=stream)
    return stream


# -- lines ---------------------------------------------------------------------------------------------------------
def test_a_line_says_when_how_urgent_what_and_who_of_our_own_and_of_others(lines: Lines) -> None:
    structlog.get_logger("hanok.there").warning("away", facts={"count": 3})
    logging.getLogger("waitress").error("it said %s", "no")
    own, other = lines()
    assert (own["level"], own["event"], own["logger"], own["facts"]) == ("warning", "away", "hanok.there", {"count": 3})
    assert (other["level"], other["event"], other["logger"]) == ("error", "it said no", "waitress")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", own["timestamp"])


def test_text_is_one_line_an_event_that_a_person_reads(text: io.StringIO) -> None:
    structlog.get_logger("hanok.there").info("it went", name="two words", count=3, nothing=None)
    line = text.getvalue()
    assert re.fullmatch(r'\S+Z info    it went count=3 name="two words" \[hanok\.there\]\n', line)


def test_the_level_leaves_out_what_is_less_urgent_and_statements_are_never_told(loggers: None) -> None:
    stream = io.StringIO()
    logs.configure({"log_level": "warning"}, stream=stream)
    structlog.get_logger("hanok").info("no")
    assert not stream.getvalue()
    logs.configure({"log_level": "debug"}, stream=stream)
    structlog.get_logger("hanok").debug("yes")
    with sa.create_engine("sqlite://").connect() as conn:
        conn.execute(sa.select(sa.literal("a value of a record")))
    assert "yes" in stream.getvalue()
    assert "a value of a record" not in stream.getvalue()


@pytest.mark.parametrize("settings", [{"log": "xml"}, {"log_level": "loud"}])
def test_a_form_or_level_that_there_is_not_is_refused(settings: dict[str, str], loggers: None) -> None:
    with pytest.raises(Refused, match="one of"):
        logs.configure(settings)


@pytest.mark.parametrize("evil", ["a\n2026-01-01T00:00:00Z info forged", "\r\nforged", "\x1b[2J", "a\u2028b", "\ud800"])
def test_no_line_is_forged(evil: str, loggers: None) -> None:
    for form in logs.FORMS:
        stream = io.StringIO()
        logs.configure({"log": form}, stream=stream)
        structlog.get_logger("hanok").info("seen", name=evil, **{"inner": {"key": [evil]}})
        logging.getLogger("waitress").info("seen %s", evil)
        found = stream.getvalue()
        assert len(found.splitlines()) == 2, found
        assert found.isascii() and "\x1b" not in found


def test_a_trace_is_indented_and_holds_no_rows_and_no_variables(text: io.StringIO) -> None:
    secret = "hunter2"
    reason = sqlite3.IntegrityError(f"unique name\nDETAIL:  Key (password)=({secret}) is there.\nforged line")
    try:
        try:
            raise sa.exc.IntegrityError("INSERT INTO t VALUES (?)", (secret,), reason, hide_parameters=True)
        except sa.exc.IntegrityError as error:
            raise RuntimeError("it broke\n2026-01-01T00:00:00Z info forged") from error
    except RuntimeError as error:
        structlog.get_logger("hanok").error("failed", error=str(error.__cause__), exc_info=error)
    found = text.getvalue()
    assert "unique name" in found and "RuntimeError: it broke" in found and "direct cause" in found
    assert secret not in found
    assert [line for line in found.splitlines() if not line.startswith("    | ")] == [found.splitlines()[0]]


# -- requests ------------------------------------------------------------------------------------------------------
def test_each_request_has_a_line_without_its_query_and_an_id_that_goes_back(admin: FlaskClient, lines: Lines) -> None:
    answer = admin.get("/company?q=a+word+that+was+searched")
    (line,) = [each for each in lines() if each["event"] == "request"]
    assert OURS.fullmatch(answer.headers["X-Request-ID"])
    assert line["request"] == answer.headers["X-Request-ID"]
    assert (line["method"], line["path"], line["status"], line["module"]) == ("GET", "/company", 200, "company")
    assert (line["endpoint"], line["bytes"]) == ("show", len(answer.data))
    assert line["ms"] > 0 and len(line["actor"]) == 36
    assert "searched" not in str(lines())


def test_what_is_often_asked_by_machines_has_no_line(admin: FlaskClient, lines: Lines) -> None:
    for path in ("/static/js/keys.js", "/health", "/health/ready", "/metrics"):
        admin.get(path, buffered=True)
    assert not lines()


def test_the_number_of_a_failure_is_the_id_of_its_request(admin: FlaskClient, lines: Lines) -> None:
    answer = admin.get("/company/broken")
    fault, line = lines()
    number = answer.headers["X-Request-ID"]
    assert number in answer.text
    assert fault["event"] == f"fault {number}" and fault["request"] == line["request"] == number
    assert "the secret inside" in fault["exception"] and line["status"] == 500


def test_requests_do_not_take_over_ids_and_actors_of_others(admin: FlaskClient, app: Flask, lines: Lines) -> None:
    first = admin.get("/company").headers["X-Request-ID"]
    second = app.test_client().get("/login").headers["X-Request-ID"]
    one, two = lines()
    assert first != second and (one["request"], two["request"]) == (first, second)
    assert "actor" in one and "actor" not in two and "module" not in two
    assert not structlog.contextvars.get_contextvars()


def test_an_id_is_taken_from_proxies_that_are_trusted_and_from_nobody_else(
    site: Store, catalog: Catalog, stranger: FlaskClient
) -> None:
    behind = Flask("trial", static_folder=None)
    install(behind, Live(site, TYPES, catalog), {"secret_key": "for tests only", "proxies": 1})
    given = "0af76519-16cd-43dd-8448-eb211c80319c"
    assert stranger.get("/login", headers={"X-Request-ID": given}).headers["X-Request-ID"] != given
    proxied = behind.test_client()
    assert proxied.get("/login", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given
    for wrong in ("short", "x" * 65, "two words here", "한글한글한글한글", "a,b,c,d,e,f,g"):
        answer = proxied.get("/login", headers={"X-Request-ID": wrong})
        assert OURS.fullmatch(answer.headers["X-Request-ID"]), wrong


def test_parts_of_an_address_that_open_something_are_not_told(admin: FlaskClient, lines: Lines) -> None:
    admin.get("/anew/a-secret-that-opens")
    assert [each["path"] for each in lines()] == ["/anew/…"]


def test_an_answer_of_unknown_length_is_counted_when_it_has_gone_out(lines: Lines) -> None:
    closed = []

    class Streamed:
        def __iter__(self) -> Iterator[bytes]:
            yield from (b"abc", b"de")

        def close(self) -> None:
            closed.append(len(lines()))

    def inner(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return Streamed()

    traced = Tracing(inner, trusted=False)
    assert Client(traced).get("/", buffered=True).data == b"abcde"
    started = traced({"REQUEST_METHOD": "GET", "PATH_INFO": "/begun"}, lambda *_: None)
    started.close()  # type: ignore[attr-defined]  # a browser that went before the first byte
    assert closed == [0, 1]
    assert [(each["path"], each["bytes"]) for each in lines()] == [("/", 5), ("/begun", 0)]


def test_what_fails_behind_the_pages_has_its_line_too(lines: Lines) -> None:
    def inner(environ: Any, start_response: Any) -> Any:
        raise OSError("away")

    with pytest.raises(OSError, match="away"):
        Client(Tracing(inner, trusted=False)).get("/")
    (line,) = lines()
    assert line["status"] == 500


# -- jobs ----------------------------------------------------------------------------------------------------------
def test_a_job_goes_by_the_id_of_the_request_that_asked_for_it(
    site: Store, catalog: Catalog, admin: FlaskClient, lines: Lines, tmp_path: Path
) -> None:
    def run(work: Work) -> None:
        structlog.get_logger("hanok.trial").info("at work")
        raise ValueError("broken")

    answer = admin.get("/company/later")
    number = answer.headers["X-Request-ID"]
    kinds = kinds_of([Kind("trial", say("Trial"), run, attempts=1)])
    Worker(Surroundings(Live(site, TYPES, catalog), tmp_path), kinds).run_until_idle()
    with site.read() as conn:
        assert job_of(conn, UUID(answer.text)).request == number
    at_work, failed = [each for each in lines() if "job" in each]
    assert (at_work["event"], failed["event"]) == ("at work", "job failed")
    for line in (at_work, failed):
        assert (line["request"], line["job"], line["kind"]) == (number, answer.text, "trial")
    assert "ValueError: broken" in failed["exception"]
