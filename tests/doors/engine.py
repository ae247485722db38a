"""Trials of ways to records that are no addresses: files that are read in, jobs that run with somebody's rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from hanok.app import job_kinds
from hanok.engine.access import Actor
from hanok.engine.deploy import Live
from hanok.engine.errors import Invalid, say
from hanok.engine.jobs import Surroundings, Work, claiming, enqueue
from hanok.engine.records.attachments import stored
from hanok.engine.store import new_id
from hanok.engine.store.job_tables import job as jobs
from tests.doors.audits import is_administrator
from tests.doors.trial import DO, HERS, MODULE, NEW, SEE, Ask, Here, Trial
from tests.fields.fields import TYPES
from tests.records.files import Database

LEASE = timedelta(seconds=60)


def importing(*columns: str) -> Callable[[Here], Ask]:
    """A file with one row: a new record, or other values of the one that is meant."""

    def ask(here: Here) -> Ask:
        row = {"id": str(here.id), "name": "brought", "flag": "true"}
        text = "\n".join(",".join(each) for each in (columns, [row[key] for key in columns]))
        key = ("id",) if "id" in columns else ()
        return Ask("import", act=lambda actor: _imported(here, actor, text, key))

    return ask


def _imported(here: Here, actor: Actor, text: str, key: tuple[str, ...]) -> str:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        file.write_text(text)
        found = Database(here.world.store, here.world.catalog).bring(file, here.module, actor=actor, key=key)
    if found.faults:
        raise Invalid({"": [say("{faults}", faults=" ".join(found.faults))]})
    return ""


def working(kind: str, payload: Callable[[Here], dict[str, Any]]) -> Callable[[Here], Ask]:
    """A job that was asked for in time and runs now, with the rights of now; told is what it wrote."""
    return lambda here: Ask("job", act=lambda actor: _worked(here, actor, kind, payload(here)))


def _worked(here: Here, actor: Actor, kind: str, payload: dict[str, Any]) -> str:
    world = here.world
    with world.store.write() as conn:
        conn.execute(jobs.delete().where(jobs.c.kind == kind))  # what others asked for and nobody did
        enqueue(conn, kind, payload, actor=actor)
    with world.store.write() as conn:
        (one,) = claiming.claim(conn, new_id(), 1, lease=LEASE, kinds=[kind])
    live = Live(world.store, TYPES, world.catalog)
    made = job_kinds()[kind].run(Work(one, Surroundings(live, Path("/nowhere"), blobs=world.blobs)))
    with world.store.read() as conn:
        found = stored(conn, [UUID(made["file"])])[UUID(made["file"])]
    with world.blobs.open(found.sha256) as source:
        return source.read().decode()


def an_export(here: Here) -> dict[str, Any]:
    return {"module": here.module, "language": "en", "columns": [], "ending": ".csv", "where": {}, "listed": None}


def a_log(log: str) -> Callable[[Here], dict[str, Any]]:
    """An export of a log, about records with these words."""
    nothing = dict.fromkeys(("actor", "person", "record", "since", "until"))
    plain = {"log": log, "language": "en", "ending": ".csv", "module": "", "action": "", "field": ""}
    return lambda here: {**nothing, **plain, "words": here.target.find if log == "input" else ""}


TRIALS: tuple[Trial, ...] = (
    Trial("engine.import", importing("name", "flag"), ((MODULE, "import"), (MODULE, "create"), (NEW, "create")),
          writes=True, closed=(403, 422), refused=(403, 422)),
    Trial("engine.import", importing("id", "name"), ((MODULE, "import"), (SEE, "view"), (DO, "edit")), way="changes",
          writes=True, refused=(403, 422), hidden=(422,)),
    Trial("engine.records.export", working("records.export", an_export), ((MODULE, "list"), (MODULE, "export")),
          shows="export", writes=True, leaves=("hanok_job",)),
    Trial("engine.audit.export", working("audit.export", a_log("input")), shows="export", writes=None, done=(200, 403)),
    Trial("engine.audit.export", working("audit.export", a_log("administration")), (HERS,), writes=True,
          way="administration", only=is_administrator, hidden=(403,), leaves=("hanok_job",)),
)  # fmt: skip
