"""Whose a record is: nobody takes one, or gives hers away, without the right to; what is kept by the system stays."""

from __future__ import annotations

from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.accounts import grants
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, NotFound
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import COMPANY, OWNER_ONLY, SMALL, a_catalog, a_record, a_user, with_tables

READER = """
label: {en: Reads all, ko: 모두 읽음}
default: {list: all, view: all, create: owner, edit: owner, delete: owner, assign: none}
modules: {user: {list: all, view: all}}
"""
GIVER = READER.replace("assign: none", "assign: owner")
KEPT = COMPANY + "  code: {type: text, readonly: true}\n"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    roles = {"roles/reader.yaml": READER, "roles/giver.yaml": GIVER, "roles/owner_only.yaml": OWNER_ONLY}
    return a_catalog({**SMALL, **roles, "modules/company.yaml": KEPT})


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def change(store: Store, catalog: Catalog, actor: Actor, record: Record, **raw: Any) -> Record:
    with store.write() as conn:
        return records.update(conn, catalog, actor, "company", record.id, raw, version=record.version)


def test_a_record_is_not_taken_by_naming_oneself_its_owner(filled: Store, catalog: Catalog) -> None:
    mina, jun = a_user(filled, catalog, "mina", "reader"), a_user(filled, catalog, "jun", "reader")
    his = a_record(filled, catalog, "company", jun, name="준의 회사", owner=str(jun.id))
    with pytest.raises(Denied):
        change(filled, catalog, mina, his, owner=str(mina.id))
    blind = a_user(filled, catalog, "blind", "owner_only")
    with pytest.raises(NotFound):
        change(filled, catalog, blind, his, owner=str(blind.id))


def test_a_record_is_given_away_only_with_the_right_to(filled: Store, catalog: Catalog) -> None:
    jun = a_user(filled, catalog, "jun", "reader")
    assert jun.id is not None
    with filled.write() as conn:
        grants.grant(conn, jun.id, "reader")
    for role, allowed in (("reader", False), ("giver", True)):
        actor = a_user(filled, catalog, role, role)
        own = a_record(filled, catalog, "company", actor, name=role, owner=str(actor.id))
        if allowed:
            assert change(filled, catalog, actor, own, owner=str(jun.id))["owner"].id == jun.id
        else:
            with pytest.raises(Denied):
                change(filled, catalog, actor, own, owner=str(jun.id))
        with pytest.raises(Denied):
            a_record(filled, catalog, "company", actor, name=f"{role} 2", owner=str(jun.id))


@pytest.mark.parametrize(
    "raw",
    [{"created_by": "x"}, {"id": "0199c7e4-7a3b-7c00-8000-000000000001"}, {"version": 9}, {"deleted_at": ""},
     {"title": "X"}, {"updated_at": "2020-01-01T00:00Z"}, {"code": "B"}, {"title$folded": "x"}, {"roles": "admin"}],
    ids=str,
)  # fmt: skip
def test_what_the_system_keeps_is_written_by_nobody(filled: Store, catalog: Catalog, raw: dict[str, Any]) -> None:
    mina = a_user(filled, catalog, "mina", "reader")
    own = a_record(filled, catalog, "company", mina, name="회사", owner=str(mina.id), code="A")
    with pytest.raises(Invalid) as caught:
        change(filled, catalog, mina, own, **raw)
    assert set(caught.value.errors) == set(raw)


def test_another_s_record_is_neither_deleted_nor_brought_back(filled: Store, catalog: Catalog) -> None:
    mina, jun = a_user(filled, catalog, "mina", "reader"), a_user(filled, catalog, "jun", "reader")
    his = a_record(filled, catalog, "company", jun, name="준의 회사", owner=str(jun.id))
    with pytest.raises(Denied), filled.write() as conn:
        records.delete(conn, catalog, mina, "company", his.id)
    with filled.write() as conn:
        records.delete(conn, catalog, jun, "company", his.id)
    with pytest.raises(Denied), filled.write() as conn:
        records.restore(conn, catalog, mina, "company", his.id)
