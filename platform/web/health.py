"""Whether this process can serve: the database, its system tables, the revision, the folder of files.

Asked by load balancers, so it says which check fails and nothing more; why stands in the log, once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path

import structlog
from fsspec.implementations.local import LocalFileSystem

from hanok.engine.deploy import Live
from hanok.engine.errors import HanokError
from hanok.engine.store import live_revision, schema
from hanok.engine.store.blobs import Blobs
from hanok.web.timely import Timely

log = structlog.get_logger(__name__)
#: How long the database may take, in seconds.
PATIENCE = 2.0
#: How long a process may take to compile a revision that went live, in seconds.
BEHIND = 30.0
GOOD, BAD, UNKNOWN = "ok", "failed", "unknown"
Checks = Mapping[str, str]


class Health:
    """Looks whether a site can be served. `checks` is quick even while the database hangs."""

    def __init__(self, live: Live, blobs: Blobs | None) -> None:
        self.live = live
        self.blobs = blobs
        self._database = Timely(self._of_database, seconds=PATIENCE)
        self._files = Timely(self._of_files, seconds=PATIENCE)
        self._behind_since: float | None = None
        self._said: Checks = {}

    def checks(self) -> Checks:
        """Each check with `ok`, `failed`, or `unknown` where an earlier one failed."""
        until = time.monotonic() + PATIENCE
        found = {"database": BAD, "schema": UNKNOWN, "revision": UNKNOWN, "files": BAD}
        reasons: dict[str, str] = {}
        for name, timely in (("database", self._database), ("files", self._files)):
            try:
                found |= timely.ask(max(0.0, until - time.monotonic()))
            except Exception as error:  # noqa: BLE001  # whatever it is, this process cannot serve
                reasons[name] = str(error) or type(error).__name__
        self._say(found, reasons)
        return found

    def _say(self, found: Checks, reasons: Mapping[str, str]) -> None:
        """What changed, to the log."""
        before, self._said = self._said, dict(found)
        if found == before:
            return
        if all(state == GOOD for state in found.values()):
            if before:
                log.info("ready again")
            return
        log.warning("not ready", checks=found, **{f"{name}_error": reason for name, reason in reasons.items()})

    def _of_database(self) -> dict[str, str]:
        with self.live.store.read() as conn:
            try:
                schema.check(conn)
            except HanokError:
                return {"database": GOOD, "schema": BAD}
            current = live_revision(conn) == self.live.catalog.revision
        return {"database": GOOD, "schema": GOOD, "revision": GOOD if self._follows(current) else BAD}

    def _follows(self, current: bool) -> bool:
        """Whether what runs here is live, or was until a moment ago."""
        if current:
            self._behind_since = None
            return True
        self._behind_since = self._behind_since or time.monotonic()
        return time.monotonic() - self._behind_since < BEHIND

    def _of_files(self) -> dict[str, str]:
        if self.blobs is None or not isinstance(self.blobs.system, LocalFileSystem):
            return {"files": GOOD}
        root = Path(self.blobs.root)
        there = next(place for place in (root, *root.parents) if place.exists())
        return {"files": GOOD if there.is_dir() and os.access(there, os.W_OK | os.X_OK) else BAD}


def is_ready(checks: Checks) -> bool:
    return all(state == GOOD for state in checks.values())


