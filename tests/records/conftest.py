"""A store with the small model's tables, and the catalog that they were made from."""

from __future__ import annotations

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import a_catalog, with_tables
from tests.records.files import Database


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog()


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def database_of_records(filled: Store, catalog: Catalog) -> Database:
    """The small model's database, ready for imports."""
    return Database(filled, catalog)
