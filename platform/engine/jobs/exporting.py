"""Exports as jobs: the records of a list as a file that is kept a week for whoever asked for it.

The job reads one snapshot with the rights that its actor has when it runs. A run that was cut off begins anew: the
file appears with its row, whole, and a run that follows takes the place of the former one's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa

from hanok.engine.access import Actor, may
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, NotFound, say
from hanok.engine.fields.file_names import clean_name
from hanok.engine.jobs.job import LIVING, SOON
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.queue import enqueue, job_of
from hanok.engine.jobs.work import GiveUp, Work
from hanok.engine.records.attachments import MADE, Stored, stored
from hanok.engine.records.deeds import tell
from hanok.engine.records.exporting import Export, Listed, Wish, export
from hanok.engine.records.writing import MOST_XLSX_ROWS, TOO_MANY_ROWS
from hanok.engine.store import new_id
from hanok.engine.store.blobs import Blobs
from hanok.engine.store.job_tables import job
from hanok.engine.store.moments import now as now_of
from hanok.engine.store.tables import file

KEY = "records.export"
#: The kinds of files, with the type that each is sent as.
TYPES: Mapping[str, str] = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
}
#: How long the file is kept.
WEEK = timedelta(days=7)
GONE = say("There is no such file, or you may not see it.")


def ask(conn: sa.Connection, catalog: Catalog, wish: Wish, ending: str) -> UUID:
    """Puts an export into the queue; the id of the job. Asked for again before it has ended, it is the same one.

    Raises what `export` raises.
    """
    found = export(conn, catalog, wish)
    payload = {
        "module": wish.module, "language": wish.language, "columns": list(wish.columns), "ending": ending,
        "where": dict(wish.where), "listed": asdict(wish.listed) if wish.listed else None,
    }  # fmt: skip
    unique = f"{KEY}:{wish.actor.id}:{_digest(payload)}"
    same = sa.select(job.c.id).where(job.c.unique_key == unique, job.c.state.in_(LIVING))
    living = conn.execute(same).scalar()
    if living is not None:
        return UUID(str(living))
    title = say("Export of {module}", module=found.title)
    return enqueue(conn, KEY, payload, priority=SOON, unique=unique, actor=wish.actor, title=title)


def _digest(payload: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def run(work: Work) -> dict[str, Any]:
    """Writes the file and keeps it: `{"file": id, "name": …, "rows": n, "until": moment}`."""
    blobs = work.surroundings.blobs
    if blobs is None:
        raise GiveUp(say("This site keeps no files: its setting `files` says no place for them."))
    with folder_of(work) as folder:
        path = folder / f"export{work.payload['ending']}"
        with work.read() as (conn, catalog):
            actor = work.actor(conn, catalog)
            found = export(conn, catalog, _wish(work, actor))
            total = found.count()
            if path.suffix == ".xlsx" and total > MOST_XLSX_ROWS:
                raise GiveUp(TOO_MANY_ROWS)
            work.progress(0, total)
            rows = found.write(path, lambda done: work.progress(done, total))
            name = name_of(found, work.payload["ending"])
        work.progress(rows, rows)
        made = keep(work, blobs, path, name, lambda conn: tell_of(conn, actor, found.wish, rows, name))
    until = made.until.isoformat() if made.until else None
    return {"file": str(made.id), "name": made.name, "rows": rows, "until": until}


@contextmanager
def folder_of(work: Work) -> Iterator[Path]:
    """A folder to write in. One that a killed run of the same job left on this machine goes before."""
    prefix = f"hanok-export-{work.job.id}-"
    for stale in Path(gettempdir()).glob(f"{prefix}*"):
        rmtree(stale, ignore_errors=True)
    with TemporaryDirectory(prefix=prefix) as folder:
        yield Path(folder)


def _wish(work: Work, actor: Actor) -> Wish:
    said = work.payload
    listed = said["listed"]
    return Wish(
        actor=actor, module=said["module"], language=said["language"], columns=tuple(said["columns"]),
        where=said["where"], listed=Listed(**{**listed, "sort": tuple(listed["sort"])}) if listed else None,
    )  # fmt: skip


def name_of(found: Export, ending: str) -> str:
    """What the file is called: the module and the day, as the actor has it."""
    zone = ZoneInfo(found.wish.actor.zone or found.catalog.app.zone)
    return clean_name(f"{found.title} {datetime.now(zone):%Y-%m-%d}{ending}")


def tell_of(conn: sa.Connection, actor: Actor, wish: Wish, rows: int, name: str) -> None:
    """Leaves a deed: who took which records out, how many, and by which filter."""
    listed = wish.listed
    said = [*wish.where.items()] if wish.where else []
    parts = [listed.saved, listed.words, listed.asked and orjson.dumps(listed.asked).decode()] if listed else said
    asked = ", ".join(part if isinstance(part, str) else "=".join(part) for part in parts if part)
    told = {"rows": [None, rows], "file": [None, name], **({"filter": [None, asked]} if asked else {})}
    tell(conn, actor, "export", "exported", about=wish.module, title=wish.module, changes=told)


def keep(work: Work, blobs: Blobs, path: Path, name: str, told: Callable[[sa.Connection], None]) -> Stored:
    """The row first, then the bytes (`Blobs.remove`). What a former run left ends now; `told` tells of it."""
    with path.open("rb") as source:
        coming = blobs.receive(source, most=path.stat().st_size)
    id = new_id()

    def effect(conn: sa.Connection, _: Catalog) -> Stored:
        now = now_of(conn)
        if work.checkpoint:
            conn.execute(file.update().where(file.c.id == UUID(work.checkpoint)).values(until=now))
        made = Stored(id, coming.sha256, coming.size, name, TYPES[path.suffix], None, MADE, None, None, None, now,
                      work.job.actor_id, now + WEEK)  # fmt: skip
        conn.execute(file.insert().values({column.name: getattr(made, column.name) for column in file.c}))
        told(conn)
        return made

    try:
        made = work.write(effect, checkpoint=str(id))
    except BaseException:
        blobs.discard(coming.path)
        raise
    blobs.keep(coming)
    return made


def file_made(conn: sa.Connection, catalog: Catalog, actor: Actor, id: UUID) -> Stored:
    """The file that a job made for this actor. Raises NotFound: also for everybody else's, and when it is gone.

    Raises Denied for whoever may not export such records any more.
    """
    one = job_of(conn, id)
    made = one.result.get("file") if isinstance(one.result, Mapping) else None
    if made is None or one.actor_id is None or one.actor_id != actor.id:
        raise NotFound(GONE)
    found = stored(conn, [UUID(made)]).get(UUID(made))
    if found is None or found.state != MADE or found.created_by != actor.id:
        raise NotFound(GONE)
    if one.kind == KEY and not may(catalog, actor, one.payload["module"], "export"):
        raise Denied(say("You may not export records of this kind."))
    if one.payload.get("log") == "administration" and not actor.governs:
        raise Denied(say("Only administrators may see this."))
    return found


KINDS = (Kind(KEY, say("Export"), run, attempts=3, long=True, own=True),)
