"""Jobs for the screens: a program that knows three kinds, and rows in every state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from hanok.engine.accounts.people import UserColumns
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import say, written
from hanok.engine.jobs import Kind, enqueue, kinds_of
from hanok.engine.jobs.job import ENDED
from hanok.engine.jobs.kinds import Kinds
from hanok.engine.jobs.running import BROKEN
from hanok.engine.store import Store, new_id
from hanok.engine.store.job_tables import job, worker
from hanok.engine.store.moments import now
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from tests.builders import TYPES

KINDS = kinds_of((
    Kind("trial.own", say("Export"), lambda work: None, own=True),
    Kind("trial.quiet", say("Cleaning"), lambda work: None),
    Kind("trial.third", say("Reminder"), lambda work: None),
))  # fmt: skip


def an_app(store: Store, catalog: Catalog, kinds: Kinds = KINDS) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(store, TYPES, catalog), {"secret_key": "for tests only"})
    made.register_blueprint(blueprint(kinds))
    return made


def a_job(store: Store, kind: str = "trial.quiet", state: str = "waiting", **values: Any) -> UUID:
    """A job in this state; `title` is a text, `ago` how long ago it ended or is due, in seconds."""
    title, ago = values.pop("title", ""), timedelta(seconds=values.pop("ago", 0))
    payload = values.pop("payload", {})
    with store.write() as conn:
        id = enqueue(conn, kind, payload)
        moment = now(conn) - ago
        rest: dict[str, Any] = {"state": state, "due": moment, **values}
        if title:
            rest["title"] = {"text": "{name}", "facts": {"name": title}}
        if state in ENDED:
            rest.setdefault("ended_at", moment)
        if state == "running":
            rest |= {"started_at": moment, "worker": new_id(), "lease_until": now(conn) + timedelta(minutes=5)}
        if state == "failed":
            rest.setdefault("error", written(BROKEN))
        conn.execute(job.update().where(job.c.id == id).values(rest))
    return id


def a_worker(store: Store, *, host: str = "one.example", ago: float = 0) -> UUID:
    """A worker that was last seen so many seconds ago."""
    with store.write() as conn:
        seen = now(conn) - timedelta(seconds=ago)
        id = new_id()
        conn.execute(worker.insert().values(id=id, host=host, pid=42, threads=2, code_version="1", started=seen,
                                            seen=seen, ran=7))  # fmt: skip
    return id


def state_of(store: Store, id: UUID) -> str:
    """The state of a job, "" where it is gone."""
    with store.read() as conn:
        return conn.scalar(sa.select(job.c.state).where(job.c.id == id)) or ""


def values_of(store: Store, id: UUID) -> dict[str, Any]:
    with store.read() as conn:
        return dict(conn.execute(sa.select(job).where(job.c.id == id)).mappings().one())


def user(store: Store, catalog: Catalog, username: str) -> UUID:
    """The id of a user."""
    columns = UserColumns.of(catalog)
    with store.read() as conn:
        found: UUID = conn.execute(sa.select(columns.id).where(columns.username == username)).scalar_one()
    return found
