"""Connections: one transaction each, reading apart from writing, DDL that rolls back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import pytest
import sqlalchemy as sa

from hanok.engine.errors import Refused
from hanok.engine.store import Store, new_id, open_store
from hanok.engine.store.counters import draw
from hanok.engine.store.failures import passes
from hanok.engine.store.kept import kept
from hanok.engine.store.tables import counter, setting, step

THING = sa.Table("m_thing", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))


T = TypeVar("T")


class OopsError(Exception):
    pass


def put(store: Store, key: str, value: object = 1) -> None:
    with store.write() as conn:
        conn.execute(setting.insert().values(key=key, value=value))


def keys(conn: sa.Connection) -> list[str]:
    return list(conn.scalars(sa.select(setting.c.key).order_by(setting.c.key)))


def break_off(store: Store, work: Callable[[sa.Connection], T]) -> T:
    """Does the work in a transaction that raises at its end."""
    results = []

    def fail() -> None:
        with store.write() as conn:
            results.append(work(conn))
            raise OopsError

    with pytest.raises(OopsError):
        fail()
    return results[0]


def test_a_write_that_raises_leaves_nothing_not_even_its_tables(store: Store) -> None:
    def work(conn: sa.Connection) -> None:
        THING.create(conn)
        conn.execute(setting.insert().values(key="a", value=1))

    break_off(store, work)
    with store.read() as conn:
        assert keys(conn) == []
        assert not sa.inspect(conn).has_table("m_thing")


def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    put(store, "a")
    with store.read() as conn:
        assert keys(conn) == ["a"]
        put(store, "b")
        assert keys(conn) == ["a"]
    with store.read() as conn:
        assert keys(conn) == ["a", "b"]


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(sa.exc.DBAPIError), store.read() as conn:
        conn.execute(setting.insert().values(key="a", value=1))


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(sa.exc.IntegrityError), store.write() as conn:
        conn.execute(step.insert().values(revision=7, number=1, kind="index", facts={}))


def test_two_writers_wait_for_each_other(store: Store) -> None:
    """Eight threads draw a hundred numbers of one counter: none is given twice, nobody fails."""
    drawn: list[int] = []

    def work() -> None:
        for _ in range(25):
            with store.write() as conn:
                drawn.append(draw(conn, "invoice", start=100))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(drawn) == list(range(100, 200))


def test_a_number_that_was_rolled_back_is_given_again(store: Store) -> None:
    assert break_off(store, lambda conn: draw(conn, "n")) == 1
    with store.write() as conn:
        assert draw(conn, "n") == 1
        assert conn.scalar(sa.select(counter.c.value)) == 1


def test_a_deadlock_is_known_as_something_that_passes(store: Store, dialect: str) -> None:
    if dialect == "sqlite":
        pytest.skip("SQLite has one writer")
    put(store, "a")
    put(store, "b")
    failures: list[sa.exc.DBAPIError] = []
    barrier = threading.Barrier(2)

    def work(first: str, second: str) -> None:
        try:
            with store.write() as conn:
                conn.execute(setting.update().where(setting.c.key == first).values(value=2))
                barrier.wait()
                conn.execute(setting.update().where(setting.c.key == second).values(value=2))
        except sa.exc.DBAPIError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=order) for order in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 1
    assert passes(failures[0])


def test_values_keep_their_form_as_json(store: Store) -> None:
    put(store, "a", {"한빛": [1, None, True, {"x": "é"}]})
    with store.read() as conn:
        assert conn.scalar(sa.select(setting.c.value)) == {"한빛": [1, None, True, {"x": "é"}]}


def test_what_is_kept_is_made_once(store: Store) -> None:
    made = iter(["first", "second"])
    assert kept(store, "secret", lambda: next(made)) == "first"
    assert kept(store, "secret", lambda: next(made)) == "first"


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///:memory:", "mysql://root@localhost/x", "nonsense"])
def test_an_address_that_cannot_serve_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        open_store(address)


def test_ids_are_in_the_order_of_time() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert {found.version for found in made} == {7}


def test_the_planner_knows_a_table_after_it_was_looked_at(store: Store) -> None:
    columns = sa.Column("id", sa.Integer, primary_key=True), sa.Column("stage", sa.Text)
    made = sa.Table("m_thing", sa.MetaData(), *columns)
    sa.Index("i_m_thing_stage", made.c.stage)
    with store.write() as conn:
        made.create(conn)
        conn.execute(made.insert(), [{"id": number, "stage": "won"} for number in range(100)])
    store.analyze("m_thing")
    kept = ("sqlite_stat1", "tbl", "idx") if store.dialect == "sqlite" else ("pg_stats", "tablename", "attname")
    with store.read() as conn:
        looked = sa.table(kept[0], sa.column(kept[1]), sa.column(kept[2]))
        rows = conn.execute(sa.select(looked).where(looked.c[kept[1]] == "m_thing")).all()
    assert rows
