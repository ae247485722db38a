"""Create and update: access, values, row, trail and search entry in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import PARENT, POSITION
from hanok.engine.errors import Conflict, Invalid, Message, say
from hanok.engine.fields import Linked
from hanok.engine.records import index
from hanok.engine.records.attachments import settle
from hanok.engine.records.conflict import conflict
from hanok.engine.records.derived import hold_above, settled
from hanok.engine.records.deriving.settling import hold
from hanok.engine.records.drafts import (
    Draft,
    changed_draft,
    check_changing,
    check_created,
    check_creating,
    drawn,
    new_draft,
)
from hanok.engine.records.fielding import refused
from hanok.engine.records.guarding import ACTIVE, EMAIL, keep_address, keep_administrators
from hanok.engine.records.lines import behind, check_parent, touch_parent
from hanok.engine.records.query import Record
from hanok.engine.records.read import get, identity
from hanok.engine.records.related import Related, load_related, tie_primaries
from hanok.engine.records.sharing import inherit, inherit_anew
from hanok.engine.records.telling.saved import told
from hanok.engine.records.telling.tied import told_tied
from hanok.engine.records.trail import both_ends, leave, tell_end
from hanok.engine.records.values import Loading, loaded
from hanok.engine.records.within_trace import leave_within


def create(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, raw: Mapping[str, Any], *,
    at: datetime | None = None, despite_duplicates: bool = False,
) -> Record:  # fmt: skip
    """A new record from raw values; defaults fill what is left out. Raises Denied, Invalid or Duplicates.

    `at` is when it was made (aware, UTC) where that is not now: records brought over from elsewhere.
    `despite_duplicates` says that whoever saves knows of records like it.
    """
    found = catalog.module(module)
    check_creating(catalog, actor, found)
    _hold_above(conn, catalog, found, (), raw)
    loading = loaded(conn, catalog, actor, found, raw)
    beside = load_related(conn, catalog, actor, loading)
    _check(loading.errors | beside.errors)
    loading.judge(despite_duplicates=despite_duplicates)
    hold_above(conn, catalog, found, (), loading.values)
    values = loading.values | _place(conn, catalog, actor, found, loading)
    draft = new_draft(catalog, actor, found, {**values, **drawn(conn, catalog, actor, found)}, at=at)
    _execute(conn, found, sa.insert(found.table).values(draft.row))
    _write_beside(conn, catalog, actor, draft, beside)
    inherit(conn, catalog, found, [draft.id])
    draft = settled(conn, catalog, actor, draft)
    _leave(conn, catalog, actor, draft, loading)
    check_created(conn, catalog, actor, [draft])
    return draft.record(conn, catalog, actor)


def update(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, raw: Mapping[str, Any], *,
    version: int, despite_duplicates: bool = False,
) -> Record:  # fmt: skip
    """Changes the given fields of the record whose `version` the actor saw; `despite_duplicates` as in `create`.

    Raises NotFound, Denied, Invalid, Duplicates, and Conflict (with the fields that differ) when somebody saved first.
    """
    found = catalog.module(module)
    _hold_above(conn, catalog, found, [identity(id)], raw)
    current = get(conn, catalog, actor, module, id, lock=conn.dialect.name == "postgresql")
    check_changing(current)
    if not 1 <= version <= current.version:
        raise Invalid({"": [say("This version of the record never was; open the record again.")]})
    if current.version != version:
        denied = refused(catalog, actor, found, raw, current, conn)
        sent = {key: value for key, value in raw.items() if key not in denied}
        raise conflict(conn, catalog, actor, found, current, sent, version)
    loading = loaded(conn, catalog, actor, found, raw, current)
    beside = load_related(conn, catalog, actor, loading)
    _check(loading.errors | beside.errors)
    loading.judge(despite_duplicates=despite_duplicates)
    above = _above(conn, catalog, actor, loading)
    here = Linked(found.key, current.id, current.title)
    differs = beside.write(conn, catalog, actor, here, at=datetime.now(UTC))
    told_tied(conn, catalog, actor, found, here, beside.came, at=datetime.now(UTC))
    if beside.any:  # totals and titles that follow from them are others by now
        current = get(conn, catalog, actor, module, id, action="")
    draft = changed_draft(catalog, actor, found, current, loading.values, beside=beside.changes)
    if draft is None:
        assert not differs, "changed lines make a draft"
        return current
    if EMAIL in draft.changes:
        keep_address(conn, actor, found, [draft.id])
    table = found.table
    statement = sa.update(table).where(table.c.id == current.id, table.c.version == current.version)
    if _execute(conn, found, statement.values(draft.row)).rowcount != 1:
        raise Conflict(current.version)
    if ACTIVE in draft.changes:
        keep_administrators(conn, catalog, found, [draft.id], field=ACTIVE)
    tie_primaries(conn, catalog, actor, found, here, loading.values, at=draft.at)
    inherit_anew(conn, catalog, found, [draft.id], draft.changes)
    for parent in above:
        touch_parent(conn, catalog, actor, found, parent, at=draft.at)
    draft = settled(conn, catalog, actor, draft)
    _leave(conn, catalog, actor, draft, loading)
    return draft.record(conn, catalog, actor)


def _hold_above(
    conn: sa.Connection, catalog: Catalog, module: Module, ids: Sequence[UUID], raw: Mapping[str, Any]
) -> None:
    """Holds what the save will change above these records before anybody else holds it, too: the records of rollups,
    and of a line the one that it comes to stand in."""
    links = _links_of(module, raw)
    hold_above(conn, catalog, module, ids, links)
    if module.parent is not None and PARENT in links and conn.dialect.name == "postgresql":
        hold(conn, catalog.every[module.parent.module], [links[PARENT].id])


def _links_of(module: Module, raw: Mapping[str, Any]) -> dict[str, Linked]:
    """Where the links of raw values lead, as far as they can be read: what is not right is told later."""
    links = {}
    for key in raw.keys() & module.fields.keys():
        found = module.fields[key]
        try:
            value = found.type.value(found).deserialize(raw[key]) if found.targets else None
        except ma.ValidationError:
            continue
        if value is not None:
            links[key] = value if isinstance(value, Linked) else Linked(found.targets[0], value, "")
    return links


def _check(errors: Mapping[str, list[Message]]) -> None:
    if errors:
        raise Invalid(errors)


def _above(conn: sa.Connection, catalog: Catalog, actor: Actor, loading: Loading) -> list[UUID]:
    """Of a line the record that it stands in, and the one that it moves to: whoever saves may change both."""
    if loading.module.parent is None or loading.current is None:
        return []
    ids = sorted({loading.current[PARENT].id, loading.values.get(PARENT, loading.current[PARENT]).id})
    for id in ids:
        check_parent(conn, catalog, actor, loading.module, id, lock=len(ids) > 1)
    return ids


def _place(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, loading: Loading
) -> dict[str, Any]:
    """Where a new line stands: behind the others of its record, which is held until the end."""
    if module.parent is None:
        return {}
    parent = loading.values.get(PARENT)
    if parent is None:
        raise Invalid({PARENT: [say("This is required.")]})
    check_parent(conn, catalog, actor, module, parent.id, lock=True)
    touch_parent(conn, catalog, actor, module, parent.id, at=datetime.now(UTC))
    return {POSITION: behind(conn, module, parent.id)}


def _write_beside(conn: sa.Connection, catalog: Catalog, actor: Actor, draft: Draft, beside: Related) -> None:
    here = Linked(draft.module.key, draft.id, draft.title)
    beside.write(conn, catalog, actor, here, at=draft.at)
    told_tied(conn, catalog, actor, draft.module, here, beside.came, at=draft.at)
    tie_primaries(conn, catalog, actor, draft.module, here, draft.own, at=draft.at)


def _leave(conn: sa.Connection, catalog: Catalog, actor: Actor, draft: Draft, loading: Loading) -> None:
    """The trail, the search entry and the files of a written draft."""
    leave(conn, catalog, actor, draft.module, draft.id, draft.action, draft.changes, at=draft.at, version=draft.version)
    here = Linked(draft.module.key, draft.id, draft.title)
    for key, pair in draft.changes.items():
        for there, end, action in both_ends(catalog, draft.module, key, pair):
            tell_end(conn, catalog, actor, there, end, here, action, at=draft.at)
    if draft.module.parent is None:
        index.put(conn, draft.module, draft.id, draft.title, draft.own)
    settle(conn, actor, draft.module, draft.id, draft.own, draft.changes)
    told(conn, catalog, actor, draft)
    leave_within(conn, actor, here, loading.within, draft.changes, new=draft.action == "created")


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
