"""A small site with workflows, and a worker that does everything that is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.automation import running
from hanok.engine.automation.events import Events
from hanok.engine.automation.run import Run
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, kinds_of
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.outbox import Subscriber
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.engine.store.automation_tables import run, run_step
from tests.builders import SMALL, TYPES, a_catalog, a_record, an_administrator, with_tables


def catalog_with(workflows: Mapping[str, str], more: Mapping[str, str] | None = None, **options: Any) -> Catalog:
    """The small model with these workflows, by key."""
    files = {f"workflows/{key}.yaml": text for key, text in workflows.items()}
    return a_catalog({**SMALL, **(more or {}), **files}, **options)


@dataclass
class Site:
    """A store with a catalog, and a worker over it that is asked to work."""

    store: Store
    catalog: Catalog
    folder: Path
    kinds: tuple[Kind, ...] = ()
    hearing: tuple[Subscriber, ...] = ()

    def __post_init__(self) -> None:
        with_tables(self.store, self.catalog)
        self.live = Live(self.store, TYPES, self.catalog)

    def work(self) -> int:
        """Does everything that is due; how many jobs ran."""
        kinds = kinds_of(running.KINDS, self.kinds)
        subscribers = (Events(self.live).subscriber, *self.hearing)
        return Worker(Surroundings(self.live, self.folder), kinds, subscribers=subscribers).run_until_idle()

    def make(self, module: str, **raw: Any) -> Record:
        return a_record(self.store, self.live.catalog, module, **raw)

    def change(self, record: Record, **raw: Any) -> Record:
        with self.store.write() as conn:
            found = records.get(conn, self.live.catalog, an_administrator(), record.module, record.id)
            return records.update(
                conn, self.live.catalog, an_administrator(), record.module, record.id, raw, version=found.version
            )

    def delete(self, record: Record) -> None:
        with self.store.write() as conn:
            records.delete(conn, self.live.catalog, an_administrator(), record.module, record.id)

    def read(self, record: Record) -> Record:
        with self.store.read() as conn:
            return records.get(conn, self.live.catalog, an_administrator(), record.module, record.id)

    def all(self, module: str) -> list[Record]:
        with self.store.read() as conn:
            query = records.Query(module=module, sort=("created_at",))
            return list(records.page(conn, self.live.catalog, an_administrator(), query).rows)

    def runs(self, workflow: str = "") -> list[Run]:
        """The runs, the oldest first."""
        wanted = sa.select(run).order_by(run.c.created_at, run.c.id)
        with self.store.read() as conn:
            rows = conn.execute(wanted.where(run.c.workflow == workflow) if workflow else wanted).mappings()
            return [Run.of(dict(row)) for row in rows]

    def trace(self, id: UUID) -> list[Mapping[str, Any]]:
        """What a run did, step by step."""
        with self.store.read() as conn:
            rows = conn.execute(sa.select(run_step).where(run_step.c.run == id).order_by(run_step.c.number))
            return [dict(row) for row in rows.mappings()]
