"""Webhooks: the address to which other systems send signed requests."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, make_response, request

from hanok.engine.accounts.networks import network_of
from hanok.engine.automation.signing import HEADER
from hanok.engine.automation.triggers.hooks import Again, Request, take
from hanok.engine.automation.triggers.incoming import Taken
from hanok.engine.errors import HanokError, Invalid
from hanok.portal.guarding import TooMany
from hanok.web.doors import ANYBODY, door
from hanok.web.i18n import translate
from hanok.web.pace import Pace
from hanok.web.proving import site_keys
from hanok.web.visit import write

LARGEST = 256 * 1024
#: Requests to one workflow from one network within a minute: who floods it with unsigned ones stops nobody else.
MOST, PACE = 600, "hanok.hooks"
KEY = "Idempotency-Key"


def add(to: Blueprint) -> None:
    to.add_url_rule("/hooks/<key>", "hook", receive, methods=["POST"])


@door("portal", who=ANYBODY)
def receive(key: str) -> Response:
    """Takes a request: 202 with the id of the run, else what was wrong with it."""
    request.max_content_length = LARGEST
    sent = Request(
        request.get_data(), request.headers.get(HEADER, "")[:300], request.headers.get(KEY, ""),
        request.remote_addr or "",
    )  # fmt: skip

    def effect(conn: Any, catalog: Any) -> Taken:
        return take(conn, catalog, site_keys(), key, sent)

    try:
        pace: Pace = current_app.extensions.setdefault(PACE, Pace(MOST))
        seconds = pace.take(f"{key} {network_of(sent.address)}")
        if seconds:
            raise TooMany(seconds)
        taken = write(effect)
    except HanokError as failure:
        return _refused(failure)
    return make_response(jsonify(run=str(taken.run) if taken.run else None), 202)


def _refused(failure: HanokError) -> Response:
    said: dict[str, Any] = {"error": translate(failure.message, g.language), "code": failure.code}
    if isinstance(failure, Invalid):
        fields = failure.errors.items()
        said["fields"] = {key: [translate(each, g.language) for each in found] for key, found in fields}
    if isinstance(failure, Again):
        said["run"] = str(failure.run) if failure.run else None
    answer = make_response(jsonify(said), failure.status)
    if isinstance(failure, TooMany):
        answer.headers["Retry-After"] = str(failure.seconds)
    return answer
