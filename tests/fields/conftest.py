"""A connection to an empty database, shared by all tests of the types: each makes a table of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa


@pytest.fixture(scope="session")
def engines() -> Iterator[dict[str, sa.Engine]]:
    opened: dict[str, sa.Engine] = {}
    yield opened
    for engine in opened.values():
        engine.dispose()


@pytest.fixture
def conn(request: pytest.FixtureRequest, dialect: str, engines: dict[str, sa.Engine]) -> Iterator[sa.Connection]:
    """Runs the test on SQLite and on PostgreSQL; whatever it did is rolled back."""
    if dialect not in engines:
        engines[dialect] = sa.create_engine(request.getfixturevalue(f"{dialect}_databases").empty())
    with engines[dialect].connect() as connection:
        yield connection
        connection.rollback()
