"""Processes of their own: servers that write, and deploys that are killed."""

from __future__ import annotations

import os
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live, Site, deploy, finish, load_live, make_plan, write_manifest
from hanok.engine.errors import Conflict
from hanok.engine.language import Layer
from hanok.engine.store import Store, open_store
from tests.builders import CORE, TYPES, a_layer, an_administrator
from tests.forked import PROCESSES

ADMIN = an_administrator()


class PowerCutError(Exception):
    """What stands for a power cut within a process."""


class Cut:
    """Counts what a store's connections do, statements and commits, and at the n-th one calls `blow`."""

    def __init__(self, store: Store, number: int, blow: Callable[[], None]) -> None:
        self.number = number
        self.blow = blow
        self.done = 0
        for engine in store.engines:
            sa.event.listen(engine, "before_cursor_execute", self._reached)
            sa.event.listen(engine, "commit", self._reached)

    def _reached(self, *_: Any) -> None:
        self.done += 1
        if self.done == self.number:
            self.blow()


def fail() -> None:
    raise PowerCutError


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def bring_up_to_date(store: Store, layers: Sequence[Layer]) -> None:
    """Deploys, or goes on with what another deploy left."""
    plan = make_plan(store, layers, TYPES)
    if plan.empty:
        finish(store, TYPES)
    else:
        deploy(store, plan, accept=[step.key for step in plan.steps])


def deploy_and_die(address: str, files: Mapping[str, str], number: int) -> None:
    store = open_store(address)
    Cut(store, number, die)
    bring_up_to_date(store, [CORE, a_layer(files)])


def deploy_folder(address: str, folder: str) -> None:
    """What a person does who has edited the files of a site: deploys them, and notes that they are live."""
    store = open_store(address)
    site = Site(Path(folder), {}, store, TYPES)
    bring_up_to_date(store, [CORE, site.own_layer()])
    write_manifest(site)
    store.dispose()


def deploy_folder_when_told(address: str, folder: str, told: Any) -> None:
    """The same, as soon as somebody is there to watch."""
    if told.wait(60):
        deploy_folder(address, folder)


@dataclass
class Told:
    """What a writer has to say at its end."""

    written: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    errors: list[str] = field(default_factory=list)


def write_on(address: str, seed: int, ids: Sequence[str], told: Any, stop: Any, begun: Any) -> None:
    """Adds 1 to `size` of random companies as a server would, until it is told to stop."""
    store = open_store(address)
    live, drawn, seen = load_live(store, TYPES), Random(seed), Told()
    while not stop.is_set():
        id = drawn.choice(ids)
        try:
            live.write(lambda conn, catalog: _add_one(conn, catalog, id))  # noqa: B023  # runs at once
            seen.written[id] += 1
        except Conflict:
            seen.conflicts += 1
        except Exception as error:  # noqa: BLE001  # whatever it is, the test tells
            seen.errors.append("".join(traceback.format_exception(error))[-2000:])
        begun.set()
    told.put(seen)
    store.dispose()


def _add_one(conn: sa.Connection, catalog: Catalog, id: str) -> None:
    found = records.get(conn, catalog, ADMIN, "company", id)
    raw = {"size": int(found.values["size"] or 0) + 1}
    records.update(conn, catalog, ADMIN, "company", id, raw, version=found.version)


def create_numbered(address: str, count: int, told: Any, every: int) -> None:
    """Creates records with an automatic number; each `every`-th attempt fails after its number was drawn."""
    store = open_store(address)
    live = load_live(store, TYPES)
    numbers = []
    for turn in range(count):
        if every and turn % every == 0:
            with_a_failure(live)
        numbers.append(live.write(_create_numbered).values["number"])
    told.put(numbers)
    store.dispose()


def _create_numbered(conn: sa.Connection, catalog: Catalog) -> records.Record:
    return records.create(conn, catalog, ADMIN, "ticket", {"name": "x"})


def with_a_failure(live: Live) -> None:
    """A save that draws a number and is taken back."""

    def work(conn: sa.Connection, catalog: Catalog) -> None:
        _create_numbered(conn, catalog)
        fail()

    try:
        live.write(work)
    except PowerCutError:
        return


@contextmanager
def running(works: Sequence[tuple[Callable[..., None], tuple[Any, ...]]]) -> Iterator[list[Any]]:
    """Processes that do these works; none outlives the block."""
    processes = [PROCESSES.Process(target=work, args=args) for work, args in works]
    for process in processes:
        process.start()
    try:
        yield processes
        for process in processes:
            process.join(60)
    finally:
        for process in processes:
            if process.is_alive():
                process.kill()
            process.join()
