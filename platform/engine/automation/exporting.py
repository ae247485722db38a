"""Runs of workflows as a file, made in the background: the process audit, to be taken along."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation.listing import Search, every
from hanok.engine.automation.run import Run
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, say
from hanok.engine.fields import Labels, in_language
from hanok.engine.fields.file_names import clean_name
from hanok.engine.jobs.exporting import folder_of, keep
from hanok.engine.jobs.job import LIVING, SOON
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.work import GiveUp, Work
from hanok.engine.records.deeds import tell
from hanok.engine.records.writing import MOST_XLSX_ROWS, TOO_MANY_ROWS, write_table
from hanok.engine.store.job_tables import job

KEY = "runs.export"
TITLE: Labels = {"en": "Process audit", "ko": "프로세스 감사"}
HEADINGS: Sequence[Labels] = (
    {"en": "When", "ko": "일시"}, {"en": "Workflow", "ko": "워크플로"}, {"en": "Workflow key", "ko": "워크플로 키"},
    {"en": "Module", "ko": "모듈"}, {"en": "Record", "ko": "레코드"}, {"en": "Record id", "ko": "레코드 ID"},
    {"en": "Trigger", "ko": "시작 계기"}, {"en": "By whom", "ko": "누가"}, {"en": "Status", "ko": "상태"},
    {"en": "Ended", "ko": "끝난 일시"}, {"en": "Problem", "ko": "문제"}, {"en": "Run id", "ko": "실행 ID"},
)  # fmt: skip
#: Rows between two words about how far it is.
EVERY = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The runs of a search as a file, in a language."""

    search: Search
    language: str
    ending: str


def ask(conn: sa.Connection, actor: Actor, wish: Wish) -> UUID:
    """Puts it into the queue; the id of the job, the same one where it waits already. Raises Denied."""
    _check(actor)
    payload = {"language": wish.language, "ending": wish.ending, **_plain(wish.search)}
    digest = hashlib.sha256(orjson.dumps(payload, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    unique = f"{KEY}:{actor.id}:{digest}"
    living = conn.execute(sa.select(job.c.id).where(job.c.unique_key == unique, job.c.state.in_(LIVING))).scalar()
    if living is not None:
        return UUID(str(living))
    title = say("Export of {module}", module=TITLE)
    return enqueue(conn, KEY, payload, priority=SOON, unique=unique, actor=actor, title=title)


def run(work: Work) -> dict[str, Any]:
    """Writes the file and keeps it: `{"file": id, "name": …, "rows": n, "until": moment}`."""
    blobs = work.surroundings.blobs
    if blobs is None:
        raise GiveUp(say("This site keeps no files: its setting `files` says no place for them."))
    language, ending = str(work.payload["language"]), str(work.payload["ending"])
    with folder_of(work) as folder:
        path = folder / f"export{ending}"
        with work.read() as (conn, catalog):
            actor = work.actor(conn, catalog)
            _check(actor)
            zone = ZoneInfo(actor.zone or catalog.app.zone)
            name = clean_name(f"{in_language(TITLE, language)} {datetime.now(zone):%Y-%m-%d}{ending}")
            table = _Table(work, catalog, language, zone, MOST_XLSX_ROWS if ending == ".xlsx" else None)
            headings = tuple(in_language(one, language) for one in HEADINGS)
            write_table(path, headings, table.rows(every(conn, _search(work.payload))),
                        title=in_language(TITLE, language))  # fmt: skip
        changes = {"rows": [None, table.count], "file": [None, name]}
        made = keep(work, blobs, path, name, lambda conn: tell(
            conn, actor, "export", "exported", about="audit.processes", title=TITLE["en"], changes=changes
        ))  # fmt: skip
    until = made.until.isoformat() if made.until else None
    return {"file": str(made.id), "name": made.name, "rows": table.count, "until": until}


@dataclass(slots=True)
class _Table:
    """Runs as rows, counted. Raises GiveUp behind the most."""

    work: Work
    catalog: Catalog
    language: str
    zone: ZoneInfo
    most: int | None
    count: int = 0

    def rows(self, runs: Iterator[Run]) -> Iterator[list[Any]]:
        for one in runs:
            if self.count == self.most:
                raise GiveUp(TOO_MANY_ROWS)
            self.count += 1
            if self.count % EVERY == 0:
                self.work.progress(self.count)
            yield self._row(one)

    def _row(self, one: Run) -> list[Any]:
        workflow, module = self.catalog.workflows.get(one.workflow), self.catalog.every.get(one.module)
        return [
            self._moment(one.created_at), in_language(workflow.label, self.language) if workflow else one.workflow,
            one.workflow, in_language(module.label, self.language) if module else one.module, one.title,
            str(one.record or ""), one.trigger, str(one.cause.get("by") or ""), one.state, self._moment(one.ended_at),
            str(one.error or ""), str(one.id),
        ]  # fmt: skip

    def _moment(self, at: datetime | None) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}" if at else ""


def _check(actor: Actor) -> None:
    if not actor.governs:
        raise Denied(say("Only administrators may see this."))


def _plain(search: Search) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value if value is None or isinstance(value, str)
            else value.isoformat() if isinstance(value, datetime) else str(value)
            for key, value in asdict(search).items()}  # fmt: skip


def _search(payload: Mapping[str, Any]) -> Search:
    moments = {key: datetime.fromisoformat(payload[key]) if payload[key] else None for key in ("since", "until")}
    return Search(
        workflow=payload["workflow"], modules=tuple(payload["modules"]), state=payload["state"],
        trigger=payload["trigger"], record=UUID(payload["record"]) if payload["record"] else None, **moments,
    )  # fmt: skip


KINDS = (Kind(KEY, say("Export of a log"), run, attempts=3, long=True, own=True),)
