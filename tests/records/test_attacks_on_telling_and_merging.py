"""What was told, merged and put into timelines says and does nothing beyond the rights of whoever looks or acts."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import seen
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid
from hanok.engine.records import Record
from hanok.engine.records.merging.asked import ALL
from hanok.engine.records.merging.choosing import line_choices
from hanok.engine.records.merging.undoing import left_of
from hanok.engine.records.timelines import coming, happened, origins
from hanok.engine.store import Store
from tests.builders import a_catalog, a_record, a_user, an_administrator, with_tables
from tests.records.mergers import MODEL, merged, undone
from tests.talking import TALKING

ADMIN = an_administrator()
EVERYTHING = "default: {list: all, view: all, create: all, edit: all, delete: all, assign: all}\n"
SECRETIVE = "label: {en: Secretive}\n" + EVERYTHING
MERGING = {
    **MODEL,
    "roles/no_rows.yaml": SECRETIVE + "fields: {firm.rows: {view: all, edit: none}}",
    "roles/own_code.yaml": SECRETIVE + "fields: {firm.code: {view: owner, edit: owner}}",
    "roles/no_price.yaml": SECRETIVE + "fields: {firm.rows.price: {view: none, edit: none}, firm.total: {view: none}}",
    "roles/no_code.yaml": SECRETIVE + "fields: {firm.code: {view: none, edit: none}}",
    "roles/own_changes.yaml": "label: {en: O}\ndefault: {list: all, view: all, create: all, edit: owner, delete: all}",
    "roles/no_humans.yaml": SECRETIVE + "modules: {human: {list: owner, view: owner, edit: owner}}",
}  # fmt: skip


@pytest.fixture(scope="module")
def merging() -> Catalog:
    return a_catalog(MERGING)


@pytest.fixture
def firms(store: Store, merging: Catalog) -> Store:
    return with_tables(store, merging)


def a_firm(store: Store, catalog: Catalog, name: str, **raw: object) -> Record:
    return a_record(store, catalog, "firm", name=name, **raw)


def prices(store: Store, catalog: Catalog, record: Record) -> list[str]:
    with store.read() as conn:
        found = records.related(conn, catalog, ADMIN, record, keys=("rows",))["rows"]
    return [line["what"] for line in found]


@pytest.mark.parametrize("wanted", ["theirs", ALL, ""])
def test_lines_that_somebody_may_not_change_are_not_changed_by_a_merge(
    firms: Store, merging: Catalog, wanted: str
) -> None:
    clerk = a_user(firms, merging, "clerk", "no_rows")
    stays = a_firm(firms, merging, "A", rows=[{"what": "mine"}])
    goes = a_firm(firms, merging, "B", rows=[{"what": "cheap"}])
    said = {"rows": str(goes.id) if wanted == "theirs" else wanted} if wanted else {}
    merged(firms, seen(merging, clerk), clerk, stays, [goes], lines=said)
    assert prices(firms, merging, stays) == ["mine"]
    with firms.read() as conn:
        kept = records.get(conn, merging, ADMIN, "firm", stays.id)
        hers = seen(merging, clerk)
        assert line_choices(conn, hers, clerk, hers.module("firm"), [kept], stays.id) == ()


def test_totals_are_right_whoever_merges_and_takes_it_back(firms: Store, merging: Catalog) -> None:
    clerk = a_user(firms, merging, "clerk", "no_price")
    stays = a_firm(firms, merging, "A", rows=[{"what": "one", "price": "1"}])
    goes = a_firm(firms, merging, "B", rows=[{"what": "ten", "price": "10"}])

    def total(of: Record) -> int:
        with firms.read() as conn:
            return int(records.get(conn, merging, ADMIN, "firm", of.id)["total"])

    plan = merged(firms, seen(merging, clerk), clerk, stays, [goes])
    assert total(stays) == 11
    undone(firms, seen(merging, clerk), clerk, plan)
    assert (total(stays), total(goes)) == (1, 10)


def test_taking_a_merge_back_names_no_record_that_one_may_not_see(firms: Store, merging: Catalog) -> None:
    clerk = a_user(firms, merging, "clerk", "no_humans")
    stays, goes, third = (a_firm(firms, merging, name) for name in "ABC")
    hidden = a_record(firms, merging, "human", name="Secret Kim", firm=str(goes.id))
    hers = a_record(firms, merging, "human", clerk, name="Lee", firm=str(goes.id))
    plan = merged(firms, merging, clerk, stays, [goes])
    for one in (hidden, hers):
        with firms.write() as conn:
            now = records.get(conn, merging, ADMIN, "human", one.id)
            records.update(conn, merging, ADMIN, "human", one.id, {"firm": str(third.id)}, version=now.version)
    told = left_of(undone(firms, merging, clerk, plan))
    assert [title for _, _, title, _ in told if "Secret" in title] == []
    assert hidden.id not in [id for _, id, _, _ in told]


def test_a_merge_is_taken_back_only_where_one_may_still_change_the_record_that_stayed(
    firms: Store, merging: Catalog
) -> None:
    clerk = a_user(firms, merging, "clerk", "own_changes")
    stays, goes = (a_firm(firms, merging, name, owner=str(clerk.id)) for name in "AB")
    human = a_record(firms, merging, "human", name="Kim", firm=str(goes.id))
    plan = merged(firms, merging, clerk, stays, [goes])
    boss = a_user(firms, merging, "boss")
    table = merging.module("firm").table
    with firms.write() as conn:
        conn.execute(sa.update(table).where(table.c.id == stays.id).values(
            {table.c[merging.module("firm").field("owner").columns[""]]: boss.id}))  # fmt: skip
    with pytest.raises(Denied):
        undone(firms, merging, clerk, plan)
    with firms.read() as conn:
        assert records.get(conn, merging, ADMIN, "human", human.id)["firm"].id == stays.id


@pytest.mark.parametrize("role", ["own_code", "no_code"])
def test_what_is_alike_in_a_field_that_one_does_not_see_everywhere_is_not_told(
    firms: Store, merging: Catalog, role: str
) -> None:
    clerk = a_user(firms, merging, "clerk", role)
    a_firm(firms, merging, "A", code="K-1", owner=str(a_user(firms, merging, "boss").id))
    hers = seen(merging, clerk)
    with firms.read() as conn:
        assert records.duplicates(conn, hers, clerk, "firm", {"code": "K-1", "name": "B"}) == ()
    if role == "own_code":
        with pytest.raises(Invalid) as refused, firms.write() as conn:
            records.create(conn, hers, clerk, "firm", {"code": "K-1", "name": "B"})
        assert "title" not in refused.value.errors["code"][0].facts


# -- timelines ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("level", ["none", "owner"])
def test_a_timeline_does_not_tell_by_its_parts_what_is_open(store: Store, level: str) -> None:
    role = SECRETIVE + f"fields: {{todo.state: {{view: {level}, edit: none}}}}"
    catalog = a_catalog({**TALKING, "roles/blind.yaml": role})
    site = with_tables(store, catalog)
    company = a_record(site, catalog, "company", name="한빛전자")
    for state in ("new", "won"):
        a_record(site, catalog, "todo", name=state, state=state, company=str(company.id))
    clerk = a_user(site, catalog, "clerk", "blind")
    hers = seen(catalog, clerk)
    with site.read() as conn:
        found = origins(hers, clerk, hers.module("company"))
        next = coming(conn, hers, clerk, company, found, size=10)
        past = happened(conn, hers, clerk, company, found, changes=False).happenings
    assert [one for one in next if one.origin and one.origin.module.key == "todo"] == []
    told = sorted(one.record.title for one in past if one.record and one.record.module == "todo")
    assert told in ([], ["new", "won"])
    assert not hers.module("todo").views.timeline or not hers.module("todo").views.timeline.open
