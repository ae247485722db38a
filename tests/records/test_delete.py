import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import NotFound, Refused
from hanok.engine.store import Store
from tests.builders import SMALL, a_catalog, a_record, an_administrator, with_tables

ADMIN = an_administrator()


def ruled(store: Store, rule: str) -> Catalog:
    files = {
        **SMALL,
        "modules/person.yaml": SMALL["modules/person.yaml"].replace(
            "reverse: people", f"reverse: people, on_delete: {rule}"
        ),
    }
    catalog = a_catalog(files)
    with_tables(store, catalog)
    return catalog


def a_pair(store: Store, catalog: Catalog) -> tuple[records.Record, records.Record]:
    company = a_record(store, catalog, "company", name="한빛전자")
    return company, a_record(store, catalog, "person", family="윤", company=str(company.id))


def test_a_deleted_record_is_gone_until_it_is_restored(store: Store) -> None:
    catalog = ruled(store, "unlink")
    company, person = a_pair(store, catalog)
    with store.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", company.id)
    with store.read() as conn:
        with pytest.raises(NotFound):
            records.get(conn, catalog, ADMIN, "company", company.id)
        assert records.get(conn, catalog, ADMIN, "person", person.id)["company"] is None
        assert records.search(conn, catalog, ADMIN, "한빛") == ()
    with store.write() as conn:
        assert records.restore(conn, catalog, ADMIN, "company", company.id).version == 3
    with store.read() as conn:
        assert records.get(conn, catalog, ADMIN, "person", person.id)["company"].title == "한빛전자"
        assert [hit.title for hit in records.search(conn, catalog, ADMIN, "한빛")] == ["한빛전자"]
        actions = [entry.action for entry in records.history(conn, catalog, ADMIN, "company", company.id)]
    assert actions == ["restored", "deleted", "linked", "created"]


def test_a_restricting_link_keeps_its_target(store: Store) -> None:
    catalog = ruled(store, "restrict")
    company, person = a_pair(store, catalog)
    with pytest.raises(Refused, match="1 records of “Person” still point here"), store.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", company.id)
    with store.write() as conn:
        assert records.get(conn, catalog, ADMIN, "company", company.id).version == 1
        records.delete(conn, catalog, ADMIN, "person", person.id)
        records.delete(conn, catalog, ADMIN, "company", company.id)


def test_a_cascade_takes_along_and_brings_back_only_what_it_took(store: Store) -> None:
    catalog = ruled(store, "cascade")
    company, person = a_pair(store, catalog)
    before = a_record(store, catalog, "person", family="박", company=str(company.id))
    with store.write() as conn:
        records.delete(conn, catalog, ADMIN, "person", before.id)
    with store.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", company.id)
    with store.read() as conn:
        assert records.count(conn, catalog, ADMIN, records.Query(module="person")) == 0
    with store.write() as conn:
        records.restore(conn, catalog, ADMIN, "company", company.id)
    with store.read() as conn:
        left = records.page(conn, catalog, ADMIN, records.Query(module="person")).rows
    assert [row.id for row in left] == [person.id]


def test_the_bin_is_a_list_of_its_own(store: Store) -> None:
    catalog = ruled(store, "unlink")
    company, _ = a_pair(store, catalog)
    with store.write() as conn:
        records.delete(conn, catalog, ADMIN, "company", company.id)
    with store.read() as conn:
        binned = records.page(conn, catalog, ADMIN, records.Query(module="company", deleted=True)).rows
    assert [row.title for row in binned] == ["한빛전자"]
