"""Tables of n-n links and of lines: made, widened, retired and brought back like those of modules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from hanok.engine.deploy import plan_purge, purge
from hanok.engine.deploy.indexes import wanted
from hanok.engine.deploy.physical import Present
from hanok.engine.errors import Refused
from hanok.engine.store import new_id
from tests.builders import TYPES
from tests.deploy.conftest import House

PEOPLE = "  friends: {type: links, to: person}\n"
ROLES = "  friends: {type: links, to: person, fields: {role: {type: text}}}\n"
LINES = "  items: {type: lines, of: {what: {type: text}, amount: {type: integer}}}\n"


def tie(house: House) -> None:
    """Ties a company to the person."""
    company, person = house.rows("m_company", "id")[0]["id"], house.rows("m_person", "id")[0]["id"]
    with house.store.write() as conn:
        table = house.live().catalog.metadata.tables["l_company_friends"]
        row = {"id": new_id(), "left": company, "right": person, "position": 1, "tied_at": datetime.now(UTC)}
        if house.store.dialect == "sqlite":
            from uuid import UUID

            row |= {"left": UUID(bytes=company), "right": UUID(bytes=person)}
        conn.execute(table.insert().values(row))


@pytest.fixture
def tied(lived_in: House) -> House:
    lived_in.files["modules/company.yaml"] += PEOPLE
    assert lived_in.steps() == [("switch", "create_table", "l_company_friends")]
    lived_in.deploy()
    assert lived_in.plan().empty
    tie(lived_in)
    return lived_in


def test_links_get_a_table_whose_pairs_occur_once_and_that_is_read_from_both_ends(tied: House) -> None:
    found = {spec.columns: spec.unique for spec in wanted(tied.live().catalog) if spec.table == "l_company_friends"}
    assert found == {("left", "right"): True, ("right", "left", "id"): False, ("left", "position", "id"): False}
    with tied.store.read() as conn:
        names = [name for name, table in Present.of(conn).indexes.items() if table == "l_company_friends"]
    assert len(names) == 3
    with pytest.raises(sa.exc.IntegrityError):
        tie(tied)


def test_fields_of_ties_come_and_go_with_their_values(tied: House) -> None:
    tied.change(PEOPLE, ROLES)
    assert [step[1] for step in tied.steps()] == ["add_column", "add_column"]
    tied.deploy()
    tied.change(ROLES, PEOPLE)
    assert {step[1] for step in tied.steps()} == {"retire_field"}
    tied.deploy()
    assert len(tied.rows("l_company_friends", "id", "$role")) == 1
    assert tied.plan().empty


def test_another_type_of_a_field_of_ties_leaves_its_values_behind_and_says_so(tied: House) -> None:
    tied.change(PEOPLE, ROLES)
    tied.deploy()
    with tied.store.write() as conn:
        conn.execute(tied.live().catalog.metadata.tables["l_company_friends"].update().values({"$role": "boss"}))
    tied.change(ROLES, ROLES.replace("type: text", "type: integer"))
    assert [(step.key, step.rows) for step in tied.plan().losses] == [("company.friends.role", 1)]
    tied.deploy(accept=["company.friends.role"])
    (left,) = plan_purge(tied.store, TYPES)
    assert (left.key, left.columns, left.needed) == ("company.friends.role ($role)", ("$role", "$role$folded"), (3,))


def test_links_that_go_are_kept_and_come_back(tied: House) -> None:
    tied.change(PEOPLE, "")
    assert tied.steps() == [("switch", "retire_table", "l_company_friends")]
    tied.deploy()
    assert len(tied.rows("l_company_friends", "id")) == 1
    tied.files["modules/company.yaml"] += PEOPLE
    assert ("switch", "restore_table", "l_company_friends") in tied.steps()
    tied.deploy()
    assert len(tied.rows("l_company_friends", "id")) == 1
    assert tied.plan().empty


def test_links_that_went_can_be_purged(tied: House) -> None:
    tied.change(PEOPLE, "")
    tied.deploy()
    (left,) = plan_purge(tied.store, TYPES)
    assert (left.key, left.rows, left.needed) == ("company.friends", 1, (2,))
    with pytest.raises(Refused, match=r"company\.friends"):
        purge(tied.store, TYPES, [left])
    purge(tied.store, TYPES, [left], accept=[left.key], now=datetime(2100, 1, 1, tzinfo=UTC))
    with tied.store.read() as conn:
        assert "l_company_friends" not in Present.of(conn).columns
    assert len(tied.rows("m_person", "id")) == 1


def test_lines_are_tables_of_their_own(lived_in: House) -> None:
    lived_in.files["modules/company.yaml"] += LINES
    lived_in.deploy()
    assert lived_in.plan().empty
    found = [spec.columns for spec in wanted(lived_in.live().catalog) if spec.table == "p_company_items"]
    assert ("parent", "position", "id") in found
    lived_in.change("amount: {type: integer}", "amount: {type: text}")
    assert ("prepare", "convert", "company.items.amount") in lived_in.steps()
    lived_in.deploy()
    lived_in.change(LINES.replace("amount: {type: integer}", "amount: {type: text}"), "")
    assert ("switch", "retire_module", "company.items") in lived_in.steps()
    lived_in.deploy()
    assert "company.items" in {left.key for left in plan_purge(lived_in.store, TYPES)}
