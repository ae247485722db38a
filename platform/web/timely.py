"""An answer within so many seconds, or none: for what asks a database that may hang."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Timely(Generic[T]):
    """Asks `work` on a thread of its own. Whoever comes while it is being asked waits for the same answer.

    So one thread hangs where the database hangs, however many ask.
    """

    def __init__(self, work: Callable[[], T], *, seconds: float) -> None:
        self.work = work
        self.seconds = seconds
        self._lock = Lock()
        self._asked: Future[T] | None = None

    def ask(self, seconds: float | None = None) -> T:
        """The answer. Raises TimeoutError, and whatever `work` raises."""
        with self._lock:
            if self._asked is None or self._asked.done():
                self._asked = Future()
                Thread(target=self._answer, args=(self._asked,), name="hanok-asking", daemon=True).start()
            asked = self._asked
        return asked.result(self.seconds if seconds is None else seconds)

    def _answer(self, asked: Future[T]) -> None:
        try:
            found = self.work()
        except Exception as error:  # noqa: BLE001  # goes to whoever asked
            asked.set_exception(error)
        else:
            asked.set_result(found)
