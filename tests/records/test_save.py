from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Conflict, Denied, Invalid, NotFound
from hanok.engine.store import Store
from hanok.engine.store.tables import audit, outbox
from tests.builders import a_record, a_user, an_administrator

ADMIN = an_administrator()


def stored(store: Store, *tables: sa.Table) -> list[list[object]]:
    with store.read() as conn:
        return [list(conn.execute(sa.select(table))) for table in tables]


def test_a_new_record_holds_its_values_and_its_defaults(filled: Store, catalog: Catalog) -> None:
    made = a_record(filled, catalog, "company", name="한빛전자", size="1,200", rate="0.125", founded="2001-02-03")
    with filled.read() as conn:
        read = records.get(conn, catalog, ADMIN, "company", made.id)
    assert (read.title, read.version) == ("한빛전자", 1)
    assert [read[key] for key in ("size", "rate", "active", "stage", "founded", "story")] == [
        1200, Decimal("0.125"), True, "new", date(2001, 2, 3), None,
    ]  # fmt: skip


def test_all_errors_of_all_fields_are_said_together(filled: Store, catalog: Catalog) -> None:
    with pytest.raises(Invalid) as caught:
        a_record(filled, catalog, "company", size="many", stage="lost", nmae="x")
    assert set(caught.value.errors) == {"size", "stage", "nmae", "name"}
    assert "did you mean “name”" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "raw"),
    [("size", "1.5"), ("size", "-1"), ("size", True), ("rate", "0.0001"), ("active", "maybe"),
     ("founded", "2001-02-30"),
     ("name", "가" * 41), ("stage", "old"), ("parent", "0199c7e4-7a3b-7c00-8000-000000000001"), ("parent", "x"),
     ("id", "x")],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_written(
    filled: Store, catalog: Catalog, key: str, raw: object
) -> None:
    with pytest.raises(Invalid) as caught:
        a_record(filled, catalog, "company", **{"name": "Acme", key: raw})
    assert list(caught.value.errors) == [key]
    assert stored(filled, catalog.modules["company"].table, audit, outbox) == [[], [], []]


def test_a_save_leaves_one_audit_row_and_one_outbox_row(filled: Store, catalog: Catalog) -> None:
    made = a_record(filled, catalog, "company", name="Acme")
    with filled.write() as conn:
        records.update(conn, catalog, ADMIN, "company", made.id, {"name": "Acme 2", "size": 3}, version=1)
    audits, outboxes = stored(filled, audit, outbox)
    assert [row.action for row in audits] == ["created", "changed"]
    assert audits[1].changes == {"name": ["Acme", "Acme 2"], "size": [None, 3]}
    assert [row.topic for row in outboxes] == ["record.created", "record.changed"]


def test_a_save_that_changes_nothing_leaves_no_trace(filled: Store, catalog: Catalog) -> None:
    made = a_record(filled, catalog, "company", name="Acme", size=3)
    with filled.write() as conn:
        same = records.update(conn, catalog, ADMIN, "company", made.id, {"name": " Acme ", "size": "3"}, version=1)
    assert same.version == 1
    assert len(stored(filled, audit)[0]) == 1


def test_who_saves_second_is_shown_what_the_first_one_changed(filled: Store, catalog: Catalog) -> None:
    made = a_record(filled, catalog, "company", name="Acme", size=1)
    with filled.write() as conn:
        records.update(conn, catalog, ADMIN, "company", made.id, {"size": 2}, version=1)
    with pytest.raises(Conflict) as caught, filled.write() as conn:
        records.update(conn, catalog, ADMIN, "company", made.id, {"size": "1", "name": "Mine"}, version=1)
    found = {each.field: (each.before, each.theirs, each.mine) for each in caught.value.differences}
    assert found == {"size": (1, 2, 1), "name": ("Acme", "Acme", "Mine")}
    assert caught.value.version == 2


def test_a_unique_value_may_stand_once_whatever_its_case(filled: Store, catalog: Catalog) -> None:
    made = a_record(filled, catalog, "company", name="Straße")
    with pytest.raises(Invalid, match="Another record"):
        a_record(filled, catalog, "company", name="STRASSE")
    with filled.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", made.id)
    assert a_record(filled, catalog, "company", name="STRASSE").title == "STRASSE"


def test_titles_of_people_are_written_as_their_language_does(filled: Store, catalog: Catalog) -> None:
    assert a_record(filled, catalog, "person", family="김", given="하늘").title == "김하늘"
    assert a_record(filled, catalog, "person", family="Lovelace", given="Ada").title == "Ada Lovelace"


def test_a_link_is_read_with_the_title_of_its_target(filled: Store, catalog: Catalog) -> None:
    company = a_record(filled, catalog, "company", name="한빛전자")
    person = a_record(filled, catalog, "person", family="윤", company=str(company.id))
    with filled.read() as conn:
        read = records.get(conn, catalog, ADMIN, "person", person.id)
    assert (read["company"].module, read["company"].id, read["company"].title) == ("company", company.id, "한빛전자")


def test_an_owner_sees_and_changes_only_what_is_hers(filled: Store, catalog: Catalog) -> None:
    hers, his = a_user(filled, catalog, "haneul", "owner_only"), a_user(filled, catalog, "junho", "owner_only")
    made = a_record(filled, catalog, "company", hers, name="한빛전자")
    with filled.read() as conn:
        assert records.get(conn, catalog, hers, "company", made.id).may_edit
        with pytest.raises(NotFound):
            records.get(conn, catalog, his, "company", made.id)
        assert records.page(conn, catalog, his, records.Query(module="company")).rows == ()
        assert records.search(conn, catalog, his, "한빛") == ()
    for attempt in (
        lambda conn: records.update(conn, catalog, his, "company", made.id, {"size": 1}, version=1),
        lambda conn: records.delete(conn, catalog, his, "company", made.id),
    ):
        with pytest.raises(NotFound), filled.write() as conn:
            attempt(conn)


def test_the_title_of_a_hidden_target_is_shown_nowhere(filled: Store, catalog: Catalog) -> None:
    hers = a_user(filled, catalog, "haneul", "owner_only")
    secret = a_record(filled, catalog, "company", name="Secret company")
    person = a_record(filled, catalog, "person", hers, family="Yoon")
    with filled.write() as conn:
        records.update(conn, catalog, ADMIN, "person", person.id, {"company": str(secret.id)}, version=1)
    with filled.read() as conn:
        read = records.get(conn, catalog, hers, "person", person.id)
        listed = records.page(conn, catalog, hers, records.Query(module="person", sort=("company",))).rows[0]
        entry = records.history(conn, catalog, hers, "person", person.id)[0]
    assert [read["company"].title, listed["company"].title, entry.changes[0].after.title] == ["", "", ""]
    with filled.write() as conn:
        kept = records.update(
            conn, catalog, hers, "person", person.id, {"given": "Jae", "company": str(secret.id)}, version=2
        )
    assert kept["company"].id == secret.id


def test_an_actor_without_roles_may_nothing(filled: Store, catalog: Catalog) -> None:
    nobody = a_user(filled, catalog, "nobody")
    with pytest.raises(Denied):
        a_record(filled, catalog, "company", nobody, name="x")
    with filled.read() as conn:
        assert records.count(conn, catalog, nobody, records.Query(module="company")) == 0


def test_a_record_is_never_its_own_parent(filled: Store, catalog: Catalog) -> None:
    made = a_record(filled, catalog, "company", name="Acme")
    with pytest.raises(Invalid) as caught, filled.write() as conn:
        records.update(conn, catalog, ADMIN, "company", made.id, {"parent": str(made.id)}, version=1)
    assert list(caught.value.errors) == ["parent"]


@pytest.mark.parametrize("version", [0, -1, 99])
def test_a_version_that_never_was_overwrites_nothing(filled: Store, catalog: Catalog, version: int) -> None:
    made = a_record(filled, catalog, "company", name="Acme")
    with pytest.raises(Invalid), filled.write() as conn:
        records.update(conn, catalog, ADMIN, "company", made.id, {"size": 1}, version=version)


def test_a_record_brought_over_keeps_the_moment_when_it_was_made(filled: Store, catalog: Catalog) -> None:
    at = datetime(2020, 1, 2, 3, 4, tzinfo=UTC)
    with filled.write() as conn:
        made = records.create(conn, catalog, ADMIN, "company", {"name": "Old"}, at=at)
        entry = records.history(conn, catalog, ADMIN, "company", made.id)[0]
    assert (made["created_at"], entry.at) == (at, at)
