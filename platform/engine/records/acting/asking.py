"""What an action asks first: the answers, each checked by its field's type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.behaviour import Action
from hanok.engine.catalog.binding import default_of
from hanok.engine.conditions.operands import first_message
from hanok.engine.errors import Invalid, Message, NotFound, say
from hanok.engine.fields import Field, Linked
from hanok.engine.records.query import Record
from hanok.engine.records.read import get

NEEDED = say("This is required.")
EMPTY: tuple[Any, ...] = (None, [], (), "")


def answered(
    conn: sa.Connection, catalog: Catalog, actor: Actor, action: Action, raw: Mapping[str, Any]
) -> dict[str, Any]:
    """The answers by question, defaults where nothing was said. Raises Invalid, by question."""
    found: dict[str, Any] = {}
    errors: dict[str, list[Message]] = {
        key: [say("There is no question “{key}”.", key=key)] for key in raw if key not in action.ask
    }
    for key, question in action.ask.items():
        try:
            found[key] = _seen(conn, catalog, actor, question, _loaded(catalog, actor, question, raw))
        except ma.ValidationError as error:
            errors[key] = [first_message(error.messages)]
        except NotFound:
            errors[key] = [say("The linked record does not exist, or you may not see it.")]
        else:
            if question.required and found[key] in EMPTY:
                errors[key] = [NEEDED]
    if errors:
        raise Invalid(errors)
    return found


def defaults(catalog: Catalog, actor: Actor, action: Action) -> dict[str, Any]:
    """What the questions hold when they are asked."""
    return {key: _loaded(catalog, actor, question, {}) for key, question in action.ask.items()}


def _loaded(catalog: Catalog, actor: Actor, question: Field, raw: Mapping[str, Any]) -> Any:
    zone = actor.zone or catalog.app.zone
    if question.key in raw:
        return question.type.value(question).deserialize(raw[question.key], zone=zone)
    return default_of(question, now=datetime.now(UTC), zone=zone, me=actor.id)


def _seen(conn: sa.Connection, catalog: Catalog, actor: Actor, question: Field, value: Any) -> Any:
    """The answer with the titles of the records that it names. Raises NotFound where the actor may not see one."""

    def titled(module: str, id: UUID) -> Record:
        return get(conn, catalog, actor, module, id)

    if question.targets and value is not None:
        target = value.module if isinstance(value, Linked) else question.targets[0]
        there = titled(target, value.id if isinstance(value, Linked) else value)
        return Linked(target, there.id, there.title)
    if question.type.apart and value:
        members = question.type.members(question.settings)
        return tuple(replace(tie, title=titled(tie.module or members[0], tie.id).title) for tie in value)
    return value
