"""An import that somebody makes up in steps: its file, its mapping, what becomes of each row, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, may
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Message, NotFound, Refused, message_of, say, written
from hanok.engine.fields.file_names import clean_name
from hanok.engine.fields.text import fold
from hanok.engine.records.attachments import PENDING, stored
from hanok.engine.records.importing.job import Job, Order, Outcome
from hanok.engine.records.importing.opening import PACKED, Look, look
from hanok.engine.records.importing.sheet import Sheet
from hanok.engine.store import Store, new_id
from hanok.engine.store.blobs import Blobs, Coming, Source, TooLarge
from hanok.engine.store.desk_tables import import_row, import_run
from hanok.engine.store.tables import file

DRAFT, CHECKING, CHECKED, RUNNING, DONE, UNDOING, UNDONE = (
    "draft", "checking", "checked", "running", "done", "undoing", "undone",
)  # fmt: skip
#: What becomes of a row, and how far that is.
NEW, CHANGED, SAME, FAILED = ACTIONS = ("new", "changed", "unchanged", "failed")
LOOKED_AT, WRITTEN, BACK, KEPT = "checked", "done", "undone", "kept"
#: How long a file waits for its import, and how long it is kept after it.
WAITS = timedelta(days=7)
GONE = say("There is no such import, or it is not yours.")
NO_FILE = say("The file of this import is no longer here. Import it again.")
NOT_NOW = say("This import has gone on since; look at where it is.")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What is remembered of imports with the same headings: how many are looked through.
REMEMBERED = 30


@dataclass(frozen=True, slots=True)
class Import:
    """One import. `mapping` has the field of each heading, "" where its column is left out."""

    id: UUID
    at: datetime
    user_id: UUID
    module: str
    file: UUID
    state: str
    name: str
    look: Look
    mapping: Mapping[str, str]
    key: tuple[str, ...]
    skip_blank: bool
    job: UUID | None
    ended: datetime | None

    def order(self, actor: Actor) -> Order:
        """What is asked for: columns without a field are left out."""
        said = {heading: name for heading, name in self.mapping.items() if name}
        away = tuple(heading for heading in self.look.headings if heading and heading not in said)
        return Order(actor=actor, module=self.module, key=self.key, said=said, ignored=away, ignore_unknown=True,
                     skip_blank=self.skip_blank)  # fmt: skip

    def bind(self, catalog: Catalog, actor: Actor) -> Job:
        """The mapping on a catalog, without the file. Raises Denied, and Invalid by heading."""
        return self.order(actor).bind(catalog, Sheet(self.look.headings, lambda: ()))


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a row: its values before and after, what is wrong with which of its columns, and its cells."""

    number: int
    action: str
    state: str
    record: UUID | None
    title: str
    version: int
    changes: Mapping[str, Sequence[Any]]
    tied: Mapping[str, Sequence[str]]
    problems: tuple[tuple[str, Message], ...]
    cells: tuple[Any, ...]


# -- the file ----------------------------------------------------------------------------------------------------------
def take(
    store: Store, blobs: Blobs, catalog: Catalog, actor: Actor, module: str, source: Source, *, name: str, most: int
) -> Import:
    """Takes a file in and begins an import. Raises Denied, and Refused for what is no table or larger than `most`."""
    check_may(catalog, actor, module)
    name = clean_name(name)
    try:
        coming = blobs.receive(source, most=most, head=8)
    except TooLarge:
        raise Refused(say("“{name}” is larger than what may be uploaded.", name=name)) from None
    try:
        with blobs.waiting(coming) as bytes:
            found = _looked_at(bytes, "", "")
    except BaseException:
        blobs.discard(coming.path)
        raise
    with store.write() as conn:
        made = _begin(conn, actor, module, coming, name, found)
    blobs.keep(coming)
    return made


def check_may(catalog: Catalog, actor: Actor, module: str) -> None:
    """Raises NotFound, and Denied for whoever imports nothing of this kind."""
    if actor.id is None or not may_import(catalog, actor, module):
        raise Denied(say("You may not import records of this kind."))


def may_import(catalog: Catalog, actor: Actor, module: str) -> bool:
    """Whether the actor may import some of these. Lines come in for whoever may import the records that they stand in,
    and change them. Raises NotFound."""
    parent = catalog.module(module).parent
    wanted = (module, parent.module) if parent else (module,)
    return all(may(catalog, actor, one, "import") for one in wanted)


def _begin(conn: sa.Connection, actor: Actor, module: str, coming: Coming, name: str, found: Look) -> Import:
    now, id, file_id = datetime.now(UTC), new_id(), new_id()
    type = XLSX if coming.head.startswith(PACKED) else "text/csv"
    conn.execute(file.insert().values(
        id=file_id, sha256=coming.sha256, size=coming.size, name=name, type=type, state=PENDING, created_at=now,
        created_by=actor.id, until=now + WAITS,
    ))  # fmt: skip
    facts = {"name": name, "look": asdict(found), "mapping": {}, "key": [], "skip_blank": True}
    conn.execute(import_run.insert().values(
        id=id, at=now, user_id=actor.id, module=module, file=file_id, state=DRAFT, facts=facts,
    ))  # fmt: skip
    return import_of(conn, actor, id)


def _looked_at(source: Any, sheet: str, delimiter: str) -> Look:
    with TemporaryDirectory(prefix="hanok-import-") as folder:
        path = Path(folder) / "table"
        with path.open("wb") as target:
            copyfileobj(source, target)
        return look(path, sheet=sheet, delimiter=delimiter)


def bring(conn: sa.Connection, blobs: Blobs, plan: Import, folder: Path) -> Path:
    """The file of an import in a folder. Raises Refused when it is gone."""
    found = stored(conn, [plan.file]).get(plan.file)
    if found is None:
        raise Refused(NO_FILE)
    path = folder / "table"
    try:
        with blobs.open(found.sha256) as source, path.open("wb") as target:
            copyfileobj(source, target)
    except FileNotFoundError:
        raise Refused(NO_FILE) from None
    return path


def look_again(store: Store, blobs: Blobs, actor: Actor, id: UUID, *, sheet: str, delimiter: str) -> Import:
    """Reads the file once more: another sheet of it, or another sign between its cells. Raises Refused."""
    with store.read() as conn, TemporaryDirectory(prefix="hanok-import-") as folder:
        plan = import_of(conn, actor, id)
        found = look(bring(conn, blobs, plan, Path(folder)), sheet=sheet, delimiter=delimiter)
    with store.write() as conn:
        plan = in_state(conn, actor, id, DRAFT, CHECKED)
        mark(conn, replace(plan, look=found, mapping={}, key=()), state=DRAFT)
        return import_of(conn, actor, id)


# -- the plan ----------------------------------------------------------------------------------------------------------
def import_of(conn: sa.Connection, actor: Actor, id: UUID, *, lock: bool = False) -> Import:
    """The actor's import of this id. Raises NotFound."""
    asked = sa.select(import_run).where(import_run.c.id == id, import_run.c.user_id == actor.id)
    row = conn.execute(asked.with_for_update() if lock else asked).first()
    if row is None:
        raise NotFound(GONE)
    return _import(row)


def _import(row: Any) -> Import:
    facts = row.facts
    said = facts["look"]
    found = Look(tuple(said["headings"]), tuple(map(tuple, said["samples"])), said["total"], said["encoding"],
                 said["delimiter"], said["sheet"], tuple(said["sheets"]))  # fmt: skip
    return Import(row.id, row.at, row.user_id, row.module, row.file, row.state, facts["name"], found, facts["mapping"],
                  tuple(facts["key"]), facts["skip_blank"], row.job, row.ended)  # fmt: skip


def in_state(conn: sa.Connection, actor: Actor, id: UUID, *states: str) -> Import:
    """The import, held until the transaction ends. Raises NotFound, and Refused where it is in another state."""
    plan = import_of(conn, actor, id, lock=True)
    if plan.state not in states:
        raise Refused(NOT_NOW)
    return plan


def mark(conn: sa.Connection, plan: Import, **values: Any) -> None:
    """Writes what is known of it, and how far it is: `state`, `job`, `ended`."""
    facts = {"name": plan.name, "look": asdict(plan.look), "mapping": dict(plan.mapping), "key": list(plan.key),
             "skip_blank": plan.skip_blank}  # fmt: skip
    conn.execute(import_run.update().where(import_run.c.id == plan.id).values(facts=facts, **values))


def finish(conn: sa.Connection, plan: Import, state: str) -> None:
    """It is over: its file goes in a week."""
    now = datetime.now(UTC)
    mark(conn, plan, state=state, ended=now)
    mine = sa.and_(file.c.id == plan.file, file.c.state == PENDING)
    conn.execute(file.update().where(mine).values(until=now + WAITS))


def past(conn: sa.Connection, actor: Actor, module: str, *, most: int = 50) -> tuple[Import, ...]:
    """The actor's imports of a module, the latest first."""
    asked = sa.select(import_run).where(import_run.c.user_id == actor.id, import_run.c.module == module)
    return tuple(map(_import, conn.execute(asked.order_by(import_run.c.id.desc()).limit(most))))


def remembered(conn: sa.Connection, actor: Actor, plan: Import) -> Import | None:
    """The last import of the same headings whose mapping was said."""
    wanted = sorted(map(fold, plan.look.headings))
    earlier = (one for one in past(conn, actor, plan.module, most=REMEMBERED) if one.id != plan.id and one.mapping)
    return next((one for one in earlier if sorted(map(fold, one.look.headings)) == wanted), None)


# -- rows --------------------------------------------------------------------------------------------------------------
def clear_rows(conn: sa.Connection, plan: Import) -> None:
    """Forgets what was found out about the rows."""
    conn.execute(import_row.delete().where(import_row.c.import_id == plan.id))


def note(conn: sa.Connection, plan: Import, outcomes: Sequence[Outcome], state: str) -> None:
    """Keeps what becomes of the rows of a batch, in the place of what was kept of them before."""
    if not outcomes:
        return
    these = import_row.c.number.between(outcomes[0].row, outcomes[-1].row)
    conn.execute(import_row.delete().where(import_row.c.import_id == plan.id, these))
    conn.execute(import_row.insert(), [_noted(plan, one, state) for one in outcomes])


def _noted(plan: Import, one: Outcome, state: str) -> dict[str, Any]:
    failed = one.action == FAILED
    told = [[fault.heading, written(fault.message)] for fault in one.faults]
    told += [["", written(each)] for each in one.notes]
    shown = one.action == CHANGED or (one.action == NEW and state == LOOKED_AT)
    return {
        "import_id": plan.id, "number": one.row, "action": one.action, "state": state,
        "record": None if failed or (state == LOOKED_AT and one.action == NEW) else one.id, "title": one.title,
        "version": one.version or None, "changes": dict(one.changes) if shown else None, "tied": dict(one.tied) or None,
        "problems": told or None, "cells": list(map(plain, one.cells)) if failed else None,
    }  # fmt: skip


def plain(cell: Any) -> Any:
    """A cell as it is kept, and as a table that is written has it again."""
    if isinstance(cell, datetime) and not (cell.hour or cell.minute or cell.second):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if cell is None or isinstance(cell, str | int | float | bool) else str(cell)


def counts(conn: sa.Connection, plan: Import) -> Mapping[tuple[str, str], int]:
    """How many rows by action and state."""
    asked = sa.select(import_row.c.action, import_row.c.state, sa.func.count()).group_by(
        import_row.c.action, import_row.c.state)  # fmt: skip
    return {(row[0], row[1]): row[2] for row in conn.execute(asked.where(import_row.c.import_id == plan.id))}


def rows(
    conn: sa.Connection, plan: Import, *, after: int = 0, size: int = 50, actions: Iterable[str] = (), state: str = ""
) -> tuple[Kept, ...]:
    """What is kept of the rows behind this number, in the order of the file."""
    asked = sa.select(import_row).where(import_row.c.import_id == plan.id, import_row.c.number > after)
    if actions:
        asked = asked.where(import_row.c.action.in_(list(actions)))
    if state:
        asked = asked.where(import_row.c.state == state)
    return tuple(map(kept, conn.execute(asked.order_by(import_row.c.number).limit(size))))


def kept(row: Any) -> Kept:
    told = ((heading, message_of(message)) for heading, message in row.problems or ())
    return Kept(
        row.number, row.action, row.state, row.record, row.title or "", row.version or 0, row.changes or {},
        row.tied or {}, tuple((heading, message) for heading, message in told if message), tuple(row.cells or ()),
    )  # fmt: skip


def failed_rows(conn: sa.Connection, plan: Import) -> Iterable[Kept]:
    """Every row that failed, some at a time."""
    place, some = 0, partial(rows, conn, plan, size=500, actions=(FAILED,))
    while found := some(after=place):
        yield from found
        place = found[-1].number
