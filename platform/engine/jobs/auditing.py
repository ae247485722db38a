"""Logs of the trail as files, made in the background; and what is too old of them, forgotten.

The file is made with the rights that whoever asked has when the job runs, from one snapshot.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa

from hanok.engine.access import Actor, seen
from hanok.engine.catalog import Catalog
from hanok.engine.errors import say
from hanok.engine.fields.file_names import clean_name
from hanok.engine.jobs.exporting import folder_of, keep
from hanok.engine.jobs.housekeeping import BATCH, in_batches
from hanok.engine.jobs.job import LIVING, SOON
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.schedules import Schedule
from hanok.engine.jobs.work import GiveUp, Work
from hanok.engine.records.auditing import Search
from hanok.engine.records.auditing.administration import Wanted
from hanok.engine.records.auditing.files import ADMINISTRATION, TITLES, LogFile
from hanok.engine.records.auditing.walking import SLACK, first_id
from hanok.engine.records.deeds import tell
from hanok.engine.records.writing import MOST_XLSX_ROWS, TOO_MANY_ROWS, write_table
from hanok.engine.store.account_tables import deed
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import audit

KEY = "audit.export"
#: Rows between two words about how far it is.
EVERY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A log as a file. `module` is the subject of the log of administration; the rest as `Search` has it."""

    log: str
    language: str
    ending: str
    module: str = ""
    action: str = ""
    field: str = ""
    words: str = ""
    actor: UUID | None = None
    person: UUID | None = None
    record: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def asked(self) -> Search | Wanted:
        """The question to the engine."""
        if self.log == ADMINISTRATION:
            return Wanted(subject=self.module, actor=self.actor, since=self.since, until=self.until)
        return Search(
            log=self.log, module=self.module, action=self.action, field=self.field, words=self.words, actor=self.actor,
            person=self.person, record=self.record, since=self.since, until=self.until,
        )  # fmt: skip


def ask(conn: sa.Connection, catalog: Catalog, actor: Actor, wish: Wish) -> UUID:
    """Puts it into the queue; the id of the job, the same one where it waits already. Raises Invalid and Denied."""
    LogFile(conn, seen(catalog, actor), actor, wish.asked(), wish.language).check()
    payload = {key: str(value) if value is not None else None for key, value in asdict(wish).items()}
    digest = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    unique = f"{KEY}:{actor.id}:{digest}"
    same = sa.select(job.c.id).where(job.c.unique_key == unique, job.c.state.in_(LIVING))
    living = conn.execute(same).scalar()
    if living is not None:
        return UUID(str(living))
    title = say("Export of {module}", module=TITLES[wish.log])
    return enqueue(conn, KEY, payload, priority=SOON, unique=unique, actor=actor, title=title)


def run(work: Work) -> dict[str, Any]:
    """Writes the file and keeps it: `{"file": id, "name": …, "rows": n, "until": moment}`."""
    blobs = work.surroundings.blobs
    if blobs is None:
        raise GiveUp(say("This site keeps no files: its setting `files` says no place for them."))
    wish = wish_of(work.payload)
    with folder_of(work) as folder:
        path = folder / f"export{wish.ending}"
        with work.read() as (conn, catalog):
            actor = work.actor(conn, catalog)
            found = LogFile(conn, seen(catalog, actor), actor, wish.asked(), wish.language)
            name = clean_name(f"{found.title} {_today(actor, catalog)}{wish.ending}")
            counter = _Counter(work.progress, most=MOST_XLSX_ROWS if wish.ending == ".xlsx" else None)
            write_table(path, found.headings, counter.of(found.rows()), title=found.title)
        made = keep(work, blobs, path, name, lambda conn: _tell(conn, actor, wish, counter.rows, name))
    until = made.until.isoformat() if made.until else None
    return {"file": str(made.id), "name": made.name, "rows": counter.rows, "until": until}


def wish_of(payload: Mapping[str, Any]) -> Wish:
    """The wish as its job keeps it."""
    said = dict(payload)
    for key in ("actor", "person", "record"):
        said[key] = UUID(said[key]) if said[key] else None
    for key in ("since", "until"):
        said[key] = datetime.fromisoformat(said[key]) if said[key] else None
    return Wish(**said)


@dataclass(slots=True)
class _Counter:
    """Counts the rows that it lets through. Raises GiveUp behind the most."""

    told: Callable[[int], None]
    most: int | None
    rows: int = 0

    def of(self, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
        for row in rows:
            if self.rows == self.most:
                raise GiveUp(TOO_MANY_ROWS)
            self.rows += 1
            if self.rows % EVERY == 0:
                self.told(self.rows)
            yield row


def _today(actor: Actor, catalog: Catalog) -> str:
    return f"{datetime.now(ZoneInfo(actor.zone or catalog.app.zone)):%Y-%m-%d}"


def _tell(conn: sa.Connection, actor: Actor, wish: Wish, rows: int, name: str) -> None:
    known = ("log", "language", "ending", "module")
    asked = {key: value for key, value in asdict(wish).items() if value and key not in known}
    changes: dict[str, Any] = {"rows": [None, rows], "file": [None, name]}
    if wish.module:
        changes["module"] = [None, wish.module]
    if asked:
        changes["filter"] = [None, ", ".join(f"{key}={value}" for key, value in asked.items())]
    tell(conn, actor, "export", "exported", about=f"audit.{wish.log}", title=TITLES[wish.log]["en"], changes=changes)


def forget(work: Work) -> dict[str, int]:
    """Deletes entries and deeds that are older than the setting `audit_days`; none where it is 0."""
    days = int(work.surroundings.settings.get("audit_days", 0))
    if days <= 0:
        return {"entries": 0, "deeds": 0}
    before = datetime.now(UTC) - timedelta(days=days)

    def some(table: sa.Table) -> Callable[[sa.Connection], int]:
        old = sa.select(table.c.id).where(table.c.at < before, table.c.id < first_id(before + SLACK))
        oldest = old.order_by(table.c.id).limit(BATCH)
        return lambda conn: conn.execute(table.delete().where(table.c.id.in_(oldest))).rowcount

    return {"entries": in_batches(work, some(audit)), "deeds": in_batches(work, some(deed))}


KINDS = (
    Kind(KEY, say("Export of a log"), run, attempts=3, long=True, own=True),
    Kind("audit.forget", say("Forget old entries of the audit"), forget, long=True),
)
SCHEDULES = (Schedule("audit.forget", "audit.forget", say("Forget old entries of the audit"), "40 3 * * *"),)
