"""Running a plan: wholly old or wholly new whatever happens, and safe to run again."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.deploy import (
    Progress,
    deploy,
    finish,
    layers_of,
    make_plan,
    open_steps,
    revisions,
    run,
    silent,
    waiting,
)
from hanok.engine.deploy.physical import Present
from hanok.engine.errors import Message, Refused
from hanok.engine.store import live_revision
from hanok.engine.store import tables as system
from hanok.engine.store.live import set_live
from tests.builders import TYPES, an_administrator
from tests.deploy.conftest import House


class PowerCutError(Exception):
    pass


def everything_changes(house: House) -> None:
    """A change with work in every phase: conversion, unique index, table, column, dropped index, refresh, index."""
    house.files["modules/book.yaml"] = "label: {en: Book}\nfields: {name: {type: text}, size: {type: integer}}\n"
    house.change("{type: integer, min: 0}", "{type: text, search: true, unique: true}")
    house.change("rate:    {type: decimal, places: 3}", "rate: {type: decimal, places: 3, unique: false, index: true}")
    house.change("founded:", "city: {type: text}\n  founded:")
    house.change("search: true, length: 40", "length: 40")


def cut_at(number: int) -> Callable[[str, Message, int, int], None]:
    """Progress that fails at its n-th call, which is the beginning of a step."""
    calls = iter(range(10_000))

    def progress(phase: str, sentence: Message, done: int, total: int) -> None:
        if next(calls) == number:
            raise PowerCutError(str(sentence))

    return progress


def consistent(house: House) -> int:
    """Checks that what is live can be read and written, and gives its revision."""
    live = house.live()
    admin = an_administrator()
    with live.read() as (conn, catalog):
        for module in catalog.modules:
            records.page(conn, catalog, admin, records.Query(module=module))
        company = records.page(conn, catalog, admin, records.Query(module="company", sort=("created_at",))).rows
    assert [str(row["size"]) for row in company] == ["0", "10", "20"]
    assert [row["name"] for row in company] == ["한빛", "Ångström", "한라"]
    raw = {"rate": "2.5"}
    live.write(
        lambda conn, catalog: records.update(
            conn, catalog, admin, "company", company[0].id, raw, version=company[0].version
        )
    )
    return live.catalog.revision


def test_wherever_it_is_cut_off_it_is_wholly_old_or_wholly_new_and_can_be_finished(lived_in: House) -> None:
    """Cuts the same deploy at its first step, at its second … until it comes through."""
    everything_changes(lived_in)
    cuts = 0
    while True:
        try:
            if lived_in.plan().empty:
                finish(lived_in.store, TYPES, progress=cut_at(cuts))
            else:
                lived_in.deploy(progress=cut_at(cuts))
            break
        except PowerCutError:
            cuts += 1
            assert consistent(lived_in) in (1, 2)
    assert cuts > 6
    assert consistent(lived_in) == 2
    assert lived_in.plan().empty
    with lived_in.store.read() as conn:
        assert open_steps(conn) == ()
        states = conn.execute(sa.select(system.revision.c.id, system.revision.c.state).order_by(system.revision.c.id))
        assert [tuple(row) for row in states] == [(1, "finished"), (2, "finished")]


@pytest.mark.parametrize("number", range(12))
def test_one_cut_and_another_run_do_the_whole(lived_in: House, number: int) -> None:
    everything_changes(lived_in)
    try:
        lived_in.deploy(progress=cut_at(number))
    except PowerCutError:
        if not lived_in.plan().empty:
            lived_in.deploy()
    finish(lived_in.store, TYPES)
    assert consistent(lived_in) == 2
    assert lived_in.plan().empty


def test_a_switch_that_fails_at_its_last_moment_leaves_nothing(
    lived_in: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = set_live

    def fail(conn: sa.Connection, number: int) -> None:
        real(conn, number)
        raise PowerCutError

    monkeypatch.setattr(run, "set_live", fail)
    lived_in.files["modules/book.yaml"] = "label: {en: Book}\nfields: {name: {type: text}}\n"
    with pytest.raises(PowerCutError):
        lived_in.deploy()
    with lived_in.store.read() as conn:
        assert live_revision(conn) == 1
        assert "m_book" not in Present.of(conn).columns
        assert conn.scalar(sa.select(sa.func.count()).select_from(system.revision)) == 1


def test_what_runs_is_what_was_shown(lived_in: House) -> None:
    lived_in.change("founded:", "city: {type: text}\n  founded:")
    shown = lived_in.plan()
    lived_in.change("city: {type: text}", "town: {type: text}")
    lived_in.deploy()
    with pytest.raises(Refused, match="changed since it was shown"):
        deploy(lived_in.store, shown)


def test_records_may_come_while_a_plan_is_read(lived_in: House) -> None:
    lived_in.change("  founded: {type: date}\n", "")
    shown = lived_in.plan()
    lived_in.live().write(
        lambda conn, catalog: records.create(
            conn, catalog, an_administrator(), "company", {"name": "새", "founded": "2001-01-01"}
        )
    )
    assert deploy(lived_in.store, shown) == 2


def test_of_two_deploys_at_once_one_is_refused(lived_in: House) -> None:
    """The second one begins when the first has passed every check and is about to prepare."""
    lived_in.change("{type: integer, min: 0}", "{type: text}")
    plan, results = lived_in.plan(), list[object]()

    def attempt(progress: Progress) -> None:
        try:
            results.append(deploy(lived_in.store, plan, progress=progress))
        except Refused as refused:
            results.append(str(refused))

    def another(phase: str, sentence: Message, done: int, total: int) -> None:
        if not results:
            attempt(silent)

    attempt(another)
    assert len(results) == 2
    assert results.count(2) == 1
    assert set(results) & {
        "Another deploy is under way. Wait until it is done.",
        "Somebody else deployed in the meantime. Look at the plan again.",
    }
    assert [row["size$2"] for row in lived_in.rows("m_company", "size", "size$2")] == ["0", "10", "20"]


def test_the_switch_waits_for_readers_shortly_and_again(
    lived_in: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader sits on the table; the switch gives way, and goes through once it is gone."""
    monkeypatch.setattr(waiting, "LOCK_TIMEOUT", "50ms")
    reader, pauses = ExitStack(), list[float]()
    conn, catalog = reader.enter_context(lived_in.live().read())
    records.count(conn, catalog, an_administrator(), records.Query(module="company"))

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        reader.close()

    monkeypatch.setattr(time, "sleep", pause)
    lived_in.change("founded:", "city: {type: text}\n  founded:")
    assert lived_in.deploy() == 2
    assert len(pauses) == (1 if lived_in.store.dialect == "postgresql" else 0)
    reader.close()


def test_a_parent_table_is_never_emptied_and_neither_are_its_children(lived_in: House) -> None:
    everything_changes(lived_in)
    lived_in.deploy()
    lived_in.change("{type: text, search: true, unique: true}", "{type: long_text}")
    lived_in.deploy(accept=["company.size"])
    assert len(lived_in.rows("m_company", "name")) == 3
    people = lived_in.rows("m_person", "family", "company")
    assert len(people) == 1
    assert people[0]["company"] is not None


def test_a_revision_holds_every_document_and_can_come_back(lived_in: House) -> None:
    lived_in.change("Company", "Firm")
    lived_in.deploy(by="Mina", message="Say firm")
    with lived_in.store.read() as conn:
        first, second = layers_of(conn, 1), revisions(conn)[0]
    assert (second.number, second.by, second.message) == (2, "Mina", "Say firm")
    assert [layer.name for layer in first] == ["core", "site"]
    assert "modules/user.yaml" in first[0].files
    assert deploy(lived_in.store, make_plan(lived_in.store, first, TYPES)) == 3
    assert lived_in.live().catalog.modules["company"].label["en"] == "Company"


def test_a_broken_index_is_built_anew(lived_in: House, dialect: str) -> None:
    """PostgreSQL leaves an invalid index behind when building it beside traffic fails."""
    if dialect == "sqlite":
        pytest.skip("SQLite builds indexes in transactions")
    lived_in.change("{type: date}", "{type: date, unique: true}")
    (name,) = [step.key for step in lived_in.plan().steps if step.kind == "unique"]
    (statement,) = [step.statements[0] for step in lived_in.plan().steps if step.kind == "unique"]
    with pytest.raises(sa.exc.IntegrityError), lived_in.store.apart() as conn:
        conn.execute(statement)
    with lived_in.store.read() as conn:
        assert name in Present.of(conn).broken
    with lived_in.store.write() as conn:
        table = lived_in.live().catalog.modules["company"].table
        conn.execute(table.update().values(founded=None))
    lived_in.deploy()
    with lived_in.store.read() as conn:
        assert name in Present.of(conn).indexes
        assert not Present.of(conn).broken


def test_search_finds_what_a_new_revision_makes_searchable(lived_in: House) -> None:
    lived_in.change("{type: choice, options: stage, default: new}", "{type: choice, options: stage, search: true}")
    lived_in.deploy()
    with lived_in.live().read() as (conn, catalog):
        hits = records.search(conn, catalog, an_administrator(), "진행")
    assert sorted(hit.title for hit in hits) == ["Ångström", "한라", "한빛"]
