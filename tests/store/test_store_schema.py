"""The system tables: made by migrations, the same as the code's, and never used by a program that does not fit."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hanok.engine.errors import Refused
from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.store import Store, live_revision, new_id, open_store
from hanok.engine.store.live import set_live
from hanok.engine.store.schema import VERSION_TABLE, configuration, revisions
from hanok.engine.store.tables import group_record, metadata, revision

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


def test_the_times_of_records_of_groups_come_to_stand_beside_them(empty_database: str) -> None:
    store, firm, gone, group = open_store(empty_database), new_id(), new_id(), new_id()
    made, changed = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC)
    kept = sa.Table("m_firm", sa.MetaData(), sa.Column("id", RecordId, primary_key=True),
                    sa.Column("created_at", Moment), sa.Column("updated_at", Moment))  # fmt: skip
    with store.write() as conn:
        command.upgrade(configuration(conn), "0009")
        kept.create(conn)
        conn.execute(kept.insert().values(id=firm, created_at=made, updated_at=changed))
        live = {"id": 1, "at": made, "by": "", "message": "", "code_version": "", "layers": [], "checksum": ""}
        conn.execute(revision.insert().values(**live, plan={}, state="live", names={"tables": {"company": "m_firm"}}))
        set_live(conn, 1)
        ties = [(firm, "owner"), (firm, "hand"), (gone, "hand")]
        before = sa.table("hanok_group_record", *(sa.column(name, column.type) for name, column in
                                                  group_record.c.items() if column.primary_key))  # fmt: skip
        conn.execute(before.insert(), [{"module": "company", "record": id, "group_id": group, "via": via}
                                       for id, via in ties])  # fmt: skip
    store.upgrade()
    store.check_schema()
    with store.read() as conn:
        found = conn.execute(sa.select(group_record).order_by(group_record.c.via)).all()
    assert found == [("company", firm, group, via, made, changed) for via in ("hand", "owner")]
    store.dispose()
