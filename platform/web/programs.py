"""Programs: what comes to /api with a token, and how it is told what is wrong.

A token stands in the header `Authorization: Bearer hnk_…` and nowhere else. Cookies mean nothing there, so no other
site can have a browser send anything, and forms' tokens are not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from flask import Response, g, request

from hanok.engine.accounts.addresses import Known, allows
from hanok.engine.accounts.networks import network_of
from hanok.engine.accounts.sessions import session_key
from hanok.engine.accounts.token_list import Uses
from hanok.engine.accounts.tokens import Program, program_of
from hanok.engine.errors import HanokError, Invalid, Message, say
from hanok.web.i18n import translate
from hanok.web.pace import Pace
from hanok.web.visit import connection

BLUEPRINT, ROOT = "api", "/api"
#: JSON:API 1.1, https://jsonapi.org/format/
JSON_API = "application/vnd.api+json"
#: Wrong tokens from one address within a quarter of an hour.
MOST_WRONG, WINDOW = 30, 900
NO_TOKEN = say("Send a token of your account in the header Authorization: Bearer hnk_…")
WRONG = say("This token does not work: it is wrong, was revoked, has expired, or its user may not log in.")
NOT_FROM_HERE = say("This token may not be used from this address ({address}).")
SLOWER = say("Too many requests. Seconds to wait: {seconds}.")


class Unknown(HanokError):
    """Nobody is known by what a program sent."""

    code = "unauthorized"
    status = 401


class TooFast(HanokError):
    """A program, or an address with wrong tokens, comes too often."""

    code = "too_many_requests"
    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(say(SLOWER.text, seconds=seconds))
        self.seconds = seconds


class Unreadable(HanokError):
    """A request that is no JSON:API, or asks for what there is not."""

    code = "bad_request"
    status = 400


def is_for_programs() -> bool:
    """Whether this request came to the door of programs, whatever is behind it."""
    return request.path == ROOT or request.path.startswith(ROOT + "/")


@dataclass(frozen=True, slots=True)
class Gate:
    """What tells who a program is: `pace` counts the requests of each token, `wrong` the wrong ones of an address."""

    known: Known
    uses: Uses
    pace: Pace
    wrong: Pace

    def enter(self) -> Program | HanokError:
        """Who comes with this request, or why nobody does."""
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        here = request.remote_addr or ""
        if kind.lower() != "bearer" or not text.strip():
            return Unknown(NO_TOKEN)
        network, text = network_of(here), text.strip()
        if self.wrong.wait(network) and not self.pace.knows(session_key(text)):
            return TooFast(self.wrong.wait(network) or 1)
        found = program_of(connection(), g.catalog, text)
        if found is None:
            self.wrong.take(network)
            return Unknown(WRONG)
        if not allows(self.known.of(connection(), found.rules), found.actor.roles, here):
            return Unknown(say(NOT_FROM_HERE.text, address=here))
        seconds = self.pace.take(found.key)
        if seconds:
            return TooFast(seconds)
        self.uses.note(found, here, now=datetime.now(UTC))
        return found


# -- what is wrong, as JSON:API says it --------------------------------------------------------------------------------
def as_json(failure: HanokError) -> Response:
    """A failure as a document of errors, in the language of whoever asks."""
    errors = [_error(failure.status, failure.code, failure.message)]
    if isinstance(failure, Invalid) and failure.errors:
        errors = [_error(failure.status, failure.code, said, pointer=_pointer(key))
                  for key, found in failure.errors.items() for said in found]  # fmt: skip
    answer = said_as_json(failure.status, errors)
    if failure.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="hanok"'
    if isinstance(failure, TooFast):
        answer.headers["Retry-After"] = str(failure.seconds)
    return answer


def plain_error(status: int, message: Message, *, number: str = "") -> Response:
    """The same for what failed without a word of ours; `number` is what to name when asking for help."""
    return said_as_json(status, [_error(status, "", message, number=number)])


def said_as_json(status: int, errors: Sequence[Mapping[str, Any]]) -> Response:
    """A document of errors."""
    return Response(orjson.dumps({"errors": list(errors)}), status, content_type=JSON_API)


def _error(
    status: int, code: str, message: Message, *, pointer: str = "", number: str = ""
) -> dict[str, Any]:
    found: dict[str, Any] = {"status": str(status), "detail": translate(message, g.get("language", "en"))}
    if code:
        found["code"] = code
    if pointer:
        found["source"] = {"pointer": pointer}
    if number:
        found["id"] = number
    return found


def _pointer(key: str) -> str:
    """Where in the document the value stands; links stand apart."""
    if not key:
        return "/data"
    module = g.catalog.modules.get((request.view_args or {}).get("module", "")) if "catalog" in g else None
    field = module.fields.get(key.partition(".")[0]) if module else None
    return f"/data/{'relationships' if field is not None and field.targets else 'attributes'}/{key.replace('.', '/')}"
