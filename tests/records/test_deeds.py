"""Who did what that is no change of a record: each leaves a deed in its own transaction, and no secret."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine.access import SYSTEM, Actor
from hanok.engine.accounts import create_user, resets
from hanok.engine.accounts.passwords import hash_password
from hanok.engine.catalog import Catalog
from hanok.engine.deploy.telling import differences, person
from hanok.engine.jobs.exporting import tell_of
from hanok.engine.language import Layer
from hanok.engine.records.deeds import tell
from hanok.engine.records.exporting import Listed, Wish
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed

HASHED = hash_password("celadon-tiger-42")


def deeds(store: Store) -> list[Any]:
    with store.read() as conn:
        return list(conn.execute(sa.select(deed).order_by(deed.c.id)))


@pytest.fixture
def rep(filled: Store, catalog: Catalog) -> UUID:
    raw = {"username": "rep", "last_name": "대표", "email": "rep@example.com"}
    with filled.write() as conn:
        return create_user(conn, catalog, SYSTEM, raw, password=HASHED)


def test_a_first_password_and_one_that_was_forgotten_leave_a_deed(filled: Store, catalog: Catalog, rep: UUID) -> None:
    with filled.write() as conn:
        found = resets.person_with(conn, catalog, rep)
        assert found
        resets.use_reset(conn, catalog, resets.open_reset(conn, found), HASHED)
    first, second = deeds(filled)
    assert (first.action, first.actor_id, first.about) == ("set", None, str(rep))
    assert (second.action, second.actor_id, second.title) == ("reset", rep, "대표")
    assert HASHED not in str(deeds(filled))


def test_what_is_not_done_leaves_none(filled: Store, catalog: Catalog) -> None:
    def half(conn: sa.Connection) -> None:
        tell(conn, SYSTEM, "token", "made", about="x")
        raise RuntimeError

    with pytest.raises(RuntimeError), filled.write() as conn:
        half(conn)
    with pytest.raises(KeyError), filled.write() as conn:
        tell(conn, SYSTEM, "weather", "changed", about="x")
    assert not deeds(filled)


def test_an_export_tells_how_many_rows_left_by_which_filter(filled: Store, rep: UUID) -> None:
    actor = Actor(rep, "rep", "대표")
    wishes = [
        Wish(actor=actor, module="company", language="ko",
             listed=Listed(saved="mine", words="한빛", asked={"size": 7})),
        Wish(actor=actor, module="company", language="ko", where={"name": "한빛"}),
    ]  # fmt: skip
    with filled.write() as conn:
        for wish in wishes:
            tell_of(conn, actor, wish, 12, "회사.csv")
    _, listed, where = deeds(filled)
    assert listed.changes["rows"] == [None, 12] and listed.actor_id == rep and listed.about == "company"
    assert listed.changes["filter"] == [None, 'mine, 한빛, {"size":7}']
    assert where.changes["filter"] == [None, "name=한빛"]


def test_a_deploy_names_the_documents_that_differ() -> None:
    before = (Layer("site", {"a.yaml": "1", "b.yaml": "1"}),)
    after = (Layer("site", {"b.yaml": "2", "c.yaml": "1"}),)
    told = differences(before, after)
    assert told == {"added": ["site/c.yaml"], "removed": ["site/a.yaml"], "changed": ["site/b.yaml"]}
    assert (str(person("kim")), str(person(""))) == ("kim", "System")
