"""A site in a store, and workers over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Kind, Surroundings, Worker, kinds_of
from hanok.engine.store import Store
from tests.builders import a_catalog, with_tables
from tests.fields.fields import TYPES


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog()


@pytest.fixture
def surroundings(store: Store, catalog: Catalog, tmp_path: Path) -> Surroundings:
    with_tables(store, catalog)
    return Surroundings(Live(store, TYPES, catalog), tmp_path)


Hiring = Callable[..., Worker]


@pytest.fixture
def hire(surroundings: Surroundings) -> Iterator[Hiring]:
    """Makes workers of the site, stopped when the test ends."""
    with ExitStack() as stack:

        def made(kinds: Sequence[Kind], *, start: bool = False, **options: Any) -> Worker:
            worker = Worker(surroundings, kinds_of(kinds), **options)
            if start:
                worker.start()
                stack.callback(worker.stop)
            return worker

        yield made
