"""Requests of other systems: who may send them, each once, and what of them goes into which field.

A request carries `Hanok-Signature` (`automation.signing`) and, where its sender repeats what was not answered,
`Idempotency-Key`. The same signature is never taken twice, and neither is the same key within a week.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import marshmallow as ma
import orjson
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation.signing import is_signed, made_of
from hanok.engine.automation.triggers.incoming import Taken, take_request, workflow_at
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.outside import webhook_of
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import Denied, HanokError, NotFound, say
from hanok.engine.fields import Field
from hanok.engine.fields.keys import Keys
from hanok.engine.records.deeds import tell
from hanok.engine.store.moments import now
from hanok.engine.store.trigger_tables import hook, hook_call

#: How long a key of a sender is remembered.
REMEMBERED = timedelta(days=7)
LONGEST_KEY = 200


class Unsigned(HanokError):
    """Nobody who knows the secret sent this, or not a moment ago."""

    code = "unsigned"
    status = 401


class Unreadable(HanokError):
    """What was sent is no JSON object."""

    code = "unreadable"
    status = 400


class Again(HanokError):
    """It was taken already; `run` is what began then."""

    code = "again"
    status = 409

    def __init__(self, run: UUID | None) -> None:
        super().__init__(say("This was taken already."))
        self.run = run


@dataclass(frozen=True, slots=True)
class Request:
    """What came: the bytes, the signature, the sender's own key ("" without one), from where."""

    body: bytes
    signature: str
    key: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Secret:
    """That there is a secret: since when, made by whom."""

    made_at: datetime
    made_by: str


def take(conn: sa.Connection, catalog: Catalog, keys: Keys, key: str, request: Request) -> Taken:
    """Takes a request for the workflow of this key, in the caller's transaction.

    Raises NotFound, Unsigned, Unreadable, Again, Invalid (by field) and Refused.
    """
    workflow = workflow_at(conn, catalog, key, "webhook")
    moment = now(conn)
    row = conn.execute(sa.select(hook.c.secret).where(hook.c.workflow == key).with_for_update()).first()
    secret = keys.opened(row.secret) if row else None
    if not secret or not is_signed(secret, request.body, request.signature, now=int(moment.timestamp())):
        raise Unsigned(say("The signature is missing, wrong, or older than five minutes."))
    calls = _calls(request)
    _check_new(conn, key, calls)
    payload = _payload(request.body)
    module, paths = catalog.whole.module(workflow.module), webhook_of(workflow.trigger).paths
    found = {key: _at(payload, path) for key, path in paths.items()}
    sent = {key: value for key, value in found.items() if value is not None}
    raw = {key: _fitting(module.field(key), value, catalog.app.zone) for key, value in sent.items()}
    facts = {"address": request.address, **({"key": request.key} if request.key else {})}
    taken = take_request(conn, catalog, workflow, payload, raw, facts=facts)
    conn.execute(hook_call.delete().where(hook_call.c.at < moment - REMEMBERED))
    conn.execute(hook_call.insert(), [{"workflow": key, "call": one, "at": moment, "run": taken.run} for one in calls])
    return taken


def _calls(request: Request) -> list[str]:
    """What it is known by: its signature, and its sender's key."""
    own = [f"key:{sha256(request.key[:LONGEST_KEY].encode()).hexdigest()}"] if request.key else []
    return [f"sign:{sha256(made_of(request.signature).encode()).hexdigest()}", *own]


def _check_new(conn: sa.Connection, key: str, calls: list[str]) -> None:
    """The row of the secret is held, so two of the same come one after the other. Raises Again."""
    known = sa.select(hook_call.c.run).where(hook_call.c.workflow == key, hook_call.c.call.in_(calls))
    row = conn.execute(known.limit(1)).first()
    if row is not None:
        raise Again(row.run)


def _payload(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
        orjson.dumps(found)  # what is too deep to be kept
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        raise Unreadable(say("This is no JSON.")) from None
    if not isinstance(found, dict):
        raise Unreadable(say("Send a JSON object."))
    return found


def _at(payload: Mapping[str, Any], path: str) -> Any:
    """What stands at payload.customer.email, or payload.items.0.sku; None where nothing does."""
    found: Any = payload
    for word in path.split(".")[1:]:
        if isinstance(found, Mapping):
            found = found.get(word)
        elif isinstance(found, list) and word.isascii() and word.isdecimal() and int(word) < len(found):
            found = found[int(word)]
        else:
            return None
    return found


def _fitting(field: Field, value: Any, zone: str) -> Any:
    """The value; a number as text where the field takes no number (numbers of orders, say)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        field.type.value(field).deserialize(value, zone=zone)
    except ma.ValidationError:
        return str(value)
    return value


# -- secrets -------------------------------------------------------------------------------------------------------
def secrets_of(conn: sa.Connection) -> Mapping[str, Secret]:
    """The webhooks that have one, by workflow; never what it is."""
    return {row.workflow: Secret(row.made_at, row.made_by) for row in conn.execute(sa.select(hook))}


def new_secret(conn: sa.Connection, catalog: Catalog, keys: Keys, actor: Actor, key: str) -> str:
    """A new secret of a webhook: the former one does not work any more. It is said here, and nowhere else.

    Raises Denied, NotFound, and Refused where the site has no keys.
    """
    if not actor.governs:
        raise Denied(say("Only administrators may do this."))
    workflow = catalog.whole.workflows.get(key)
    if workflow is None or workflow.trigger.kind != "webhook":
        raise NotFound(say("There is no workflow {workflow}.", workflow=key))
    secret = secrets.token_urlsafe(32)
    had = conn.execute(hook.delete().where(hook.c.workflow == key)).rowcount
    row = {"workflow": key, "secret": keys.locked(secret), "made_at": now(conn), "made_by": str(actor)}
    conn.execute(hook.insert().values(row))
    tell(conn, actor, "webhook", "changed" if had else "made", about=key, title=_title(workflow))
    return secret


def renew_secrets(conn: sa.Connection, keys: Keys) -> int:
    """Locks all secrets with the newest key; how many could be opened."""
    opened = [(row.workflow, keys.opened(row.secret)) for row in conn.execute(sa.select(hook)).all()]
    for key, secret in opened:
        if secret is not None:
            conn.execute(hook.update().where(hook.c.workflow == key).values(secret=keys.locked(secret)))
    return sum(secret is not None for _, secret in opened)


def _title(workflow: Workflow) -> str:
    return workflow.label.get("en") or next(iter(workflow.label.values()), workflow.key)
