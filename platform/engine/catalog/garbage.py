"""Python's collector of cyclic garbage beside a catalog: it finds nothing in one, and looks again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collection_paused() -> Iterator[None]:
    """No collection meanwhile: compiling makes many objects that stay (a large model: a third of the time).

    Of two threads that pause, the first that began ends the pause for both.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def set_aside() -> None:
    """Leaves everything that is there now out of later collections, after a last one of what was set aside before."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
