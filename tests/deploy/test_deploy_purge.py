"""Purge: what nothing live uses goes for good, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.deploy import Leftover, deploy, layers_of, make_plan, plan_purge, purge
from hanok.engine.deploy.physical import Present
from hanok.engine.deploy.prepare import Preparation
from hanok.engine.errors import Refused
from tests.builders import TYPES, an_administrator
from tests.deploy.conftest import House

LATER = datetime.now(UTC) + timedelta(hours=1)
SIZE = "{type: integer, min: 0}"


def left_in(house: House) -> dict[str, Leftover]:
    return {left.key: left for left in plan_purge(house.store, TYPES)}


def purged(house: House, **options: Any) -> None:
    """Everything that is left over goes."""
    found = plan_purge(house.store, TYPES)
    purge(house.store, TYPES, found, accept=[left.key for left in found], now=LATER, **options)


def columns(house: House, table: str) -> frozenset[str]:
    with house.store.read() as conn:
        return Present.of(conn).columns.get(table, frozenset())


def test_a_house_that_never_changed_has_nothing_to_purge(lived_in: House) -> None:
    assert left_in(lived_in) == {}


def test_a_removed_field_is_shown_with_its_values_and_goes(lived_in: House) -> None:
    lived_in.change("  founded: {type: date}\n", "")
    lived_in.deploy()
    left = left_in(lived_in)["company.founded"]
    assert (left.table, left.columns, left.rows, left.needed) == ("m_company", ("founded",), 3, (1,))
    assert left.size > 0
    purged(lived_in)
    assert "founded" not in columns(lived_in, "m_company")
    assert left_in(lived_in) == {}
    assert lived_in.plan().empty


def test_what_a_rollback_would_miss_must_be_accepted(lived_in: House) -> None:
    lived_in.change("  founded: {type: date}\n", "")
    lived_in.deploy()
    with pytest.raises(Refused, match=r"company\.founded"):
        purge(lived_in.store, TYPES, plan_purge(lived_in.store, TYPES), now=LATER)
    assert "founded" in columns(lived_in, "m_company")


def test_after_a_purge_one_can_still_go_back_but_the_values_are_gone(lived_in: House) -> None:
    lived_in.change("  founded: {type: date}\n", "")
    lived_in.deploy()
    purged(lived_in)
    with lived_in.store.read() as conn:
        first = layers_of(conn, 1)
    plan = make_plan(lived_in.store, first, TYPES)
    assert [step.kind for step in plan.steps if step.key == "company.founded"] == ["add_column"]
    deploy(lived_in.store, plan)
    assert [row["founded"] for row in lived_in.rows("m_company", "name", "founded")] == [None] * 3


def test_a_removed_module_goes_with_its_records_and_its_search(lived_in: House) -> None:
    del lived_in.files["modules/person.yaml"]
    lived_in.deploy()
    left = left_in(lived_in)["person"]
    assert (left.columns, left.rows, left.needed) == ((), 1, (1,))
    purged(lived_in)
    assert columns(lived_in, "m_person") == frozenset()
    with lived_in.live().read() as (conn, catalog):
        assert records.search(conn, catalog, an_administrator(), "김") == ()


def test_a_parent_keeps_its_records_and_they_keep_their_children(lived_in: House) -> None:
    """Nothing is copied: on SQLite a copied parent table would take its children along."""
    lived_in.change("  founded: {type: date}\n", "")
    lived_in.change(SIZE, "{type: text, unique: true, index: true}")
    lived_in.deploy()
    lived_in.change("{type: text, unique: true, index: true}", "{type: long_text}")
    lived_in.deploy()
    before = [lived_in.rows("m_company", "id", "name", "rate", "parent"), lived_in.rows("m_person", "id", "company")]
    assert [len(rows) for rows in before] == [3, 1]
    assert set(left_in(lived_in)) == {"company.founded", "company.size (size)", "company.size (size$2)"}
    purged(lived_in)
    after = [lived_in.rows("m_company", "id", "name", "rate", "parent"), lived_in.rows("m_person", "id", "company")]
    assert after == before
    assert {name for name in columns(lived_in, "m_company") if name.startswith("size")} == {"size$3", "size$3$folded"}
    assert lived_in.plan().empty


def test_what_a_refused_deploy_prepared_goes_without_a_word(lived_in: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Preparation, "catch_up", refuse)
        lived_in.change(SIZE, "{type: text}")
        with pytest.raises(Refused, match="at the last moment"):
            lived_in.deploy()
    lived_in.change("{type: text}", SIZE)
    assert lived_in.plan().empty
    left = left_in(lived_in)["company.size (size$2)"]
    assert (left.needed, left.columns) == ((), ("size$2", "size$2$folded"))
    purge(lived_in.store, TYPES, plan_purge(lived_in.store, TYPES), now=LATER)
    assert "size$2" not in columns(lived_in, "m_company")
    lived_in.change(SIZE, "{type: text}")
    lived_in.deploy()
    assert lived_in.plan().empty


def refuse(preparation: Preparation, conn: sa.Connection) -> None:
    from hanok.engine.errors import say

    raise Refused(say("at the last moment"))


def test_a_deploy_whose_columns_are_purged_under_it_is_refused(
    lived_in: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL the purge itself is refused, as another deploy is."""
    real = Preparation.run

    def run(preparation: Preparation) -> None:
        real(preparation)
        purged(lived_in)

    monkeypatch.setattr(Preparation, "run", run)
    lived_in.change(SIZE, "{type: text}")
    with pytest.raises(Refused, match=r"purged meanwhile|under way"):
        lived_in.deploy()
    monkeypatch.undo()
    lived_in.deploy()
    assert [row["size$2"] for row in lived_in.rows("m_company", "size", "size$2")] == ["0", "10", "20"]


def test_servers_that_just_saw_a_deploy_are_given_time(lived_in: House) -> None:
    lived_in.change("  founded: {type: date}\n", "")
    lived_in.deploy()
    found = plan_purge(lived_in.store, TYPES)
    with pytest.raises(Refused, match="just now"):
        purge(lived_in.store, TYPES, found, accept=["company.founded"])
