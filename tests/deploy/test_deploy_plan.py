"""Plans: they say what would change, and the tables only grow."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from hanok.engine import records
from hanok.engine.deploy import waits
from hanok.engine.deploy.physical import Physical
from hanok.engine.errors import MetadataError, Refused
from tests.builders import a_catalog, a_record, an_administrator
from tests.deploy.conftest import House

BOOK = "label: {en: Book, ko: 책}\nfields: {name: {type: text, required: true}, isbn: {type: text, unique: true}}\n"


def tables(house: House) -> list[str]:
    with house.store.read() as conn:
        return sorted(name for name in sa.inspect(conn).get_table_names() if name.startswith("m_"))


def test_the_first_deploy_makes_every_table(house: House) -> None:
    assert house.deploy() == 1
    core = ["m_inbound_account", "m_login_provider", "m_outbound_account", "m_security_group", "m_team", "m_user"]
    assert tables(house) == sorted([*core, "m_company", "m_person"])
    assert house.plan().empty


def test_a_plan_writes_nothing(house: House) -> None:
    assert house.plan().id == house.plan().id
    assert tables(house) == []


def test_deploying_nothing_is_refused(lived_in: House) -> None:
    with pytest.raises(Refused, match="nothing to deploy"):
        lived_in.deploy()


def test_a_fault_stops_before_anything_happens(lived_in: House) -> None:
    lived_in.change("{type: integer, min: 0}", "{type: intger}")
    with pytest.raises(MetadataError, match="intger"):
        lived_in.deploy()
    assert lived_in.live().catalog.revision == 1


def test_the_tables_are_what_the_catalog_wants(lived_in: House, dialect: str) -> None:
    """After a deploy of changes, Alembic finds no difference in tables and columns, and every index is there."""
    lived_in.files["modules/book.yaml"] = BOOK
    lived_in.change("{type: decimal, places: 3}", "{type: decimal, places: 4}")
    lived_in.change("rate:", "born: {type: date, index: true}\n  rate:")
    lived_in.deploy()
    physical = Physical.of(lived_in.live().catalog, dialect)
    wanted = next(iter(physical.tables.values())).metadata
    with lived_in.store.read() as conn:
        context = MigrationContext.configure(conn, opts={"include_name": lambda name, kind, parents: kind != "index"})
        found = [entry for entry in compare_metadata(context, wanted) if not str(entry).count("hanok_")]
        retired = [entry for entry in found if entry[0] == "remove_column"]
        assert [entry for entry in found if entry not in retired and "add_index" not in str(entry[0])] == []
        assert [entry[3].name for entry in retired] == ["rate"]
    assert lived_in.plan().empty


def test_a_new_field_is_a_new_column(lived_in: House) -> None:
    lived_in.change("founded:", "city: {type: text}\n  founded:")
    plan = lived_in.plan()
    step = next(step for step in plan.steps if step.kind == "add_column")
    assert (step.key, step.phase) == ("company.city", "switch")
    assert str(step.sentence) == "New field “company.city” (text)."
    assert [" ".join(sql.split()[:6]) for sql in step.sql] == [
        "ALTER TABLE m_company ADD COLUMN city", "ALTER TABLE m_company ADD COLUMN city$folded"
    ]  # fmt: skip


def test_the_documents_that_changed_are_named(lived_in: House) -> None:
    lived_in.files["modules/book.yaml"] = BOOK
    del lived_in.files["roles/owner_only.yaml"]
    lived_in.change("Company", "Firm")
    said = [str(step.sentence) for step in lived_in.plan().steps if step.kind == "document"]
    assert said == [
        "site/modules/company.yaml has changed.",
        "site/modules/book.yaml is new.",
        "site/roles/owner_only.yaml is gone.",
    ]


def test_a_label_changes_no_table(lived_in: House) -> None:
    lived_in.change("Company", "Firm")
    assert lived_in.steps() == []
    assert lived_in.deploy() == 2
    assert lived_in.live().catalog.modules["company"].label["en"] == "Firm"


def test_a_removed_field_keeps_its_values_and_comes_back_with_them(lived_in: House) -> None:
    before = lived_in.files["modules/company.yaml"]
    lived_in.change("  founded: {type: date}\n", "")
    assert lived_in.steps() == [("switch", "retire_field", "company.founded")]
    assert not lived_in.plan().losses
    lived_in.deploy()
    assert "founded" not in lived_in.live().catalog.modules["company"].fields
    assert len(lived_in.rows("m_company", "name", "founded")) == 3
    lived_in.files["modules/company.yaml"] = before
    assert lived_in.steps() == [("switch", "restore_field", "company.founded")]
    lived_in.deploy()
    assert all(row["founded"] for row in lived_in.rows("m_company", "name", "founded"))


def test_a_removed_module_keeps_its_records_and_comes_back_with_them(lived_in: House) -> None:
    person = lived_in.files.pop("modules/person.yaml")
    step = next(step for step in lived_in.plan().steps if step.kind == "retire_module")
    assert str(step.sentence) == "The module “person” goes; records kept: 1."
    lived_in.deploy()
    assert "person" not in lived_in.live().catalog.modules
    lived_in.files["modules/person.yaml"] = person
    assert ("switch", "restore_module", "person") in lived_in.steps()
    lived_in.deploy()
    assert [row["family"] for row in lived_in.rows("m_person", "family")] == ["김"]


def test_a_field_that_returns_with_another_type_gets_another_column(lived_in: House) -> None:
    lived_in.change("  founded: {type: date}\n", "")
    lived_in.deploy()
    lived_in.change("stage:", "founded: {type: integer}\n  stage:")
    lived_in.deploy()
    assert lived_in.live().catalog.modules["company"].fields["founded"].columns[""] == "founded$2"


def test_indexes_come_and_go(lived_in: House) -> None:
    lived_in.change("{type: integer, min: 0}", "{type: integer, min: 0, index: true}")
    ((phase, kind, name),) = lived_in.steps()
    assert (phase, kind) == ("finish", "index")
    lived_in.deploy()
    lived_in.change("{type: integer, min: 0, index: true}", "{type: integer, min: 0}")
    assert lived_in.steps() == [("finish", "drop_index", name)]
    lived_in.deploy()
    assert lived_in.plan().empty


def test_every_name_fits_and_is_its_own(house: House) -> None:
    long = "a" * 40
    fields = "".join(f"  {'b' * 38}_{number}: {{type: text, index: true}}\n" for number in range(3))
    house.files[f"modules/{long}.yaml"] = f"label: {{en: Long}}\nfields:\n{fields}"
    names = list(Physical.of(a_catalog(house.files), "postgresql").indexes)
    assert len(names) == len(set(names))
    assert max(len(name.encode()) for name in names) <= 63
    house.deploy()
    assert house.plan().empty


def test_values_that_occur_twice_block_a_unique_field(lived_in: House) -> None:
    lived_in.change("{type: date}", "{type: date, unique: true}")
    (blocker,) = lived_in.plan().blockers
    assert "“founded” of “company” cannot be unique" in str(blocker)
    with pytest.raises(Refused, match="cannot be unique"):
        lived_in.deploy()
    lived_in.change("{type: date, unique: true}", "{type: date}")
    lived_in.change("{type: integer, min: 0}", "{type: integer, min: 0, unique: true}")
    lived_in.deploy()
    assert lived_in.plan().empty


def test_a_text_that_may_be_very_long_cannot_be_unique(lived_in: House) -> None:
    lived_in.change("length: 40}", "length: 9000}")
    assert "longer than 500" in str(lived_in.plan().blockers[0])


def test_deleted_records_do_not_count_for_unique(lived_in: House) -> None:
    catalog, admin = lived_in.live().catalog, an_administrator()
    first = a_record(lived_in.store, catalog, "company", name="Twice")
    with lived_in.store.write() as conn:
        records.delete(conn, catalog, admin, "company", first.id)
    a_record(lived_in.store, catalog, "company", name="twice")
    table = catalog.modules["company"].table
    again = {"name": "TWICE", "name$folded": "twice"}
    with pytest.raises(sa.exc.IntegrityError), lived_in.store.write() as conn:
        conn.execute(table.update().where(table.c.name == "한빛").values(again))


def test_a_plan_can_be_read_by_programs(lived_in: House) -> None:
    lived_in.change("founded:", "city: {type: text}\n  founded:")
    said = lived_in.plan().to_json()
    assert said["base"] == 1
    assert {"phase", "kind", "key", "text", "facts", "sql", "loses", "rows"} <= set(said["steps"][0])


def test_a_plan_says_who_waits_for_whom_on_large_tables(lived_in: House, monkeypatch: pytest.MonkeyPatch) -> None:
    lived_in.change("{type: integer, min: 0}", "{type: integer, min: 0, index: true}")
    lived_in.change("founded:", "city: {type: text, unique: true}\n  founded:")
    assert not [step for step in lived_in.plan().steps if step.waits]
    monkeypatch.setattr(waits, "LARGE", 3)
    lived_in.store.analyze("m_company")
    found = {step.kind: [str(said) for said in step.waits] for step in lived_in.plan().steps if step.waits}
    if lived_in.store.dialect == "sqlite":
        told = "Locks all writes while it reads table m_company (about 3 rows)."
        assert found["index"] == found["unique"] == [told]
        assert "add_column" not in found
    else:
        assert found["index"] == ["Reads table m_company twice (about 3 rows); nobody waits."]
        assert found["unique"] == ["Locks writes of table m_company while it reads it (about 3 rows)."]
        assert "for a moment" in found["add_column"][0]
