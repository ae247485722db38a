"""The address of webhooks: what it answers to whom."""

from __future__ import annotations

import time
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient

from hanok.engine.automation.signing import signature
from hanok.engine.store import Store
from hanok.portal.hooks import PACE
from hanok.web.pace import Pace
from tests.automation.triggering import runs_of

SENT = {"customer": {"name": "김하나", "email": "hana@example.com"}}


def send(stranger: FlaskClient, secret: str, said: Any = SENT, **headers: str) -> Any:
    body = said if isinstance(said, bytes) else orjson.dumps(said)
    signed = {"Hanok-Signature": signature(secret, body, int(time.time())), **headers}
    return stranger.post("/hooks/shop", data=body, content_type="application/json", headers=signed)


def test_a_signed_request_is_answered_with_its_run(stranger: FlaskClient, store: Store, secret: str) -> None:
    answer = send(stranger, secret)
    (row,) = runs_of(store, "shop")
    assert (answer.status_code, answer.json) == (202, {"run": str(row["id"])})


def test_what_is_wrong_is_said(stranger: FlaskClient, store: Store, secret: str) -> None:
    unsigned = stranger.post("/hooks/shop", json=SENT)
    assert (unsigned.status_code, unsigned.json["code"]) == (401, "unsigned")
    assert send(stranger, secret, b"{").status_code == 400
    empty = send(stranger, secret, {"customer": {"email": "hana@example.com"}})
    assert (empty.status_code, list(empty.json["fields"])) == (422, ["name"])
    assert stranger.post("/hooks/nothing", json=SENT).status_code == 404
    assert stranger.get("/hooks/shop").status_code in (302, 404, 405)
    assert send(stranger, secret, {"customer": {"name": "x" * 300_000}}).status_code == 413
    assert runs_of(store, "shop") == []


def test_what_was_taken_is_answered_with_the_run_that_it_began(
    stranger: FlaskClient, store: Store, secret: str
) -> None:
    first = send(stranger, secret, **{"Idempotency-Key": "1"})
    again = send(stranger, secret, **{"Idempotency-Key": "1"})
    assert (again.status_code, again.json["code"], again.json["run"]) == (409, "again", first.json["run"])
    assert len(runs_of(store, "shop")) == 1


def test_who_floods_a_webhook_stops_nobody_else(app: Flask, stranger: FlaskClient, store: Store, secret: str) -> None:
    app.extensions[PACE] = Pace(3)
    flood = [stranger.post("/hooks/shop", json=SENT, environ_base={"REMOTE_ADDR": "198.51.100.7"}) for _ in range(5)]
    assert [one.status_code for one in flood] == [401] * 3 + [429] * 2
    assert send(stranger, secret).status_code == 202 and len(runs_of(store, "shop")) == 1
