"""`webhook`: another system is called, at least once, under a key by which it knows a call that came before.

What is sent is made in a transaction, and sent after that. Secrets of the settings stand in it as their names and are
put in on the way out, so neither the trace nor a dry run has them.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from hanok.engine.automation.addresses import Forbidden, allowed
from hanok.engine.automation.calling import MOST_SENT, Answer, Call, Unanswered, address, call
from hanok.engine.automation.plain import filled_in, of_record
from hanok.engine.automation.signing import HEADER, signature
from hanok.engine.automation.steps.base import Doing, Facts, Retry, StepKind
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Message, Refused, say
from hanok.engine.expressions import Template
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.jobs.work import GiveUp
from hanok.engine.records.acting.looking import Words

#: `$secret.name` in an address or a header: a secret of the settings.
SECRET = re.compile(r"\$secret\.([a-z][a-z0-9_]*)")
#: What stands for a secret where it is shown.
HIDDEN = "•••"
#: Statuses that may pass, besides those of 500 and more.
PASSING = frozenset({408, 425, 429})
#: The wait before another try, and the longest that a receiver may ask for.
WAIT, LONGEST = timedelta(seconds=10), timedelta(hours=6)
#: Signs at the end of an answer that are no part of a secret yet.
CUT = 3
#: Characters of an answer that a message tells.
TOLD = 200
#: A text in pieces: written ones, and names of secrets.
Pieces = list[Any]


def prepare(doing: Doing, step: Step) -> Facts:
    """The request as plain JSON. Raises Refused where it could never be sent."""
    data = step.data
    body = _body(doing, data)
    if len(body.encode()) > MOST_SENT:
        raise Refused(say("At most {most} kB are sent to another system.", most=MOST_SENT // 1024))
    url = _address(doing.words, data["url"])
    if all(isinstance(piece, str) for piece in url):
        _checked("".join(url))
    headers = {name: list(_pieces(doing.words, text)) for name, text in data.get("headers", {}).items()}
    return {"method": _method(data), "url": url, "headers": headers, "body": body}


def _method(data: Mapping[str, Any]) -> str:
    return str(data.get("method", "POST"))


def _body(doing: Doing, data: Mapping[str, Any]) -> str:
    """What is sent: the document that is written, else the record; nothing by GET and DELETE unless it is written."""
    if "body" not in data and _method(data) in ("GET", "DELETE"):
        return ""
    subject = doing.running.subject
    record = of_record(doing.words, subject) if subject is not None else {}
    found = filled_in(doing.words, data["body"]) if "body" in data else record
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _address(words: Words, written: str) -> Pieces:
    """The address: what a value brings is quoted, unless the address begins with it."""
    found: Pieces = []
    for piece, plain in _texts(words, written):
        found.append(piece if plain or not found else {"quoted": piece})
    return [quote(one["quoted"], safe="") if isinstance(one, dict) and "quoted" in one else one for one in found]


def _pieces(words: Words, written: str) -> Iterator[Any]:
    """A header, piece by piece, with nothing in it that would begin another one."""
    for piece, _ in _texts(words, written):
        yield "".join(sign for sign in piece if sign.isprintable()) if isinstance(piece, str) else piece


def _texts(words: Words, written: str) -> Iterator[tuple[Any, bool]]:
    """The pieces of a template, each with whether it was written: secrets are found only in what was."""
    template = Template(written)
    for text, plain in template.pieces(words.place(template.reads)):
        if not plain:
            yield text, False
            continue
        for at, piece in enumerate(SECRET.split(text)):
            if at % 2:
                yield {"secret": piece}, True
            elif piece:
                yield piece, True


def _checked(url: str) -> str:
    """The host that an address names. Raises Refused."""
    try:
        return address(url).host
    except Forbidden as error:
        raise Refused(error.message) from None


# -- sending -------------------------------------------------------------------------------------------------------
def send(surroundings: Surroundings, request: Facts, key: str) -> Facts:
    """Calls, and says what was answered. Raises Retry where that may pass, GiveUp where it will not."""
    settings = surroundings.settings
    secrets = _secrets(str(settings.get("webhook_secrets", "")))
    body = request["body"].encode()
    headers = _headers(request, settings, secrets, body, key)
    one = Call(request["method"], _whole(request["url"], secrets), headers, body)
    shown, began = _shown(request["url"]), time.monotonic()
    try:
        answer = call(one, allowed(str(settings.get("webhook_allow", ""))))
    except Forbidden as error:
        raise GiveUp(_without(error.message, secrets)) from None
    except Unanswered as error:
        raise Retry(WAIT, _without(error.message, secrets)) from None
    if answer.status in PASSING or answer.status >= 500:
        raise Retry(_wait(answer), _answered(answer, secrets))
    if not 200 <= answer.status < 300:
        raise GiveUp(_answered(answer, secrets))
    seconds = round(time.monotonic() - began, 3)
    return {"url": shown, "status": answer.status, "answer": _hidden(answer.text, secrets), "seconds": seconds}


def _headers(
    request: Facts, settings: Mapping[str, Any], secrets: Mapping[str, str], body: bytes, key: str
) -> dict[str, str]:
    said = {name: _whole(pieces, secrets) for name, pieces in request["headers"].items()}
    known = {name.lower() for name in said}
    ours = {"User-Agent": "Hanok", "Accept": "application/json, */*;q=0.5"}
    if body:
        ours["Content-Type"] = "application/json; charset=utf-8"
    found = {**{name: value for name, value in ours.items() if name.lower() not in known}, **said}
    found["Idempotency-Key"] = key
    secret = str(settings.get("webhook_secret", ""))
    if secret:
        found[HEADER] = signature(secret, body, int(time.time()))
    return found


def _secrets(written: str) -> Mapping[str, str]:
    """The secrets of the settings by name: `crm=abc, erp=def`."""
    pairs = (each.partition("=") for each in written.split(","))
    return {name.strip(): secret.strip() for name, _, secret in pairs if name.strip()}


def _whole(pieces: Pieces, secrets: Mapping[str, str]) -> str:
    """The text with its secrets. Raises GiveUp for one that the settings do not have."""
    lacking = [one["secret"] for one in pieces if isinstance(one, Mapping) and not secrets.get(one["secret"])]
    if lacking:
        raise GiveUp(say("The setting webhook_secrets has no “{name}”.", name=lacking[0]))
    return "".join(one if isinstance(one, str) else secrets[one["secret"]] for one in pieces)


def _shown(pieces: Pieces) -> str:
    return "".join(one if isinstance(one, str) else HIDDEN for one in pieces)


def _answered(answer: Answer, secrets: Mapping[str, str]) -> Message:
    text = " ".join(_hidden(answer.text, secrets).split())[:TOLD]
    if 300 <= answer.status < 400:
        return say("It answered with status {status}: it leads elsewhere, which is not followed.", status=answer.status)
    return say("It answered with status {status}: {answer}", status=answer.status, answer=text or "—")


def _without(message: Message, secrets: Mapping[str, str]) -> Message:
    """The message without secrets that stood in the address."""
    facts = {name: _hidden(fact, secrets) if isinstance(fact, str) else fact for name, fact in message.facts.items()}
    return Message(message.text, facts)


def _hidden(text: str, secrets: Mapping[str, str]) -> str:
    """The text without our secrets, which an answer may repeat."""
    for secret in sorted(filter(None, secrets.values()), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
        cut = next((size for size in range(len(secret) - 1, CUT, -1) if text.endswith(secret[:size])), 0)
        text = text[:-cut] + HIDDEN if cut else text  # the answer was cut within it
    return text


def _wait(answer: Answer) -> timedelta:
    """How long to wait: as the receiver asks by Retry-After (RFC 9110), within reason."""
    said = answer.retry_after.strip()
    try:
        asked = timedelta(seconds=int(said)) if said.isascii() and said.isdecimal() else (
            parsedate_to_datetime(said) - datetime.now(UTC) if said else WAIT)  # fmt: skip
    except (ValueError, TypeError, OverflowError):
        return WAIT
    return min(max(asked, WAIT), LONGEST)


KIND = StepKind("webhook", say("Call another system"), "webhook", "outside", prepare, send=send, tries=12)
