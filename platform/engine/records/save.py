"""Create and update: access, values, row, trail and search entry in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, allows, may
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Conflict, Denied, Invalid, say
from hanok.engine.fields import Linked, in_language
from hanok.engine.fields.text import fold
from hanok.engine.records import index
from hanok.engine.records.conflict import conflict
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.trail import differences, leave
from hanok.engine.records.values import today, validate
from hanok.engine.store import new_id
from hanok.engine.store.counters import draw


def create(conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, raw: Mapping[str, Any]) -> Record:
    """A new record from raw values; defaults fill what is left out. Raises Denied or Invalid."""
    found = catalog.module(module)
    if not may(catalog, actor, module, "create"):
        raise Denied(say("You may not create records of this kind."))
    values = validate(conn, catalog, actor, found, raw)
    values |= _drawn(conn, catalog, actor, found)
    now, id = datetime.now(UTC), new_id()
    system = {
        "id": id,
        "created_at": now,
        "updated_at": now,
        "created_by": actor.id,
        "updated_by": actor.id,
        "version": 1,
    }
    if not allows(catalog, actor, found, "create", {**values, "created_by": actor.id}):
        raise Denied(say("You may create only records of your own."))
    title = title_of(catalog, found, values)
    row = {**system, **_titled(title), **_columns(found, values)}
    _execute(conn, found, sa.insert(found.table).values(row))
    changes = differences(found, {}, values)
    leave(conn, catalog, actor, found, id, "created", changes, at=now, version=1)
    index.put(conn, found, id, title, values)
    author = None if actor.id is None else Linked("user", actor.id, actor.title)
    shown = {**system, **values, "title": title, "created_by": author, "updated_by": author}
    return Record(
        module, id, 1, title, shown,
        may_edit=allows(catalog, actor, found, "edit", shown),
        may_delete=allows(catalog, actor, found, "delete", shown),
    )  # fmt: skip


def update(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, raw: Mapping[str, Any], *,
    version: int,
) -> Record:  # fmt: skip
    """Changes the given fields of the record whose `version` the actor saw.

    Raises NotFound, Denied, Invalid, and Conflict (with the fields that differ) when somebody saved first.
    """
    found = catalog.module(module)
    current = get(conn, catalog, actor, module, id, lock=conn.dialect.name == "postgresql")
    if not current.may_edit:
        raise Denied(say("You may see this record but not change it."))
    if current.version != version:
        raise conflict(conn, catalog, actor, found, current, raw, version)
    values = validate(conn, catalog, actor, found, raw, current)
    changes = differences(found, current.values, values)
    if not changes:
        return current
    after = {**current.values, **values}
    if not allows(catalog, actor, found, "edit", after) and not may(catalog, actor, module, "assign"):
        raise Denied(say("You may not give this record to somebody else."))
    return _write(conn, catalog, actor, found, current, after, changes)


def _write(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, current: Record, after: Mapping[str, Any],
    changes: Mapping[str, Any],
) -> Record:  # fmt: skip
    now, version = datetime.now(UTC), current.version + 1
    own = {key: after[key] for key in module.fields}
    title = title_of(catalog, module, own)
    row = {
        **_titled(title), **_columns(module, {key: after[key] for key in changes}), "version": version,
        "updated_at": now, "updated_by": actor.id,
    }  # fmt: skip
    table = module.table
    statement = sa.update(table).where(table.c.id == current.id, table.c.version == current.version).values(row)
    if _execute(conn, module, statement).rowcount != 1:
        raise Conflict(current.version)
    leave(conn, catalog, actor, module, current.id, "changed", changes, at=now, version=version)
    index.put(conn, module, current.id, title, own)
    author = None if actor.id is None else Linked("user", actor.id, actor.title)
    shown = {**after, "title": title, "version": version, "updated_at": now, "updated_by": author}
    return Record(
        module.key, current.id, version, title, shown,
        may_edit=allows(catalog, actor, module, "edit", shown),
        may_delete=allows(catalog, actor, module, "delete", shown),
    )  # fmt: skip


def _execute(conn: sa.Connection, module: Module, statement: Any) -> sa.CursorResult[Any]:
    """Runs a write; two equal values that met between check and index become the error that the check would give."""
    keys = [key for key, found in module.fields.items() if found.unique] + [group[-1] for group in module.unique]
    if not keys:
        return conn.execute(statement)
    try:
        with conn.begin_nested():
            return conn.execute(statement)
    except sa.exc.IntegrityError as error:
        raise Invalid({keys[0]: [say("Another record has this value already.")]}) from error


def _columns(module: Module, values: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in values.items():
        found = module.field(key)
        row |= {found.columns[part]: bound for part, bound in found.type.write(found, value).items()}
    return row


def _titled(title: str) -> dict[str, Any]:
    return {"title": title, "title$folded": fold(title)}


def _drawn(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module) -> dict[str, Any]:
    """The next numbers of the fields that the engine makes."""
    drawn = {}
    for found in module.fields.values():
        counter = found.type.counter(found, today(catalog, actor))
        if counter is not None:
            drawn[found.key] = counter.write(draw(conn, counter.key, start=counter.start))
    return drawn


def title_of(catalog: Catalog, module: Module, values: Mapping[str, Any]) -> str:
    """How the record is named wherever it is shown, in the site's first language; never empty."""
    language = catalog.app.languages[0]
    shown = {key: _shown(module, key, values.get(key), language) for key in module.title.names}
    return module.title.render(shown) or f"{in_language(module.label, language)} ?"


def _shown(module: Module, key: str, value: Any, language: str) -> Any:
    found = module.fields[key]
    choice = found.choice(value) if isinstance(value, str) else None
    if choice is not None:
        return in_language(choice.label, language)
    return format(value, "f") if isinstance(value, Decimal) else None if value is None else str(value)
