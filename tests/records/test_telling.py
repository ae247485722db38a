"""People are told what concerns them: once, in the transaction of its cause, and never of what they may not see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid, NotFound, Refused, say
from hanok.engine.fields.mentions import readable
from hanok.engine.records import Record, preferences
from hanok.engine.records.telling import followers, mentions
from hanok.engine.records.telling.notices import forget, tell
from hanok.engine.records.telling.reading import MOST, count_unread, mark_read, notices, open_notice
from hanok.engine.store import Store, new_id
from hanok.engine.store.desk_tables import follow as follow_table
from hanok.engine.store.desk_tables import notice, preference
from hanok.engine.store.tables import grant
from tests.builders import SMALL, Statements, a_catalog, a_record, a_user, an_administrator, with_tables

MANAGER = """
label: {en: Manager, ko: 관리}
default: {list: all, view: all, create: all, edit: all, delete: all, assign: all}
"""
BLIND = """
label: {en: Blind, ko: 일부}
default: {list: all, view: all, create: all, edit: all, assign: all}
fields: {company.size: {view: none, edit: none}}
"""

MASKED = """
label: {en: Masked, ko: 일부}
default: {list: all, view: all, create: all, edit: all, assign: all}
fields: {company.size: {view: owner, edit: owner}}
"""

DEAF = """
label: {en: Deaf, ko: 일부}
default: {list: all, view: all, create: all, edit: all, assign: all}
fields: {company.story: {view: none, edit: none}}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    roles = {"manager": MANAGER, "blind": BLIND, "masked": MASKED, "deaf": DEAF}
    return a_catalog({**SMALL, **{f"roles/{key}.yaml": text for key, text in roles.items()}})


@pytest.fixture
def filled(store: Store, catalog: Catalog) -> Store:
    return with_tables(store, catalog)


def person(store: Store, catalog: Catalog, name: str, role: str = "manager") -> Actor:
    made = a_user(store, catalog, name, role)
    with store.write() as conn:
        conn.execute(grant.insert().values(holder=made.id, role=role))
    return made


@pytest.fixture
def mina(filled: Store, catalog: Catalog) -> Actor:
    return person(filled, catalog, "미나")


@pytest.fixture
def jun(filled: Store, catalog: Catalog) -> Actor:
    return person(filled, catalog, "준")


def change(store: Store, catalog: Catalog, actor: Actor, record: Record, **raw: Any) -> Record:
    with store.write() as conn:
        version = records.get(conn, catalog, actor, record.module, record.id).version
        return records.update(conn, catalog, actor, record.module, record.id, raw, version=version)


def said(store: Store, catalog: Catalog, actor: Actor, **asked: Any) -> list[str]:
    with store.read() as conn:
        return [str(one.text) for one in notices(conn, catalog, actor, **asked).rows]


def unread(store: Store, catalog: Catalog, actor: Actor) -> int:
    with store.read() as conn:
        return count_unread(conn, catalog, actor)


def follows(store: Store, catalog: Catalog, record: Record) -> list[str]:
    with store.read() as conn:
        return [one.title for one in followers.followers(conn, catalog, record.module, record.id)]


def chosen(store: Store, actor: Actor, key: str, **value: Any) -> None:
    assert actor.id
    with store.write() as conn:
        preferences.put(conn, actor.id, key, value)


# -- given, named, following -----------------------------------------------------------------------------------------
def test_whoever_is_given_a_record_is_told_by_whom(filled: Store, catalog: Catalog, mina: Actor, jun: Actor) -> None:
    a_record(filled, catalog, "company", mina, name="한빛", owner=str(jun.id))
    assert said(filled, catalog, jun) == ["미나 gave you 한빛."]
    assert said(filled, catalog, mina) == []


def test_nobody_is_told_of_what_she_does_herself(filled: Store, catalog: Catalog, mina: Actor) -> None:
    mine = a_record(filled, catalog, "company", mina, name="내 것", owner=str(mina.id))
    change(filled, catalog, mina, mine, size="3", story=f"나 {mentions.mark('미나', mina.id or new_id())}")
    assert said(filled, catalog, mina) == []


def test_what_the_system_does_tells_nobody(filled: Store, catalog: Catalog, jun: Actor) -> None:
    a_record(filled, catalog, "company", name="한빛", owner=str(jun.id))
    assert said(filled, catalog, jun) == []


def test_what_is_brought_over_from_elsewhere_is_no_news(
    filled: Store, catalog: Catalog, mina: Actor, jun: Actor
) -> None:
    raw = {"name": "한빛", "owner": str(jun.id)}
    with filled.write() as conn:
        one = records.create(conn, catalog, mina, "company", raw, at=datetime(2020, 1, 1, tzinfo=UTC))
    assert (said(filled, catalog, jun), follows(filled, catalog, one)) == ([], [])


def test_given_again_is_told_again_and_a_change_of_something_else_is_not(
    filled: Store, catalog: Catalog, mina: Actor, jun: Actor
) -> None:
    one = a_record(filled, catalog, "company", mina, name="한빛", owner=str(jun.id))
    chosen(filled, jun, preferences.BELL, without=["changed"])
    change(filled, catalog, mina, one, size="1")
    assert len(said(filled, catalog, jun)) == 1
    change(filled, catalog, mina, one, owner=str(mina.id))
    change(filled, catalog, mina, one, owner=str(jun.id))
    assert said(filled, catalog, jun) == ["미나 gave you 한빛."] * 2


def test_changes_of_a_followed_record_are_one_notice_until_it_is_read(
    filled: Store, catalog: Catalog, mina: Actor, jun: Actor
) -> None:
    one = a_record(filled, catalog, "company", mina, name="한빛")
    with filled.write() as conn:
        followers.follow(conn, catalog, jun, "company", one.id)
    change(filled, catalog, mina, one, size="1")
    change(filled, catalog, mina, one, stage="won")
    change(filled, catalog, mina, one, size="2")
    assert unread(filled, catalog, jun) == 1
    with filled.write() as conn:
        told = notices(conn, catalog, jun).rows[0]
        assert [label["en"] for label in told.text.facts["fields"]] == ["Size", "Stage"]
        assert open_notice(conn, jun, told.id)[0] == ("company", one.id)
    assert unread(filled, catalog, jun) == 0
    change(filled, catalog, mina, one, founded="2026-01-01")
    with filled.read() as conn:
        rows = notices(conn, catalog, jun).rows
    assert [(row.is_read, len(row.text.facts["fields"])) for row in rows] == [(False, 1)]


def test_a_notice_names_no_field_that_its_reader_may_not_see(filled: Store, catalog: Catalog, mina: Actor) -> None:
    blind = person(filled, catalog, "소라", "blind")
    one = a_record(filled, catalog, "company", mina, name="한빛")
    with filled.write() as conn:
        followers.follow(conn, catalog, blind, "company", one.id)
    change(filled, catalog, mina, one, size="1")
    assert said(filled, catalog, blind) == ["미나 changed 한빛."]
    change(filled, catalog, mina, one, size="2", stage="won")
    with filled.read() as conn:
        found = notices(conn, catalog, blind).rows[0].text.facts["fields"]
    assert len(found) == 1


def test_a_notice_names_no_field_that_its_reader_sees_in_some_records_only(
    filled: Store, catalog: Catalog, mina: Actor
) -> None:
    masked = person(filled, catalog, "소라", "masked")
    one = a_record(filled, catalog, "company", mina, name="한빛")
    with filled.write() as conn:
        followers.follow(conn, catalog, masked, "company", one.id)
    change(filled, catalog, mina, one, size="1")
    assert said(filled, catalog, masked) == ["미나 changed 한빛."]


def test_what_one_may_no_longer_view_is_not_told_and_not_counted(
    filled: Store, catalog: Catalog, mina: Actor
) -> None:
    rep = person(filled, catalog, "rep", "owner_only")
    one = a_record(filled, catalog, "company", mina, name="비밀", owner=str(rep.id))
    assert (said(filled, catalog, rep), unread(filled, catalog, rep)) == (["미나 gave you 비밀."], 1)
    change(filled, catalog, mina, one, owner=str(mina.id))
    assert (said(filled, catalog, rep), unread(filled, catalog, rep)) == ([], 0)
    with filled.write() as conn:
        tell(conn, [rep.id or new_id()], "ended", say("It is done."), key="x")
    assert said(filled, catalog, rep) == ["It is done."]


def test_nobody_follows_what_she_may_not_view(filled: Store, catalog: Catalog, mina: Actor) -> None:
    rep = person(filled, catalog, "rep", "owner_only")
    one = a_record(filled, catalog, "company", mina, name="남의 것")
    with filled.write() as conn, pytest.raises(NotFound):
        followers.follow(conn, catalog, rep, "company", one.id)
    assert "rep" not in follows(filled, catalog, one)


def test_one_follows_what_one_makes_and_is_given_unless_one_does_not_want_that(
    filled: Store, catalog: Catalog, mina: Actor, jun: Actor
) -> None:
    first = a_record(filled, catalog, "company", mina, name="하나", owner=str(jun.id))
    assert follows(filled, catalog, first) == sorted(["미나", "준"])
    chosen(filled, mina, preferences.FOLLOWS + preferences.MADE, off=True)
    chosen(filled, jun, preferences.FOLLOWS + preferences.ASSIGNED, off=True)
    second = a_record(filled, catalog, "company", mina, name="둘", owner=str(jun.id))
    assert follows(filled, catalog, second) == []
    with filled.write() as conn:
        followers.unfollow(conn, mina, "company", first.id)
    assert follows(filled, catalog, first) == ["준"]


# -- mentions ----------------------------------------------------------------------------------------------------------
def test_only_the_newly_mentioned_are_told(filled: Store, catalog: Catalog, mina: Actor, jun: Actor) -> None:
    sora = person(filled, catalog, "소라")
    assert jun.id and sora.id
    one = a_record(filled, catalog, "company", mina, name="한빛", story=f"{mentions.mark('준', jun.id)} 확인")
    change(filled, catalog, mina, one, story=f"{mentions.mark('준', jun.id)} {mentions.mark('소라', sora.id)}")
    assert said(filled, catalog, jun) == ["미나 mentioned you in 한빛."]
    assert said(filled, catalog, sora) == ["미나 mentioned you in 한빛."]


def test_a_mention_of_somebody_who_may_not_view_the_record_reaches_nobody(
    filled: Store, catalog: Catalog, mina: Actor
) -> None:
    rep = person(filled, catalog, "rep", "owner_only")
    assert rep.id
    a_record(filled, catalog, "company", mina, name="비밀", story=mentions.mark("rep", rep.id))
    assert (said(filled, catalog, rep), unread(filled, catalog, rep)) == ([], 0)


def test_a_mention_in_a_field_that_somebody_may_not_see_reaches_her_not(
    filled: Store, catalog: Catalog, mina: Actor
) -> None:
    deaf = person(filled, catalog, "소라", "deaf")
    assert deaf.id
    a_record(filled, catalog, "company", mina, name="한빛", story=mentions.mark("소라", deaf.id))
    assert (said(filled, catalog, deaf), unread(filled, catalog, deaf)) == ([], 0)


@pytest.mark.parametrize("name", ["김하늘", "Ada [x](y) <b>", "](user:1)", "\n@[", "O'Neil (서울)"])
def test_a_mark_is_read_back_whatever_the_name_is(name: str) -> None:
    id = new_id()
    text = f"앞 {mentions.mark(name, id)} 뒤"
    assert mentions.mentioned(text) == (id,)
    assert "".join(mentions.pieces(text, lambda name, id: "*", lambda part: part)) == "앞 * 뒤"


def test_a_mark_that_is_none_stays_text() -> None:
    assert mentions.mentioned("@[김](user:1) @김 @[](user:x) mail@[x]") == ()
    assert readable(f"@[김](user:1) {mentions.mark('김하늘', UUID(int=7))}") == "@[김](user:1) @김하늘"


def test_titles_and_search_read_the_name_and_not_the_mark(filled: Store) -> None:
    memo = """
label: {en: Memo, ko: 메모}
title: "{{ left(text, 20) }}"
fields: {text: {type: long_text, search: true}}
"""
    noted = a_catalog({"modules/memo.yaml": memo})
    with_tables(filled, noted)
    one = a_record(filled, noted, "memo", text=f"{mentions.mark('김하늘', new_id())} 님 확인 부탁합니다")
    assert one.title == "@김하늘 님 확인 부탁합니다"
    with filled.read() as conn:
        found = records.search(conn, noted, an_administrator(), "김하늘", modules=("memo",))
        assert [hit.title for hit in found] == [one.title]
        assert records.search(conn, noted, an_administrator(), "user", modules=("memo",)) == ()


def test_people_are_offered_by_name_and_initials_who_may_view_the_module(
    filled: Store, catalog: Catalog, mina: Actor
) -> None:
    sky = a_record(filled, catalog, "user", username="sky", last_name="김", first_name="하늘", email="s@example.com")
    a_record(filled, catalog, "user", username="none", last_name="김", first_name="무권", email="n@example.com")
    with filled.write() as conn:
        conn.execute(grant.insert().values(holder=sky.id, role="manager"))
    with filled.read() as conn:
        for words in ("김", "김하", "ㄱㅎㄴ", "하늘"):
            found = mentions.people(conn, catalog, mina, "company", words)
            assert [one.title for one in found] == ["김하늘"], words
        assert "김하늘" in [one.title for one in mentions.people(conn, catalog, mina, "company", "")]


# -- the bell ----------------------------------------------------------------------------------------------------------
def test_the_same_is_told_once_and_unwanted_kinds_never(filled: Store, mina: Actor, jun: Actor) -> None:
    chosen(filled, jun, preferences.BELL, without=["ended"])
    for _ in range(2):
        with filled.write() as conn:
            tell(conn, [mina.id or new_id(), jun.id or new_id()], "ended", say("Done."), key="job:1")
    with filled.read() as conn:
        assert conn.scalars(sa.select(notice.c.user_id)).all() == [mina.id]


def test_notices_are_paged_counted_and_read_together(filled: Store, catalog: Catalog, mina: Actor) -> None:
    with filled.write() as conn:
        for number in range(MOST + 6):
            tell(conn, [mina.id or new_id()], "ended", say("{n}.", n=number), key=str(number))
    assert unread(filled, catalog, mina) == MOST + 1
    with filled.write() as conn:
        first = notices(conn, catalog, mina, size=10)
        second = notices(conn, catalog, mina, size=10, after=first.next)
        numbers = [row.text.facts["n"] for row in (*first.rows, *second.rows)]
        assert numbers == list(range(MOST + 5, MOST - 15, -1))
        assert mark_read(conn, mina, first.rows[0].id) == 1
        assert mark_read(conn, mina) == MOST + 5
    assert unread(filled, catalog, mina) == 0
    assert said(filled, catalog, mina, unread=True) == []


def test_nobody_opens_what_another_was_told(filled: Store, catalog: Catalog, mina: Actor, jun: Actor) -> None:
    a_record(filled, catalog, "company", mina, name="한빛", owner=str(jun.id))
    with filled.write() as conn:
        told = notices(conn, catalog, jun).rows[0]
        with pytest.raises(NotFound):
            open_notice(conn, mina, told.id)
    assert unread(filled, catalog, jun) == 1


def test_old_notices_are_forgotten(filled: Store, mina: Actor) -> None:
    now = datetime.now(UTC)
    with filled.write() as conn:
        for key in ("read", "unread", "ancient"):
            tell(conn, [mina.id or new_id()], "ended", say("Done."), key=key)
        conn.execute(notice.update().where(notice.c.key == "read").values(read=now - timedelta(days=2)))
        conn.execute(notice.update().where(notice.c.key == "ancient").values(at=now - timedelta(days=9)))
        assert forget(conn, now - timedelta(days=1), now - timedelta(days=5), most=10) == 2
        assert conn.scalars(sa.select(notice.c.key)).all() == ["unread"]


def test_a_save_that_concerns_nobody_asks_little_more(filled: Store, catalog: Catalog, mina: Actor) -> None:
    one = a_record(filled, catalog, "company", mina, name="한빛")
    with filled.write() as conn:
        conn.execute(follow_table.delete())
    counted = Statements(filled)
    change(filled, catalog, mina, one, size="1")
    assert [text for text in counted.texts if "hanok_notice" in text or "hanok_preference" in text] == []
    assert len([text for text in counted.texts if "hanok_follow" in text]) == 1


# -- preferences -------------------------------------------------------------------------------------------------------
def test_what_was_chosen_is_kept_item_by_item(filled: Store, mina: Actor) -> None:
    assert mina.id
    chosen(filled, mina, preferences.LOOK, date="dots", theme="dark")
    chosen(filled, mina, "list.company", columns=["name", "size"])
    with filled.write() as conn:
        assert preferences.of(conn, mina.id, "list.company") == {"columns": ["name", "size"]}
        with pytest.raises(Invalid):
            preferences.put(conn, mina.id, preferences.LOOK, {"date": "sideways"})
        with pytest.raises(Refused):
            preferences.put(conn, mina.id, "nothing", {"date": "iso"})
        assert preferences.of(conn, mina.id, preferences.LOOK) == {"date": "dots", "theme": "dark"}
        preferences.put(conn, mina.id, preferences.LOOK, {})
        assert conn.scalars(sa.select(preference.c.key)).all() == ["list.company"]


def test_a_stored_choice_that_is_wrong_by_now_reads_as_none(filled: Store, mina: Actor) -> None:
    with filled.write() as conn:
        for key, value in ((preferences.LOOK, {"date": "sideways", "theme": "dark", "gone": 1}), ("list.x", [1])):
            conn.execute(preference.insert().values(user_id=mina.id, key=key, value=value))
        assert preferences.of(conn, mina.id, preferences.LOOK) == {"theme": "dark"}
        assert preferences.of(conn, mina.id, "list.x") == {}
        assert preferences.of(conn, None, preferences.LOOK) == {}
