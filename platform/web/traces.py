"""Tracebacks for the log: where it happened, and what the errors say of themselves; never the values of variables.

An error that a database's driver raised is told by the one that was made of it.
"""

from __future__ import annotations

import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from typing import Any

CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
BEFORE = "\nDuring handling of the above exception, another exception occurred:\n\n"
FOREIGN = (sysconfig.get_path("stdlib"), "<frozen")
#: Errors of a chain that are shown, the last ones.
MOST = 10


def trace(failure: Any, say: Callable[[str], str]) -> str:
    """The chain of errors of an `exc_info` (an error, its triple, or True: the one that is handled now).

    `say` cuts what an error says to what may be told.
    """
    error = failure if isinstance(failure, BaseException) else (failure if failure is not True else sys.exc_info())[1]
    if error is None:
        return ""
    parts = []
    for one, joint in list(_chain(error))[:MOST]:
        said = say(str(one))
        name = f"{type(one).__module__}.{type(one).__qualname__}".removeprefix("builtins.")
        parts += [f"Traceback (most recent call last):\n{''.join(_frames(one))}{name}: {said}\n", joint]
    return "".join(reversed(parts[:-1])).rstrip()


def _frames(error: BaseException) -> Iterator[str]:
    """Where it went: every line of ours, and of libraries the one where they were left."""
    frames = traceback.extract_tb(error.__traceback__)
    for at, frame in enumerate(frames):
        following = frames[at + 1] if at + 1 < len(frames) else None
        if following is None or not (_is_foreign(frame.filename) and _is_foreign(following.filename)):
            yield from traceback.format_list([frame])


def _is_foreign(file: str) -> bool:
    return "site-packages" in file or file.startswith(FOREIGN)


def _chain(error: BaseException) -> Iterator[tuple[BaseException, str]]:
    """The error, then what led to it, each with what joins it to the one before."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        cause, context = found.__cause__, None if found.__suppress_context__ else found.__context__
        yield found, CAUSE if cause else BEFORE
        before = cause or context
        found = None if before is getattr(found, "orig", None) else before
