"""How often each of many comes, counted in the memory of this process: nothing is written, and nothing grows."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

#: How many are counted at a time; those whose time is over go first.
MOST = 20_000


class Pace:
    """A limit of `most` within any `seconds`, for each key. Several processes count each for itself."""

    def __init__(self, most: int, *, seconds: float = 60, clock: Callable[[], float] = time.monotonic) -> None:
        self.most, self.seconds, self.clock = most, seconds, clock
        self._counts: dict[str, tuple[float, int]] = {}
        self._lock = Lock()

    def take(self, key: str) -> int:
        """Counts one; 0 where it is within the limit, else the seconds to wait."""
        with self._lock:
            began, count = self._window(key)
            self._counts[key] = began, count + 1
            return 0 if count < self.most else self._wait(began)

    def wait(self, key: str) -> int:
        """The seconds to wait, without counting anything."""
        with self._lock:
            began, count = self._window(key)
            return 0 if count < self.most else self._wait(began)

    def knows(self, key: str) -> bool:
        """Whether this one came within the last `seconds`."""
        with self._lock:
            return self._window(key)[1] > 0

    def _window(self, key: str) -> tuple[float, int]:
        now = self.clock()
        began, count = self._counts.get(key, (now, 0))
        if now - began >= self.seconds:
            began, count = now, 0
        if key not in self._counts and len(self._counts) >= MOST:
            self._make_room(now)
        return began, count

    def _make_room(self, now: float) -> None:
        living = {key: one for key, one in self._counts.items() if now - one[0] < self.seconds}
        self._counts = dict(sorted(living.items(), key=lambda one: one[1])[-MOST // 2 :])

    def _wait(self, began: float) -> int:
        return max(1, round(began + self.seconds - self.clock()))
