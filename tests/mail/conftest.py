"""The shipped CRM in a store, with workers over it: what tests of mails begin with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Kind, Surroundings, Worker, kinds_of
from hanok.engine.language import read_folder
from hanok.engine.store import Store
from hanok.engine.store.blobs import open_blobs
from tests.builders import CORE, with_tables
from tests.databases import Filled, opened
from tests.fields.fields import TYPES

SHIPPED = Path(__file__).parents[2] / "metadata"


@pytest.fixture(scope="session")
def crm() -> Catalog:
    return compile_catalog([CORE, read_folder(SHIPPED, name="shipped", root="metadata")], TYPES)


@pytest.fixture
def store(prefilled: Filled, crm: Catalog) -> Iterator[Store]:
    with opened(prefilled(crm, lambda fresh: with_tables(fresh, crm))) as found:
        yield found


@pytest.fixture
def surroundings(store: Store, crm: Catalog, tmp_path: Path) -> Surroundings:
    return Surroundings(Live(store, TYPES, crm), tmp_path, {}, open_blobs(str(tmp_path / "files")))


@pytest.fixture
def work(surroundings: Surroundings) -> Callable[..., None]:
    """Does everything that is due, by a worker with these kinds."""

    def run(kinds: Sequence[Kind], **options: object) -> None:
        Worker(surroundings, kinds_of(kinds), **options).run_until_idle()  # type: ignore[arg-type]  # its options

    return run
