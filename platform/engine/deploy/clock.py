"""Something done over and over beside a server's requests."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

import structlog

log = structlog.get_logger(__name__)


class Clock:
    """Calls `work` every so many seconds on a thread of its own, until it is stopped or the process ends.

    Whatever `work` raises is logged (once while it stays the same) and the clock goes on: a server whose database is
    away for a minute must notice what was deployed meanwhile.
    """

    def __init__(self, name: str, work: Callable[[], object], *, seconds: float) -> None:
        self.name = name
        self.work = work
        self.seconds = seconds
        self._ended = Event()
        self._thread = Thread(target=self._run, name=f"hanok-{name}", daemon=True)
        self._failure = ""

    def start(self) -> Clock:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends after the work that is under way."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def tick(self) -> None:
        """Does the work once, as the thread does."""
        try:
            self.work()
        except Exception as error:  # noqa: BLE001  # nobody would start this thread again
            if str(error) != self._failure:
                log.error("clock failed", clock=self.name, error=str(error))
            self._failure = str(error)
        else:
            self._failure = ""

    def _run(self) -> None:
        while not self._ended.wait(self.seconds):
            self.tick()
