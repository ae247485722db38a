"""A server takes up revisions and sets what stays aside from garbage collection."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from hanok.cli.serving import Following
from hanok.engine.catalog import Catalog
from tests.builders import a_catalog


class Changing:
    """Stands for a live catalog that another process changes."""

    def __init__(self) -> None:
        self.catalog: Catalog = a_catalog()
        self.next = self.catalog

    def refresh(self) -> bool:
        self.catalog = self.next
        return True


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_each_new_catalog_is_set_aside_once() -> None:
    live = Changing()
    following = Following(live)  # type: ignore[arg-type]  # the part of it that is used
    first = gc.get_freeze_count()
    following.tick()
    assert 0 < gc.get_freeze_count() <= first
    live.next = a_catalog()
    following.tick()
    assert following.live.catalog is live.next
    assert live.next not in [each for each in gc.get_objects() if isinstance(each, Catalog)]


def test_compiling_leaves_the_collection_as_it_was() -> None:
    assert gc.isenabled()
    a_catalog()
    assert gc.isenabled()
    gc.disable()
    try:
        a_catalog()
        assert not gc.isenabled()
    finally:
        gc.enable()
