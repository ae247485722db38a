"""A visit leaves its lines in the log of a served site, and nothing that anybody could use."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.acceptance.visitor import Visitor
from tests.served import PASSWORD, Served, new_site, serving

WRONG = "not-the-password-77"
SEARCHED, NAMED, TYPED = "sought-word", "secretive-company", "words-of-nobody"


@pytest.fixture(params=["json"])
def running(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Served with everything that a log can have."""
    folder = tmp_path / "site"
    new_site(folder)
    monkeypatch.setenv("HANOK_LOG", request.param)
    monkeypatch.setenv("HANOK_LOG_LEVEL", "debug")
    monkeypatch.setenv("HANOK_METRICS", "0123456789abcdef-a-token")
    with serving(folder) as found:
        yield found


@pytest.mark.parametrize("running", ["json", "text"], indirect=True)
def test_a_visit_tells_no_secret(running: Served) -> None:
    visitor = Visitor(running.address)
    assert visitor.post("/login", {"username": "admin", "password": WRONG}).status == 403
    visitor.log_in()
    tokens = [visitor.token()]
    visitor.create("account", name=NAMED, description=TYPED)
    assert visitor.get(f"/account?q={SEARCHED}").status == 200
    assert visitor.get(f"/search?q={SEARCHED}").status in (200, 404)
    assert visitor.post("/account/new", {"name": NAMED, "csrf_token": "forged-token"}, token=False).status == 400
    visitor.get("/metrics", Authorization="Bearer 0123456789abcdef-a-token")
    visitor.get("/metrics", Authorization="Bearer 0123456789abcdef-another")
    visitor.get("/nowhere\nforged line", Cookie="hanok_session=a-made-up-session")
    raw(running, b"GET /\xff\xfe%0a%0dforged HTTP/1.1\r\nHost: x\r\nUser-Agent: an-agent-of-mine\r\n\r\n")
    raw(running, b"GIBBERISH\r\n\r\n")
    said = (running.site / "serve.log").read_text()
    secrets = [PASSWORD, WRONG, SEARCHED, NAMED, TYPED, "forged-token", "0123456789abcdef", "a-made-up-session",
               "an-agent-of-mine", *tokens, visitor.jar["hanok_session"], visitor.jar["hanok_form"]]  # fmt: skip
    assert all(len(secret) > 7 for secret in secrets)
    assert not [secret for secret in secrets if secret in said]
    assert said.count("/login") >= 3
    assert not [line for line in said.splitlines() if line.lstrip().startswith("forged")]


def test_every_line_of_a_json_log_is_an_object(running: Served) -> None:
    visitor = Visitor(running.address).log_in()
    visitor.get("/account?q=x\n")
    said = (running.site / "serve.log").read_text().splitlines()
    lines: list[dict[str, Any]] = [json.loads(line) for line in said if not line.startswith("Hanok serves")]
    assert {"timestamp", "level", "event", "logger"} <= set.intersection(*(set(line) for line in lines))
    (entered,) = [line for line in lines if line.get("path") == "/login" and line.get("status") == 303]
    seen = [line for line in lines if line.get("path") == "/account"]
    assert seen and all(line["actor"] and line["module"] == "account" for line in seen)
    assert len({line["request"] for line in (entered, *seen)}) == 1 + len(seen)


def raw(running: Served, sent: bytes) -> None:
    """What no browser sends."""
    place = urlsplit(running.address)
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=10) as asked:
        asked.sendall(sent)
        assert asked.recv(100)
