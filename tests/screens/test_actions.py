"""Buttons of actions: where they stand, what they ask, once however often they are pressed, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import COMPANY, PERSON, SMALL, Statements, a_catalog, a_user, an_administrator
from tests.screens.conftest import FILTERS, MENU, Browser, Enter, titles

Make = Callable[..., Record]
ACTIONS = """
actions:
  win:
    label: {en: Win, ko: 성공}
    icon: trophy
    at: [record, row, bulk]
    when: {stage: {closed: false}}
    do: [{set: {stage: won}}]
  grow:
    label: {en: Grow, ko: 키우기}
    at: [record, bulk]
    ask: {by: {type: integer, label: {en: By how many, ko: 몇 명}, required: true, min: 1}}
    do: [{set: {size: "=size + ask.by"}}]
  copy:
    label: {en: Make a copy, ko: 복사}
    do: [create: {module: company, copy: $record, values: {name: "{{ name }} 2", parent: $record}, open: true}]
  close:
    label: {en: Close down, ko: 폐업}
    at: [record, row]
    confirm: {en: For good?, ko: 정말입니까?}
    do: [{delete: true}]
  hire:
    label: {en: Hire, ko: 채용}
    ask: {who: {type: link, label: {en: Who, ko: 누구}, to: person}}
    do: [{link: {people: $ask.who}}]
  person: {label: {en: Add a person, ko: 사람 추가}, do: [{create: {module: person, values: {family: $record.name}}}]}
  mail:   {label: {en: Write to them, ko: 메일}, do: [{email: {to: a@b.co, review: true}}]}
duplicates: {same: {match: [size, founded], then: warn}}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    company = COMPANY + FILTERS + ACTIONS
    return a_catalog({**SMALL, "modules/company.yaml": company, "menus/main.yaml": MENU, "modules/person.yaml": PERSON})


def buttons(page: str, action: str) -> list[dict[str, str]]:
    """What each button of this action sends, besides the page's token."""
    forms = re.findall(rf'<form class="act" method="post" action="/company/_do/{action}">(.*?)</form>', page, re.S)
    return [dict(re.findall(r'name="(\w+)" value="([^"]*)"', form)) for form in forms]


def press(browser: Browser, page: str, action: str) -> str:
    """Presses a button of a page and gives the page that it leads to."""
    return browser.page(browser.send(f"/company/_do/{action}", **buttons(page, action)[0]).location)


def asked(browser: Browser, page: str, action: str) -> tuple[str, dict[str, str]]:
    """The page of questions that a button leads to, and what its form sends by itself."""
    found = re.search(rf'href="(/company/_do/{action}\?[^"]+)"', page)
    assert found, f"no button {action}"
    opened = browser.page(unescape(found[1]))
    hidden = re.findall(r'<input type="hidden" name="(id|version|next|token)" value="([^"]*)"', opened)
    return opened, dict(hidden)


# -- where they stand ----------------------------------------------------------------------------------------------
def test_two_stand_beside_the_title_the_others_in_the_menu(admin: Browser, make: Make) -> None:
    page = admin.page(f"/company/{make('company', name='한빛전자').id}")
    beside, _, menu = page.partition('class="menu-box wide-only"')
    head = beside.partition('class="title-row"')[2]
    assert [key for key in ("win", "grow", "copy", "close", "mail") if f"/_do/{key}" in head] == ["grow", "copy"]
    assert [key for key in ("close", "hire", "win", "mail") if f"/_do/{key}" in menu.partition("</details>")[0]] == [
        "close", "hire", "win",
    ], "what only takes a step of the path is in the menu"


def test_what_is_not_for_a_record_is_not_offered(admin: Browser, make: Make) -> None:
    page = admin.page(f"/company/{make('company', name='한빛전자', stage='won').id}")
    assert "/_do/win" not in page
    assert "/_do/grow" in page


def test_whoever_may_not_edit_sees_no_buttons(enter: Enter, site: Store, catalog: Catalog, make: Make) -> None:
    colleague = a_user(site, catalog, "colleague")
    rep = next(one for one in _users(site, catalog) if one.title == "rep")
    make("company", name="한빛전자", owner=str(colleague.id))
    own = make("company", name="바른물산", owner=str(rep.id))
    browser = enter("rep")
    assert "/_do/win" in browser.page(f"/company/{own.id}")
    assert browser.page("/company?filter=all").count("data-menu") == 1


def _users(site: Store, catalog: Catalog) -> tuple[Record, ...]:
    with site.read() as conn:
        return records.page(conn, catalog, an_administrator(), records.Query(module="user")).rows


def test_a_row_has_a_menu_which_comes_back_to_the_list(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    listed = "/company?filter=all&sort=-size"
    assert f'href="/company/{made.id}/_actions" data-menu' in admin.page(listed)
    there = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{listed}"}
    menu = admin.page(f"/company/{made.id}/_actions", headers=there)
    assert ("/_do/win" in menu, "/_do/close" in menu, "/_do/grow" in menu) == (True, True, False)
    (sent,) = buttons(menu, "win")
    assert unescape(sent["next"]) == listed
    sent["next"] = listed
    assert admin.send("/company/_do/win", **sent).location == listed
    assert "“한빛전자”: Win." in admin.page(listed)
    alone = admin.page(f"/company/{made.id}/_actions")
    assert "<h1" in alone and "/_do/close" in alone


def test_a_list_without_row_actions_has_no_menu(admin: Browser, make: Make) -> None:
    make("person", family="김")
    assert "data-menu" not in admin.page("/person")


# -- running -------------------------------------------------------------------------------------------------------
def test_a_button_sets_and_its_notice_takes_it_back(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    page = press(admin, admin.page(f"/company/{made.id}"), "win")
    assert "“한빛전자”: Win." in page
    form = re.search(rf'<form method="post" action="/company/{made.id}/_undo">(.*?)</form>', page, re.S)
    assert form
    sent = {key: unescape(text) for key, text in re.findall(r'name="(was|version|next)" value="([^"]*)"', form[1])}
    page = admin.page(admin.send(f"/company/{made.id}/_undo", **sent).location)
    assert "“한빛전자” is as it was." in page
    assert "/_do/win" in page
    assert "it stays as it is" in admin.page(admin.send(f"/company/{made.id}/_undo", **sent).location)


@pytest.mark.parametrize("sent", [{}, {"was": "[1]", "version": "1"}, {"was": "{", "version": "1"}, {"was": "{}"}])
def test_nothing_is_undone_without_what_was(admin: Browser, make: Make, sent: dict[str, str]) -> None:
    assert admin.send(f"/company/{make('company', name='한빛전자').id}/_undo", **sent).status_code == 404


def test_a_record_that_somebody_changed_meanwhile_says_so(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    page = admin.page(f"/company/{made.id}")
    admin.send(f"/company/{made.id}/set", size="5", version="1")
    assert "Somebody else changed this record meanwhile." in press(admin, page, "win")


def test_pressing_twice_does_it_once_and_leads_to_the_same(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    page = admin.page(f"/company/{made.id}")
    (sent, *_) = buttons(page, "copy")
    first = admin.send("/company/_do/copy", **sent).location
    assert admin.send("/company/_do/copy", **sent).location == first != f"/company/{made.id}"
    assert sorted(titles(admin.page("/company?filter=all"))) == ["한빛전자", "한빛전자 2"]
    (sent, *_) = buttons(page, "person")
    assert {admin.send("/company/_do/person", **sent).location for _ in range(2)} == {f"/company/{made.id}"}
    assert titles(admin.page("/person")) == ["한빛전자"]


def test_a_deleted_record_leads_to_its_list(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    page, hidden = asked(admin, admin.page(f"/company/{made.id}"), "close")
    assert "For good?" in page
    assert admin.send("/company/_do/close", **hidden).location == "/company"


# -- what is asked -------------------------------------------------------------------------------------------------
def test_questions_are_asked_on_a_page_that_keeps_what_was_typed(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자", size="5")
    page, hidden = asked(admin, admin.page(f"/company/{made.id}"), "grow")
    assert "By how many" in page
    for typed, said in (("", "This is required."), ("-3", "This must be at least 1."), ("many", "many")):
        answer = admin.send("/company/_do/grow", **hidden, **{"ask.by": typed})
        assert answer.status_code == 422
        assert said in answer.text
    assert 'value="many"' in answer.text
    admin.send("/company/_do/grow", **hidden, **{"ask.by": "1,000"})
    assert ">1,005<" in admin.page(f"/company/{made.id}")


def test_a_dialog_gets_its_fragment_its_errors_and_where_to_go(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자", size="5")
    _, hidden = asked(admin, admin.page(f"/company/{made.id}"), "grow")
    headers, form = {"HX-Request": "true"}, {**hidden, "csrf_token": admin.token()}
    drawn = admin.page(f"/company/_do/grow?id={made.id}", headers=headers)
    assert drawn.lstrip().startswith("<dialog")
    wrong = admin.client.post("/company/_do/grow", data=form, headers=headers)
    assert wrong.status_code == 422 and wrong.text.lstrip().startswith("<dialog")
    fine = admin.client.post("/company/_do/grow", data={**form, "ask.by": "1"}, headers=headers)
    assert (fine.status_code, fine.headers["HX-Redirect"]) == (200, f"/company/{made.id}")


def test_without_scripts_links_are_asked_for_as_lists(admin: Browser, make: Make) -> None:
    made, person = make("company", name="한빛전자"), make("person", family="김")
    page, hidden = asked(admin, admin.page(f"/company/{made.id}"), "hire")
    listing = re.search(r'<noscript>.*?href="([^"]+)"', page, re.S)
    assert listing
    assert f'<option value="{person.id}">김</option>' in admin.page(unescape(listing[1]))
    admin.send("/company/_do/hire", **hidden, **{"ask.who": str(person.id)})
    assert titles(admin.part(f"/company/{made.id}/_sub/people")) == ["김"]


def test_records_like_the_new_one_are_asked_about(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자", size="5", founded="2020-01-01")
    (sent, *_) = buttons(admin.page(f"/company/{made.id}"), "copy")
    answer = admin.send("/company/_do/copy", **sent)
    assert answer.status_code == 422
    assert "There are records like this already." in answer.text
    assert admin.send("/company/_do/copy", **sent, despite="1").status_code == 303


# -- several -------------------------------------------------------------------------------------------------------
def test_of_several_records_it_is_said_which_were_left(admin: Browser, make: Make) -> None:
    made = [make("company", name=name, stage=stage) for name, stage in (("가", "new"), ("나", "won"), ("다", "open"))]
    form = {"csrf_token": admin.token(), "id": [str(one.id) for one in made], "version": ["1", "1", "1"]}
    answer = admin.client.post("/company/_do/win", data=form)
    assert answer.location == "/company"
    page = admin.page("/company")
    assert "Win: 2 done, 1 left as before." in page
    assert "“나”: “Win” does not apply to this record as it is now." in page


# -- refusals ------------------------------------------------------------------------------------------------------
def test_what_waits_for_automation_says_so(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    page = admin.page(admin.send("/company/_do/mail", id=str(made.id)).location)
    assert "“Write to them” cannot be run yet: its step “email” comes with automation." in page


@pytest.mark.parametrize(("path", "form", "status"), [
    ("/company/_do/nothing", {"id": "0199c7e4-7a3b-7c00-8000-000000000001"}, 404), ("/company/_do/win", {}, 422),
    ("/company/_do/win", {"id": "x"}, 404), ("/nowhere/_do/win", {"id": "x"}, 404),
])  # fmt: skip
def test_odd_requests_are_refused(admin: Browser, path: str, form: dict[str, str], status: int) -> None:
    assert admin.send(path, **form).status_code == status


def test_no_action_without_the_token_of_the_page(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    assert admin.client.post("/company/_do/win", data={"id": str(made.id)}).status_code == 400


def test_an_action_leads_to_no_other_site(admin: Browser, make: Make) -> None:
    made = make("company", name="한빛전자")
    assert admin.send("/company/_do/win", id=str(made.id), next="//evil.example").location == "/"


def test_buttons_of_a_list_cost_no_statement(admin: Browser, site: Store, make: Make) -> None:
    make("company", name="한빛전자")
    make("person", family="김")
    counts = []
    for path in ("/company?filter=all", "/person"):
        admin.page(path)
        statements = Statements(site)
        admin.page(path)
        counts.append(len(statements.queries))
    assert counts[0] == counts[1], "a module with actions, and one without"
