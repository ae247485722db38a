"""A store with one user, `mina`, who has a password and a role."""

from __future__ import annotations

from uuid import UUID

import pytest

from hanok.engine import accounts
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import a_catalog, an_administrator, with_tables

PASSWORD = "달빛 아래 기와집"


@pytest.fixture(scope="session")
def hashed() -> str:
    return accounts.hash_password(PASSWORD)


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog()


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


@pytest.fixture
def mina(filled: Store, catalog: Catalog, hashed: str) -> UUID:
    raw = {"username": "Mina", "last_name": "김", "first_name": "미나", "email": "mina@example.com", "language": "ko"}
    with filled.write() as conn:
        return accounts.create_user(conn, catalog, an_administrator(), raw, password=hashed, roles=("owner_only",))
