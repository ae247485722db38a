"""One database: its two engines and their transactions."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from hanok.engine.errors import Refused, say
from hanok.engine.fields.columns import day_of_text
from hanok.engine.store import schema, statistics

BUSY_MILLISECONDS = 10_000
#: What each connection of SQLite keeps of the file at hand; its own 2 MB are less than a page of a large list looks at.
CACHE_KILOBYTES = 16_384
#: Errors, and so logs, tell no values of records.
_QUIET: dict[str, Any] = {"hide_parameters": True}
#: How soon libpq notices a server that is gone without a word (seconds, but milliseconds); the address may say other.
_NOTICING = {
    "connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}  # fmt: skip
#: What PostgreSQL counts helpers of a question as (1000 by itself). Many ask at once; and helpers read to the end where
#: a page needs the first few rows. Only what reads most of a large table is worth them.
HELPERS = 20_000
_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


class Store:
    """A database with two engines on it. `read()` and `write()` each give one transaction.

    `write()` commits when its block ends well and rolls back when it raises, DDL included. `read()` is a snapshot:
    every statement of it sees the same state.
    """

    def __init__(self, url: URL) -> None:
        self.url = url
        self.dialect: str = url.get_backend_name()
        make = _sqlite_engine if self.dialect == "sqlite" else _postgresql_engine
        self._reading = make(url, writes=False)
        self._writing = make(url, writes=True)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        with self._reading.begin() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        with self._writing.begin() as conn:
            yield conn

    @contextmanager
    def apart(self) -> Iterator[sa.Connection]:
        """A connection on which each statement commits by itself; on SQLite an ordinary write transaction."""
        if self.dialect == "sqlite":
            with self.write() as conn:
                yield conn
        else:
            with self._writing.connect() as conn:
                yield conn.execution_options(isolation_level="AUTOCOMMIT")

    @property
    def engines(self) -> tuple[sa.Engine, sa.Engine]:
        """The reading and the writing engine, for listeners that count statements."""
        return self._reading, self._writing

    def upgrade(self) -> None:
        """Brings the system tables to what this code knows. Safe to repeat, safe beside others."""
        with self.write() as conn:
            schema.upgrade(conn)

    def check_schema(self) -> None:
        """Refuses a database whose system tables are older or newer than this code."""
        with self.read() as conn:
            schema.check(conn)

    def copy_to(self, file: Path) -> None:
        """Copies the SQLite database, as it is now, into a new file that only its owner may read."""
        file.touch(mode=0o600, exist_ok=False)
        with self.read() as conn, closing(sqlite3.connect(file)) as target:
            source = conn.connection.driver_connection
            if isinstance(source, sqlite3.Connection):
                source.backup(target)

    def analyze(self, *tables: str) -> None:
        """Lets the database look at what is in these tables (or in all), after much has changed.

        Quick and bounded. On PostgreSQL all tables means none: it looks by itself.
        """
        if not tables and self.dialect != "sqlite":
            return
        with self.apart() as conn:
            statistics.analyze(conn, tables)
        if self.dialect == "sqlite":
            self.dispose()  # an open connection keeps to what it read when it was opened

    def dispose(self) -> None:
        """Closes the pools; a forked process does it before its first statement."""
        for engine in self.engines:
            engine.dispose()


def open_store(url: str | URL) -> Store:
    """The store of an address: `sqlite:///path/to/file` or `postgresql://user@host/name`. Opens no connection yet."""
    try:
        found = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        like = say("The database address cannot be read; write it like postgresql://user:password@host/name.")
        raise Refused(like) from None
    if "@" in (found.host or ""):  # the end of a password that would be told as the name of a host
        raise Refused(say("In the password of the database address, write %40 for @, %2F for / and %3A for :."))
    driver = _DRIVERS.get(found.get_backend_name())
    if driver is None:
        name = found.drivername
        raise Refused(say("There is no support for the database {name}; use sqlite or postgresql.", name=name))
    if driver.startswith("sqlite") and found.database in (None, "", ":memory:"):
        raise Refused(say("SQLite needs a file: sqlite:///path/to/hanok.db"))
    return Store(found.set(drivername=driver))


def _sqlite_engine(url: URL, *, writes: bool) -> sa.Engine:
    arguments = {"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False}
    engine = sa.create_engine(url, connect_args=arguments, **_QUIET)
    sa.event.listen(engine, "do_connect", _make_private)
    start = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @sa.event.listens_for(engine, "connect")
    def prepare(raw: Any, _: Any) -> None:
        raw.create_function("hanok_day", 2, day_of_text, deterministic=True)
        raw.isolation_level = None  # the driver would commit before DDL; BEGIN is ours
        for pragma in (
            f"busy_timeout = {BUSY_MILLISECONDS}",
            "journal_mode = WAL",
            f"cache_size = -{CACHE_KILOBYTES}",
            "foreign_keys = ON",
            "case_sensitive_like = ON",  # as on PostgreSQL: what knows no capitals is kept folded
            f"query_only = {'OFF' if writes else 'ON'}",
        ):
            raw.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def begin(conn: sa.Connection) -> None:
        conn.exec_driver_sql(start)

    return engine


def _make_private(dialect: Any, record: Any, arguments: Any, named: Any) -> None:
    """Makes a new file before SQLite does, so that nobody but its owner may read it; `-wal` and `-shm` follow it.

    A file that is there is never opened (O_EXCL): closing any descriptor of it would drop the POSIX locks that this
    process holds on it, and another process could then delete the WAL under it (https://sqlite.org/howtocorrupt.html,
    2.2). Where the file cannot be made, SQLite says why.
    """
    with suppress(OSError):
        os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL, 0o600))


def _postgresql_engine(url: URL, *, writes: bool) -> sa.Engine:
    said = {name: value for name, value in _NOTICING.items() if name not in url.query}
    asked = "-c timezone=UTC" if writes else f"-c timezone=UTC -c parallel_setup_cost={HELPERS}"
    options = {"connect_args": {"options": asked, "application_name": "hanok", **said}, **_QUIET}
    if writes:
        return sa.create_engine(url, isolation_level="READ COMMITTED", pool_pre_ping=True, **options)
    engine = sa.create_engine(url, isolation_level="REPEATABLE READ", pool_pre_ping=True, **options)
    return engine.execution_options(postgresql_readonly=True)
