"""What came from outside becomes a record: a new one, or new values of the one that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation.beginning import begin
from hanok.engine.automation.cause import Cause
from hanok.engine.automation.seeing import actor_of
from hanok.engine.automation.switching import is_active
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.outside import CREATE, UPDATE, Webform, webform_of, webhook_of
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.conditions.operands import first_message
from hanok.engine.errors import Duplicates, Invalid, Message, NotFound, Refused, say
from hanok.engine.fields import Field, Linked
from hanok.engine.records import Record
from hanok.engine.records.alike import duplicates
from hanok.engine.records.read import get
from hanok.engine.records.save import create, update
from hanok.engine.records.values import unique_columns

NOT_HERE = say("There is nothing here")
NEEDED = say("This is required.")
KNOWN = say("We have this already.")
SEVERAL = say("Several records have this key.")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: the record, and the run that began (None where the workflow begins none for it)."""

    record: Linked | None
    run: UUID | None
    made: bool


def workflow_at(conn: sa.Connection, catalog: Catalog, key: str, kind: str) -> Workflow:
    """The active workflow of this key that is begun so. Raises NotFound: who asks from outside learns no more."""
    found = catalog.whole.workflows.get(key)
    if found is None or found.trigger.kind != kind or not is_active(conn, found):
        raise NotFound(NOT_HERE)
    return found


# -- web forms -----------------------------------------------------------------------------------------------------
def form_of(catalog: Catalog, workflow: Workflow) -> Webform:
    return webform_of(catalog.whole.module(workflow.module), workflow.trigger, catalog.app.languages[0])


def take_form(
    conn: sa.Connection, catalog: Catalog, workflow: Workflow, raw: Mapping[str, Any], *, address: str
) -> Taken:
    """Saves what somebody sent with a web form, as the system and the listed fields only, and begins the workflow.

    Raises Invalid by field, and Refused for one that is there already where the form takes none twice.
    """
    form, actor = form_of(catalog, workflow), actor_of(catalog, workflow)
    asked = {one.key for one in form.asked}
    beside = [say("There is no field {field}.", field=key) for key in raw if key not in asked]
    errors: dict[str, list[Message]] = {"": beside} if beside else {}
    errors |= {one.key: [NEEDED] for one in form.asked if one.required and _empty(raw.get(one.key))}
    if errors:
        raise Invalid(errors)
    sent = {key: value for key, value in raw.items() if not _empty(value)}
    found = duplicates(conn, catalog, actor, workflow.module, sent)[:1] if form.duplicates == UPDATE else ()
    if found:
        record = _changed(conn, catalog, actor, found[0].record, sent)
    else:
        record = _made(conn, catalog, actor, workflow, {**form.values, **sent}, despite=form.duplicates == CREATE)
    cause = Cause("webform", new=not found, facts={"address": address})
    return _begun(conn, catalog, workflow, record, cause, values=sent, made=not found)


def _made(
    conn: sa.Connection, catalog: Catalog, actor: Actor, workflow: Workflow, raw: Mapping[str, Any], *, despite: bool
) -> Record:
    try:
        return create(conn, catalog, actor, workflow.module, raw, despite_duplicates=despite)
    except Duplicates as alike:
        raise Refused(KNOWN) from alike


# -- requests of other systems -------------------------------------------------------------------------------------
def take_request(
    conn: sa.Connection, catalog: Catalog, workflow: Workflow, payload: Mapping[str, Any], raw: Mapping[str, Any], *,
    facts: Mapping[str, Any],
) -> Taken:  # fmt: skip
    """Saves what another system sent: new values of the record with the same key, else a new record.

    Raises Invalid by field, and Refused where several records have the key. A workflow that fills no fields is about no
    record.
    """
    said, cause = webhook_of(workflow.trigger), Cause("webhook", facts=facts)
    if not said.paths:
        return _begun(conn, catalog, workflow, None, cause, values=payload, made=False)
    actor = actor_of(catalog, workflow)
    found = _with_key(conn, catalog, workflow, raw, said.key) if said.key else None
    if found is not None:
        record = _changed(conn, catalog, actor, found, raw)
    else:
        sent = {name: value for name, value in raw.items() if not _empty(value)}
        record = create(conn, catalog, actor, workflow.module, {**said.values, **sent}, despite_duplicates=True)
    return _begun(conn, catalog, workflow, record, cause, values=payload, made=found is None)


def _with_key(
    conn: sa.Connection, catalog: Catalog, workflow: Workflow, raw: Mapping[str, Any], key: Sequence[str]
) -> Linked | None:
    module = catalog.whole.module(workflow.module)
    missing = {name: [NEEDED] for name in key if _empty(raw.get(name))}
    if missing:
        raise Invalid(missing)
    wheres = [module.table.c.deleted_at.is_(None)]
    for name, column in zip(key, unique_columns(module, tuple(key)), strict=True):
        field = module.field(name)
        value = _read(field, raw[name], catalog.app.zone)
        wheres.append(column == field.type.write(field, value)[field.type.compared(field)])
    rows = conn.execute(sa.select(module.table.c.id, module.table.c.title).where(*wheres).limit(2)).all()
    if len(rows) > 1:
        raise Refused(SEVERAL)
    return Linked(module.key, rows[0].id, rows[0].title) if rows else None


# -- both ----------------------------------------------------------------------------------------------------------
def _changed(
    conn: sa.Connection, catalog: Catalog, actor: Actor, found: Linked, raw: Mapping[str, Any]
) -> Record:
    current = get(conn, catalog, actor, found.module, found.id, lock=conn.dialect.name == "postgresql")
    return update(
        conn, catalog, actor, found.module, found.id, raw, version=current.version, despite_duplicates=True
    )  # fmt: skip


def _begun(
    conn: sa.Connection, catalog: Catalog, workflow: Workflow, record: Record | None, cause: Cause, *,
    values: Mapping[str, Any], made: bool,
) -> Taken:  # fmt: skip
    about = Linked(record.module, record.id, record.title) if record else None
    return Taken(about, begin(conn, catalog, workflow, about, cause, values=values), made)


def _read(field: Field, raw: Any, zone: str) -> Any:
    try:
        return field.type.value(field).deserialize(raw, zone=zone)
    except ma.ValidationError as error:
        raise Invalid({field.key: [first_message(error.messages)]}) from None


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
