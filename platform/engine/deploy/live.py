"""The live catalog of a running process, and how work meets it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.deploy.planning import load_catalog
from hanok.engine.errors import StaleCatalog, say
from hanok.engine.fields import FieldType
from hanok.engine.store import Store, held_revision, live_revision
from hanok.engine.store.failures import passes

T = TypeVar("T")
ATTEMPTS = 3
#: How many new revisions one piece of work follows.
REVISIONS = 5


class Live:
    """A store and the catalog that is live in it.

    The catalog is swapped as a whole by one assignment; whoever took one keeps it to the end of its work. `read`
    never compiles. `write` runs on the live revision only.
    """

    def __init__(self, store: Store, types: Mapping[str, FieldType], catalog: Catalog) -> None:
        self.store = store
        self.types = types
        self._catalog = catalog
        self._compiling = Lock()

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    @contextmanager
    def read(self) -> Iterator[tuple[sa.Connection, Catalog]]:
        """A snapshot, and the catalog for it: an older one than the database's serves too, tables only grow."""
        catalog = self._catalog
        with self.store.read() as conn:
            yield conn, catalog

    def write(self, work: Callable[[sa.Connection, Catalog], T]) -> T:
        """The result of `work`, run in one transaction on the live revision.

        When another revision went live, it runs again on the new catalog (several times where deploys follow each
        other faster than this process gets its turn); after a deadlock, a serialisation failure or a busy SQLite file
        it runs again, three times in all. So `work` does nothing that cannot be undone by a rollback. Raises
        StaleCatalog when this process cannot follow.
        """
        for _ in range(REVISIONS):
            try:
                return self._write(work)
            except StaleCatalog:
                self.refresh()
        return self._write(work)

    def refresh(self) -> bool:
        """Takes up the live revision; whether there was a new one. Raises MetadataError when it cannot be compiled."""
        if self._is_current():
            return False
        with self._compiling:
            if self._is_current():
                return False
            self._catalog = load_catalog(self.store, self.types, before=self._catalog)
        return True

    def _is_current(self) -> bool:
        with self.store.read() as conn:
            return live_revision(conn) == self._catalog.revision

    def _write(self, work: Callable[[sa.Connection, Catalog], T]) -> T:
        for attempt in range(1, ATTEMPTS):
            try:
                return self._write_once(work)
            except sa.exc.DBAPIError as error:
                if not passes(error):
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311  # spreads rivals, guards nothing
        return self._write_once(work)

    def _write_once(self, work: Callable[[sa.Connection, Catalog], T]) -> T:
        catalog = self._catalog
        with self.store.write() as conn:
            if held_revision(conn) != catalog.revision:
                raise StaleCatalog(say("The application was changed just now. Please try again."))
            return work(conn, catalog)


def load_live(store: Store, types: Mapping[str, FieldType]) -> Live:
    """The live catalog of a store. Raises Refused when the system tables do not fit this program."""
    store.check_schema()
    return Live(store, types, load_catalog(store, types))
