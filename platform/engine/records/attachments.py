"""Which record holds which file: a file is uploaded to its uploader, given to a record by a save, and seen with it.

One rule says who may have a file: its uploader while it is pending, then whoever may view a record that names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Invalid, NotFound, say
from hanok.engine.fields import Field
from hanok.engine.fields.file import Attached
from hanok.engine.fields.value import refuse
from hanok.engine.records.read import get, identity
from hanok.engine.store.tables import file

PENDING, KEPT, RELEASED, MADE = "pending", "kept", "released", "made"
#: How long an upload waits for the save that names it, and how long a file that was given up can be taken back.
WAITS, REMEMBERED = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the table of files. `sha256` and `thumbnail` are blobs; `module`, `record` and `field` hold it."""

    id: UUID
    sha256: str
    size: int
    name: str
    type: str
    thumbnail: str | None
    state: str
    module: str | None
    record: UUID | None
    field: str | None
    created_at: datetime
    created_by: UUID | None
    until: datetime | None

    @property
    def attached(self) -> Attached:
        return Attached(self.id, self.name, self.size, self.type)

    def is_own(self, actor: Actor) -> bool:
        """Whether it waits for a save of this actor."""
        return self.state == PENDING and self.created_by == actor.id

    def is_of(self, module: str, record: UUID | None) -> bool:
        """Whether this record holds it, or did."""
        return record is not None and (self.module, self.record) == (module, record)


Files = Mapping[UUID, Stored]


# -- whose it is ---------------------------------------------------------------------------------------------------
def file_of(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID | str) -> Stored:
    """A file that this actor may have. Raises NotFound, whether it is not there or not hers."""
    found = stored(conn, [identity(id)]).get(identity(id))
    if found is not None and (found.is_own(actor) or _is_shown(conn, catalog, actor, found)):
        return found
    raise NotFound(say("There is no such file, or you may not see it."))


def _is_shown(conn: sa.Connection, catalog: Catalog, actor: Actor, found: Stored) -> bool:
    """Whether the record that holds it names it, in a field that the actor sees."""
    if found.module is None or found.record is None:
        return False
    try:
        record = get(conn, catalog, actor, found.module, found.record)
    except NotFound:
        return False  # said in the words of a file that is not there
    fields = _holding(catalog.module(found.module))
    return any(one.id == found.id for key in fields for one in fields[key].type.files_of(
        fields[key], record.values.get(key)))  # fmt: skip


def stored(conn: sa.Connection, ids: Iterable[UUID]) -> dict[UUID, Stored]:
    """The rows of these files that are still there."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    alive = sa.or_(file.c.until.is_(None), file.c.until > datetime.now(UTC))
    return {row.id: Stored(*row) for row in conn.execute(sa.select(file).where(file.c.id.in_(wanted), alive))}


# -- naming it in a record -----------------------------------------------------------------------------------------
def named(module: Module, values: Mapping[str, Any]) -> set[UUID]:
    """The ids of all files among these values."""
    fields = _holding(module)
    return {one.id for key in fields for one in fields[key].type.files_of(fields[key], values.get(key))}


def resolved(found: Field, value: Any, files: Files, actor: Actor, record: UUID | None) -> Any:
    """The value with what is stored of its files. `record` is the one that is saved, None for a new one.

    Raises ValidationError for a file that is neither the actor's own upload nor this record's, or does not fit.
    """
    for one in found.type.files_of(found, value):
        there = files.get(one.id)
        if there is None or not (there.is_own(actor) or there.is_of(found.module, record)):
            raise refuse(say("“{name}” is no file that may be kept here. Upload it in the form; texts and spreadsheets "
                             "name files, but do not bring them.", name=one.name or str(one.id)))  # fmt: skip
    return found.type.with_files(found, value, {id: there.attached for id, there in files.items()})


def settle(
    conn: sa.Connection, actor: Actor, module: Module, record: UUID, own: Mapping[str, Any],
    changes: Mapping[str, Sequence[Any]],
) -> None:  # fmt: skip
    """Gives a saved record the files that it names now, and takes those away that it names no longer.

    `own` are its values, `changes` the differences in dump form. Raises Invalid when a file went elsewhere meanwhile.
    """
    fields = {key: found for key, found in _holding(module).items() if key in changes}
    if not fields:
        return
    before = named(module, {key: _read(found, changes[key][0]) for key, found in fields.items()})
    held = named(module, own)
    if before - held:
        _release(conn, module, record, before - held)
    for key, found in fields.items():
        new = {one.id for one in found.type.files_of(found, own.get(key))} - before
        if new and _claim(conn, actor, module, record, key, new) != len(new):
            raise Invalid({key: [say("A file was given to another record meanwhile. Upload it again.")]})


def give_up(conn: sa.Connection, module: str, records: Iterable[UUID]) -> None:
    """Lets go of all files of records that are removed for good: the next `clean` takes them."""
    these = file.c.record.in_(list(records))
    conn.execute(sa.update(file).where(file.c.module == module, these).values(state=RELEASED, until=datetime.now(UTC)))


def _claim(conn: sa.Connection, actor: Actor, module: Module, record: UUID, key: str, ids: set[UUID]) -> int:
    mine = file.c.created_by.is_(None) if actor.id is None else file.c.created_by == actor.id
    free = sa.or_(
        sa.and_(file.c.state == PENDING, mine), sa.and_(file.c.module == module.key, file.c.record == record)
    )
    values = {"state": KEPT, "module": module.key, "record": record, "field": key, "until": None}
    return conn.execute(sa.update(file).where(file.c.id.in_(ids), free).values(values)).rowcount


def _release(conn: sa.Connection, module: Module, record: UUID, ids: set[UUID]) -> None:
    own = sa.and_(file.c.id.in_(ids), file.c.module == module.key, file.c.record == record)
    conn.execute(sa.update(file).where(own).values(state=RELEASED, until=datetime.now(UTC) + REMEMBERED))


def _holding(module: Module) -> dict[str, Field]:
    return {key: found for key, found in module.fields.items() if found.type.holds_files}


def _read(found: Field, dumped: Any) -> Any:
    try:
        return found.type.former(found).deserialize(dumped)
    except ma.ValidationError:
        return None
