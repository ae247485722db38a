"""Lines: the rows inside a record, validated and saved with it, or added by themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM, Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import GROUP, PARENT, POSITION
from hanok.engine.errors import Denied, Message, say
from hanok.engine.fields import Field, Line, Linked
from hanok.engine.records.derived import settle_gone
from hanok.engine.records.deriving.living import with_live
from hanok.engine.records.deriving.suggesting import suggest
from hanok.engine.records.drafts import Draft, changed_draft, drawn, new_draft
from hanok.engine.records.many import Looked, write_many
from hanok.engine.records.query import Record
from hanok.engine.records.read import get
from hanok.engine.records.selection import Selection, every_key
from hanok.engine.records.sharing import tell_time
from hanok.engine.records.trail import leave
from hanok.engine.records.values import Loading


@dataclass(slots=True)
class Lines:
    """The lines of one field as a save wants them: each loaded, those that stay with their present record."""

    child: Module
    present: Mapping[UUID, Record]
    items: list[Loading] = field(default_factory=list)
    errors: dict[str, list[Message]] = field(default_factory=dict)

    @property
    def gone(self) -> list[Record]:
        kept = {item.current.id for item in self.items if item.current}
        return [record for id, record in self.present.items() if id not in kept]


def child_of(catalog: Catalog, module: Module, key: str) -> Module:
    """The module of the lines that stand in this field."""
    return catalog.every[f"{module.key}.{key}"]


def lines(
    conn: sa.Connection, catalog: Catalog, module: Module, id: UUID, key: str, *, actor: Actor = SYSTEM
) -> tuple[Record, ...]:
    """The lines of a record in order; titles of their links as the actor, who may see the record, may see them."""
    child = child_of(catalog, module, key)
    selection = Selection(catalog, actor, child, every_key(child))
    table = selection.table
    here = (table.c[child.field(PARENT).columns[""]] == id, table.c.deleted_at.is_(None))
    order = (table.c[child.field(POSITION).columns[""]], table.c.id)
    found = [selection.record(row) for row in conn.execute(selection.statement().where(*here).order_by(*order))]
    return with_live(conn, catalog, actor, child, found)


def load_lines(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, found: Field, wanted: Sequence[Line],
    id: UUID | None,
) -> Lines:  # fmt: skip
    """Validates the lines of a field, with what is stored of the record `id` (None for a new one).

    Errors are told under "lines.0.product": field, place, field of the line.
    """
    child = child_of(catalog, module, found.key)
    stored = lines(conn, catalog, module, id, found.key) if id else ()
    loaded = Lines(child, {record.id: record for record in stored})
    for number, line in enumerate(wanted):
        current = loaded.present.get(line.id) if line.id else None
        if line.id and current is None:
            loaded.errors[f"{found.key}.{number}"] = [say("This line does not belong to the record any more.")]
            continue
        raw = {key: value for key, value in line.raw.items() if key not in (PARENT, POSITION)}
        item = Loading(catalog, actor, child, raw, current)
        item.load(conn)
        loaded.items.append(item)
    suggest(conn, catalog, loaded.items)
    lookup = Looked(conn, catalog, actor, child, loaded.items)
    for number, item in enumerate(loaded.items):
        item.check(lookup)
        loaded.errors |= {f"{found.key}.{number}.{key}": told for key, told in item.errors.items()}
    return loaded


def write_lines(
    conn: sa.Connection, catalog: Catalog, actor: Actor, parent: Linked, loaded: Lines, *, at: datetime
) -> bool:
    """Writes what was loaded under this record; whether anything differs."""
    child, drafts = loaded.child, list[Draft]()
    for place, item in enumerate(loaded.items):
        values = {**item.values, POSITION: place}
        if item.current is None:
            values = {**values, **drawn(conn, catalog, actor, child), PARENT: parent}
            drafts.append(new_draft(catalog, actor, child, values, at=at))
            continue
        changed = changed_draft(catalog, actor, child, item.current, values)
        drafts += [changed] if changed else []
    write_many(conn, catalog, actor, child, drafts)
    for record in loaded.gone:
        _take_away(conn, catalog, actor, child, record, at)
    return bool(drafts or loaded.gone)


def _take_away(
    conn: sa.Connection, catalog: Catalog, actor: Actor, child: Module, record: Record, at: datetime
) -> None:
    """A line that was taken out of its record; it is kept, but not with the record's own restore."""
    table = child.table
    values = {"deleted_at": at, "deleted_by": actor.id, "version": record.version + 1}
    conn.execute(sa.update(table).where(table.c.id == record.id).values(values))
    leave(conn, catalog, actor, child, record.id, "deleted", {}, at=at, version=record.version + 1)
    settle_gone(conn, catalog, actor, child, [record.id])


def check_parent(
    conn: sa.Connection, catalog: Catalog, actor: Actor, child: Module, id: UUID, *, lock: bool = False
) -> Record:
    """The record that a line stands in. Raises Denied where the actor may not change it, NotFound where there is none.

    Its row is held where `lock` is given, so that two who add lines wait for each other.
    """
    assert child.parent is not None, "only lines stand in a record"
    wait = lock and conn.dialect.name == "postgresql"
    parent = get(conn, catalog, actor, child.parent.module, id, lock=wait)
    if not parent.may_edit:
        raise Denied(say("You may see this record but not change it."))
    return parent


def touch_parent(
    conn: sa.Connection, catalog: Catalog, actor: Actor, child: Module, id: UUID, *, at: datetime
) -> None:
    """Counts a change of lines as one of the record: whoever has it open in a form is told."""
    touch_parents(conn, catalog, actor, child, (id,), at=at)


def touch_parents(
    conn: sa.Connection, catalog: Catalog, actor: Actor, child: Module, ids: Iterable[UUID], *, at: datetime
) -> None:
    assert child.parent is not None, "only lines stand in a record"
    parent, ids = catalog.every[child.parent.module], list(ids)
    table = parent.table
    values = {"version": table.c.version + 1, "updated_at": at, "updated_by": actor.id}
    conn.execute(sa.update(table).where(table.c.id.in_(ids)).values(values))
    tell_time(conn, parent, ids)


def behind(conn: sa.Connection, child: Module, id: UUID) -> int:
    """The position behind the last line of a record."""
    table = child.table
    place = table.c[child.field(POSITION).columns[""]]
    alive = (table.c[child.field(PARENT).columns[""]] == id, table.c.deleted_at.is_(None))
    last = conn.scalar(sa.select(sa.func.max(place)).where(*alive))
    return 0 if last is None else int(last) + 1


def titles_of(records: Sequence[Record]) -> list[str]:
    """What the trail keeps of lines: how each is named, under its group."""
    return [f"{record[GROUP]}: {record.title}" if record[GROUP] else record.title for record in records]
