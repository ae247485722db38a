"""The timeline of a record is read, written into and worked off, by everybody as far as she may."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.records import Query, Record
from hanok.engine.store import Store
from tests.builders import Statements, a_catalog, an_administrator
from tests.screens.conftest import FILES, PASSWORD, Browser, Enter
from tests.talking import TALKING

Make = Callable[..., Record]
HTMX = {"HX-Request": "true"}
#: A module of a newcomer: it names its kinds by links of its own, as the shipped traits do.
PLANT = """
label: {en: Plant, ko: 공장}
fields:
  name:  {type: text, required: true}
  memos: {type: links, to: memo, hidden: true, reverse: {key: about, label: {en: About, ko: 관련 항목}}}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**TALKING, **FILES, "modules/plant.yaml": PLANT})


@pytest.fixture
def company(make: Make) -> Record:
    return make("company", name="한빛전자")


def feed(who: Browser, record: Record, query: str = "") -> str:
    return who.part(f"/{record.module}/{record.id}/_timeline{query}")


def write(who: Browser, record: Record, key: str, **form: str) -> TestResponse:
    data = {"csrf_token": who.token(), **form}
    return who.client.post(f"/{record.module}/{record.id}/_timeline/new/{key}", data=data, headers=HTMX)


def names(page: str) -> list[str]:
    return re.findall(r'class="name" href="[^"]+">([^<]*)<', page)


def rows(site: Store, catalog: Catalog, module: str) -> tuple[Record, ...]:
    with site.read() as conn:
        return records.page(conn, catalog, an_administrator(), Query(module=module, size=100)).rows


def test_a_page_fetches_its_timeline_and_leads_to_it_without_scripts(admin: Browser, company: Record) -> None:
    there = f"/company/{company.id}/_timeline"
    page = admin.page(f"/company/{company.id}")
    assert f'hx-get="{there}"' in page
    assert f'<a class="btn small" href="{there}">' in page
    assert "<html" in admin.page(there) and "<html" not in feed(admin, company)


def test_what_is_next_stands_above_what_happened(admin: Browser, make: Make, company: Record) -> None:
    id = str(company.id)
    make("todo", name="Call back", due="2026-01-05", company=id)
    make("todo", name="Send papers", due="2090-01-05", company=id)
    make("todo", name="Was done", state="won", done_at="2026-01-03T09:00Z", company=id)
    make("memo", text="They moved", company=id)
    found = feed(admin, company)
    ahead, behind = found.split("<h3>What happened so far")
    assert names(ahead) == ["Call back", "Send papers"]
    assert "overdue" in ahead.split("Send papers")[0] and "overdue" not in ahead.split("Send papers")[1]
    assert "Was done" in behind and "They moved" in behind and "관리자" not in ahead
    assert names(feed(admin, company, "?kind=memo").split("<h3>What happened so far")[1]) == ["Memo"]


def test_an_empty_timeline_says_what_to_do(admin: Browser, company: Record) -> None:
    assert "Write a note, log a call" in feed(admin, company)


def test_more_of_it_is_read_stretch_by_stretch(admin: Browser, make: Make, company: Record) -> None:
    for number in range(25):
        make("memo", text=f"Number {number:02d}", company=str(company.id))
    first = feed(admin, company, "?kind=memo")
    more = re.search(r'hx-get="([^"]+/past[^"]+)"', first)
    assert more
    second = admin.part(more[1].replace("&amp;", "&"))
    texts = re.findall(r"Number \d\d", first) + re.findall(r"Number \d\d", second)
    assert texts == [f"Number {number:02d}" for number in reversed(range(25))]
    assert "class=\"day\"" not in second  # all of it is of one day, which is named already
    assert admin.get(f"/company/{company.id}/_timeline/past?after=nonsense").status_code == 422


def test_a_note_is_written_where_it_belongs(admin: Browser, site: Store, catalog: Catalog, company: Record) -> None:
    box = admin.part(f"/company/{company.id}/_timeline/new/memos")
    token = box.split('name="token" value="')[1].split('"')[0]
    assert 'name="text"' in box and 'name="company"' not in box
    saved = write(admin, company, "memos", text="They moved", token=token)
    assert saved.status_code == 200 and saved.headers["HX-Retarget"] == "#feed"
    assert "They moved" in saved.text and "was saved" in saved.text
    assert write(admin, company, "memos", text="They moved", token=token).status_code == 200
    (memo,) = rows(site, catalog, "memo")
    assert memo["company"].id == company.id


def test_what_is_wrong_is_said_in_the_box_and_nothing_typed_is_lost(
    admin: Browser, site: Store, catalog: Catalog, company: Record
) -> None:
    answer = write(admin, company, "todos", name="", due="2026-05-06")
    assert answer.status_code == 422 and "HX-Retarget" not in answer.headers
    assert 'id="composer"' in answer.text and 'value="2026-05-06"' in answer.text
    assert 'id="w-f-name-error"' in answer.text
    assert rows(site, catalog, "todo") == ()


def test_without_scripts_the_kinds_are_forms_that_come_back(admin: Browser, company: Record) -> None:
    there = admin.get(f"/company/{company.id}/_timeline/new/todos").location
    assert there == f"/todo/new?company={company.id}&next=%2Fcompany%2F{company.id}"


def test_what_is_next_is_ended_with_one_click_and_comes_back(
    admin: Browser, make: Make, site: Store, catalog: Catalog, company: Record
) -> None:
    todo = make("todo", name="Call back", due="2026-01-05", company=str(company.id))
    data = {"csrf_token": admin.token(), "of": "todo", "id": str(todo.id), "version": "1"}
    done = admin.client.post(f"/company/{company.id}/_timeline/finish", data=data, headers=HTMX)
    assert names(done.text.split("<h3>What happened so far")[0]) == []
    assert rows(site, catalog, "todo")[0]["state"] == "won"
    undo = re.search(r'action="(/todo/[^"]+/_undo)"', done.text)
    assert undo
    again = admin.client.post(f"/company/{company.id}/_timeline/finish", data=data, headers=HTMX)
    assert again.status_code == 200 and "Somebody else changed" in again.text
    assert admin.get(f"/company/{company.id}/_timeline/new/nothing").status_code == 404


def test_whoever_may_not_sees_and_writes_nothing(
    admin: Browser, enter: Enter, make: Make, site: Store, catalog: Catalog, company: Record
) -> None:
    make("memo", text="Secret talk", company=str(company.id))
    rep = enter("rep")
    assert rep.get(f"/company/{company.id}/_timeline").status_code == 404
    guest = enter("guest")
    assert guest.get(f"/company/{company.id}/_timeline").status_code == 403
    assert write(guest, company, "memos", text="x").status_code == 403
    assert len(rows(site, catalog, "memo")) == 1 and PASSWORD


def test_a_module_that_ties_its_notes_has_a_timeline_too(
    admin: Browser, make: Make, site: Store, catalog: Catalog
) -> None:
    plant = make("plant", name="안양 공장")
    assert "memos" not in admin.page("/plant/new")
    statements = Statements(site)
    admin.page(f"/plant/{plant.id}")
    assert not [text for text in statements.queries if "l_plant_memos" in text]
    assert admin.get(f"/plant/{plant.id}/_sub/memos").status_code == 404
    assert "The roof leaks" in write(admin, plant, "memos", text="The roof leaks").text
    (memo,) = rows(site, catalog, "memo")
    assert str(plant.id) in admin.part(f"/memo/{memo.id}/_sub/about")


def test_neighbours_are_those_of_the_list_that_one_came_from(admin: Browser, make: Make) -> None:
    made = {name: make("company", name=name, size=str(size)) for size, name in enumerate(("가", "나", "다"))}

    def beside(name: str, way: str, query: str = "") -> str:
        return str(admin.get(f"/company/{made[name].id}/_beside/{way}{query}").location)

    assert beside("가", "next") == f"/company/{made['나'].id}"
    assert beside("나", "previous") == f"/company/{made['가'].id}"
    assert beside("나", "next", "?filter=all&sort=-size") == f"/company/{made['가'].id}"
    assert beside("가", "next", "?filter=all&f=size.ne.1") == f"/company/{made['다'].id}"
    assert beside("다", "next") == f"/company/{made['다'].id}"
    assert "This is the last record of the list." in admin.page("/company")
    assert admin.get(f"/company/{made['가'].id}/_beside/sideways").status_code == 404
