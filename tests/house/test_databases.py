"""The fixtures that hand out databases keep their promises."""

import pytest
import sqlalchemy as sa

from hanok.engine.store import Store


@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_gets_an_upgraded_database_without_anothers_rows(store: Store, turn: int) -> None:
    store.check_schema()
    with store.write() as conn:
        assert not sa.inspect(conn).has_table("note")
        sa.Table("note", sa.MetaData(), sa.Column("text", sa.Text)).create(conn)


def test_the_store_is_on_the_database_that_the_test_asked_for(store: Store, dialect: str) -> None:
    assert store.dialect == dialect


def test_an_empty_database_has_no_tables(empty_database: str) -> None:
    engine = sa.create_engine(empty_database)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()
