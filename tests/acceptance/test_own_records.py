"""Who sees only her own records meets the others nowhere: not in lists, search, panels, pickers, nor by address."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.acceptance.conftest import House
from tests.acceptance.contents import tables
from tests.acceptance.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Records:
    """Ids: an account and a contact of mina's, an account and a contact of the administrator's."""

    own: str
    own_person: str
    other: str
    other_person: str


OWN, OTHER = "가온누리상사", "가온소리상사"


@pytest.fixture(scope="session")
def made(admin: Visitor, mina: Visitor) -> Records:
    """The administrator's contact stands under mina's account, and mina's contact under his account."""
    own, other = mina.create("account", name=OWN), admin.create("account", name=OTHER)
    person = mina.create("contact", last_name="도", first_name="가온", account=own)
    stranger = admin.create("contact", last_name="마", first_name="가온", account=own)
    return Records(own, person, other, stranger)


def ids(text: str, module: str) -> set[str]:
    return set(re.findall(rf"/{module}/([0-9a-f-]{{36}})", text))


@pytest.mark.parametrize(
    "query", ["", "?filter=all", "?filter=all&q=가온", "?filter=all&f=name.contains.상사", "?filter=all&sort=name"]
)
def test_lists_hold_her_own_only(mina: Visitor, made: Records, query: str) -> None:
    page = mina.get(f"/account{query}").text
    assert ids(page, "account") == {made.own}
    assert OTHER not in page


def test_counts_count_her_own_only(mina: Visitor, admin: Visitor, made: Records) -> None:
    assert ">1건" in mina.get("/account/_count?filter=all&q=가온").text.replace(" ", "")
    assert "2건" in admin.get("/account/_count?filter=all&q=가온").text


@pytest.mark.parametrize("path", ["/search?words=가온", "/search/quick?words=가온"])
def test_the_search_finds_her_own_only(mina: Visitor, admin: Visitor, made: Records, path: str) -> None:
    found = mina.get(path).text
    assert (ids(found, "account"), ids(found, "contact")) == ({made.own}, {made.own_person})
    assert {made.own, made.other} <= ids(admin.get(path).text, "account")


def test_subpanels_hold_her_own_only(mina: Visitor, admin: Visitor, made: Records) -> None:
    path = f"/account/{made.own}/_sub/contacts"
    assert ids(mina.get(path).text, "contact") == {made.own_person}
    assert ids(admin.get(path).text, "contact") == {made.own_person, made.other_person}


@pytest.mark.parametrize("words", ["", "가온", "소리"])
def test_the_picker_of_a_link_offers_her_own_only(mina: Visitor, made: Records, words: str) -> None:
    offered = mina.get(f"/account/_pick?words={words}", Accept="application/json").text
    assert made.other not in offered
    assert OTHER not in offered
    assert (made.own in offered) is (words != "소리")


def test_a_condition_through_a_link_tells_nothing(mina: Visitor, made: Records) -> None:
    page = mina.get(f"/contact?filter=all&account={made.other}")
    assert page.status == 200
    assert OTHER not in page.text


@pytest.mark.parametrize("tail", ["", "/edit", "/history", "/_sub/contacts"])
def test_the_address_of_another_leads_nowhere(mina: Visitor, made: Records, tail: str) -> None:
    answer = mina.get(f"/account/{made.other}{tail}")
    assert answer.status == 404
    assert OTHER not in answer.text


def test_what_is_refused_changes_nothing(house: House, mina: Visitor, made: Records) -> None:
    before = tables(house.database)
    there = f"/account/{made.other}"
    for path, form in {
        f"{there}/edit": {"version": "1", "name": "빼앗음"},
        f"{there}/set": {"version": "1", "kind": "customer"},
        f"{there}/delete": {"version": "1"},
        f"{there}/restore": {},
        f"{there}/_sub/contacts/link": {"id": made.own_person},
        f"/account/{made.own}/_sub/contacts/unlink": {"id": made.other_person},
        f"/account/{made.own}/_sub/contacts/link": {"id": made.other_person},
    }.items():
        assert mina.post(path, form).status in (303, 403, 404), path
    assert tables(house.database) == before


def test_her_record_cannot_point_at_another(house: House, mina: Visitor, made: Records) -> None:
    before = tables(house.database)
    answer = mina.post("/contact/new", {"last_name": "모", "account": made.other, "account$title": "엿봄"})
    assert answer.status == 422
    assert OTHER not in answer.text
    assert tables(house.database) == before


def test_an_address_fills_in_no_title_that_she_may_not_see(mina: Visitor, made: Records) -> None:
    assert OTHER not in mina.get(f"/contact/new?account={made.other}").text


def test_her_own_she_may_change_and_delete(mina: Visitor) -> None:
    own = mina.create("account", name="나래상사")
    form = mina.get(f"/account/{own}/edit")
    answer = mina.post(f"/account/{own}/edit", {"version": form.hidden("version"), "name": "나래상회"})
    assert (answer.status, answer.location) == (303, f"/account/{own}")
    assert mina.post(f"/account/{own}/delete").status == 303
    assert mina.get(f"/account/{own}").status == 404
    assert mina.post(f"/account/{own}/restore").status == 303
    assert "나래상회" in mina.get(f"/account/{own}").text
