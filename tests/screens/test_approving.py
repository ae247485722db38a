"""Approvals as they come to a browser: on the record, in the list, decided and given to somebody else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hanok.engine.accounts import find_user
from hanok.engine.automation import running
from hanok.engine.automation.events import Events
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, kinds_of
from hanok.engine.store import Store
from tests.builders import TYPES, a_catalog
from tests.screens.conftest import FILES, Browser, Enter

ASK = """
label: {en: Ask, ko: 승인}
module: company
trigger: {event: created}
do:
  - approval: {by: [$record.owner, $record.parent.owner], text: {en: "May {{ name }} begin?", ko: "{{ name }} 시작?"}}
  - set: {stage: won}
"""
PAGE = "/mine/approvals"


BUTTON = """
actions:
  ask:
    label: {en: Ask for approval, ko: 승인 요청}
    ask: {why: {type: text, required: true}}
    when: {stage: won}
    do:
      - approval: {by: $record.parent.owner, text: {en: "{{ name }}: {{ ask.why }}"}, rejected: [{set: {stage: open}}]}
      - set: {size: 9}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    files = {**FILES, "modules/company.yaml": FILES["modules/company.yaml"] + BUTTON}
    return a_catalog({**files, "workflows/ask.yaml": ASK})


class Site:
    def __init__(self, store: Store, catalog: Catalog, folder: Path, enter: Enter) -> None:
        self.store, self.live, self.folder, self.catalog = store, Live(store, TYPES, catalog), folder, catalog
        self.admin, self.rep, self.guest = enter("admin"), enter("rep"), enter("guest")

    def asked(self, name: str = "한빛 <b>", **more: str) -> str:
        """The address of a company whose owner, rep, is asked."""
        sent = {"name": name, "owner": self.id_of("rep"), "token": "", **more}
        there = self.admin.send("/company/new", **sent).location
        self.work()
        return str(there)

    def work(self) -> None:
        kinds, hearing = kinds_of(running.KINDS), (Events(self.live).subscriber,)
        Worker(Surroundings(self.live, self.folder), kinds, subscribers=hearing).run_until_idle()

    def id_of(self, name: str) -> str:
        with self.store.read() as conn:
            return str(find_user(conn, self.catalog, name))


@pytest.fixture
def house(site: Store, catalog: Catalog, tmp_path: Path, enter: Enter) -> Site:
    return Site(site, catalog, tmp_path, enter)


def waiting(browser: Browser) -> str:
    """The address that the first approval on the page is answered at."""
    found = re.search(rf'action="({PAGE}/[0-9a-f-]+)"', browser.page(PAGE))
    assert found
    return found[1]


def test_it_stands_on_the_record_and_goes_on_when_approved(house: Site) -> None:
    there = house.asked()
    page = house.rep.page(there)
    assert "May 한빛 &lt;b&gt; begin?" in page and "approving.css" in page
    assert "begin?" not in house.admin.page(there), "nobody asked the administrator"
    answer = house.rep.send(waiting(house.rep), say="yes", comment="좋습니다", next=there)
    assert (answer.status_code, answer.location) == (303, there)
    house.work()
    page = house.rep.page(there)
    assert "Approved: May 한빛 &lt;b&gt; begin?" in page and "Your approval" not in page
    assert "Nothing waits for you" in house.rep.page(PAGE)


def test_a_rejection_without_a_word_is_asked_for_one(house: Site) -> None:
    there = house.asked()
    at = waiting(house.rep)
    answer = house.rep.send(at, say="no", comment=" ", next=there)
    assert answer.status_code == 422
    assert "Say why you reject it." in answer.text and f'value="{there}"' in answer.text
    assert house.rep.send(at, say="no", comment="too early").location == PAGE
    assert "Rejected: May" in house.rep.page(PAGE)
    house.rep.send(at, say="yes")
    assert "This was decided meanwhile." in house.rep.page(PAGE)


def test_nobody_else_answers(house: Site) -> None:
    house.asked()
    at = waiting(house.rep)
    for browser in (house.admin, house.guest):
        assert browser.send(at, say="yes").status_code == 404
        assert browser.send(f"{at}/delegate", to=house.id_of("admin")).status_code == 404
        assert "begin?" not in browser.page(PAGE)


def test_somebody_else_decides_who_may_not_even_see_the_record(house: Site) -> None:
    there = house.asked()
    at = waiting(house.rep)
    assert house.rep.send(f"{at}/delegate", to="").status_code == 422
    assert house.rep.send(f"{at}/delegate", to=house.id_of("rep")).status_code == 422
    assert house.rep.send(f"{at}/delegate", to=house.id_of("guest")).location == PAGE
    assert "guest decides now." in house.rep.page(PAGE)
    page = house.guest.page(PAGE)
    assert "May 한빛 &lt;b&gt; begin?" in page and there not in page
    assert "rep: gave it to somebody else" in page
    assert house.guest.send(at, say="yes").status_code == 303


def test_the_bell_leads_to_it(house: Site) -> None:
    house.asked()
    opening = re.search(r'action="(/mine/notices/[0-9a-f-]+/open)"', house.rep.page("/mine/notices"))
    assert opening
    assert house.rep.send(opening[1]).location.startswith(f"{PAGE}#approval-")


def test_a_button_of_a_record_asks_for_an_approval(house: Site) -> None:
    boss = house.asked("모회사", owner=house.id_of("admin"))
    there = house.asked(parent=boss.rpartition("/")[2])
    house.rep.send(waiting(house.rep), say="yes")
    house.work()
    id = there.rpartition("/")[2]
    sent = house.rep.send("/company/_do/ask", id=id, next=there, token="", **{"ask.why": "연말 행사"})
    assert sent.status_code == 303, sent.text
    house.work()
    assert "한빛 &lt;b&gt;: 연말 행사" in house.admin.page(PAGE)
