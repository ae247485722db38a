"""The system tables: made by migrations, the same as the code's, and never used by a program that does not fit."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hanok.engine.errors import Refused
from hanok.engine.store import Store, live_revision, open_store
from hanok.engine.store.schema import VERSION_TABLE, configuration, revisions
from hanok.engine.store.tables import metadata

VERSION = sa.Table(VERSION_TABLE, sa.MetaData(), sa.Column("version_num", sa.String(32)))


def ours(name: str | None, kind: str, *rest: Any) -> bool:
    """The search index is another kind of table on each database, so Alembic cannot compare it."""
    return not (kind == "table" and str(name).startswith("hanok_search_grams"))


def test_the_migrations_make_the_tables_that_the_code_knows(store: Store) -> None:
    with store.read() as conn:
        options = {"version_table": VERSION_TABLE, "compare_type": True, "include_name": ours}
        assert compare_metadata(MigrationContext.configure(conn, opts=options), metadata) == []


def test_an_empty_database_is_refused_and_stays_empty(empty_database: str) -> None:
    store = open_store(empty_database)
    with pytest.raises(Refused, match="hanok init"):
        store.check_schema()
    with store.read() as conn:
        assert sa.inspect(conn).get_table_names() == []
    store.dispose()


def test_an_upgrade_may_be_repeated(store: Store) -> None:
    store.upgrade()
    store.check_schema()


def test_a_failed_upgrade_leaves_an_empty_database(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(empty_database)
    run = command.upgrade

    def fail(*arguments: Any) -> None:
        run(*arguments)
        raise OSError("disk full")

    monkeypatch.setattr(command, "upgrade", fail)
    with pytest.raises(OSError, match="disk full"):
        store.upgrade()
    with store.read() as conn:
        assert sa.inspect(conn).get_table_names() == []
    store.dispose()


def test_a_newer_database_is_refused(store: Store) -> None:
    with store.write() as conn:
        conn.execute(VERSION.update().values(version_num="9999"))
    with pytest.raises(Refused, match="newer version"):
        store.check_schema()


def test_nothing_is_live_at_first(store: Store) -> None:
    with store.read() as conn:
        assert live_revision(conn) == 0


def test_the_revisions_are_those_of_the_migrations_in_their_order() -> None:
    scripts = ScriptDirectory.from_config(configuration())
    assert list(revisions()) == [script.revision for script in reversed(list(scripts.walk_revisions()))]
