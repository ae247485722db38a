"""The wizard: each step is an address, what was ticked is kept, and it begins once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, handing, kinds_of
from hanok.engine.records import Record
from hanok.engine.records.handing import looking
from hanok.engine.store import Store
from hanok.engine.store.account_tables import handover
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import session
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from tests.builders import OWNER_ONLY, a_catalog
from tests.fields.fields import TYPES
from tests.screens.conftest import FILES, PASSWORD, Browser, Enter
from tests.screens.working import user

Make = Callable[..., Record]
KEEPER = "label: {en: Keeper, ko: 보관}\ndefault: {list: owner, view: owner, create: none, edit: none, delete: none}\n"
GIVER = OWNER_ONLY.replace("delete: owner", "delete: owner, assign: owner") + """modules: {user: {list: all, view: all}}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "roles/owner_only.yaml": GIVER, "roles/keeper.yaml": KEEPER})


@pytest.fixture
def app(site: Store, catalog: Catalog) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(site, TYPES, catalog), {"secret_key": "for tests only"})
    made.register_blueprint(blueprint(kinds_of(handing.KINDS)))
    return made


@pytest.fixture
def hers(make: Make, people: dict[str, UUID]) -> list[Record]:
    """Four companies of rep, one of them finished, and one of another's."""
    rep, other = (str(people[name]) for name in ("rep", "keeper"))
    stages = ("open", "open", "new", "won")
    found = [make("company", name=f"c{number}", owner=rep, stage=stage) for number, stage in enumerate(stages)]
    make("company", name="other", owner=other)
    return found


@pytest.fixture
def people(site: Store, catalog: Catalog) -> dict[str, UUID]:
    with site.write() as conn:
        raw = {"username": "keeper", "last_name": "keeper", "email": "keeper@example.com"}
        create_user(conn, catalog, SYSTEM, raw, roles=("keeper",))
    return {name: user(site, catalog, name) for name in ("admin", "rep", "guest", "keeper")}


def work(site: Store, catalog: Catalog, folder: Path) -> None:
    """A worker does what waits."""
    Worker(Surroundings(Live(site, TYPES, catalog), folder), kinds_of(handing.KINDS)).run_until_idle()


def drawn(browser: Browser, people: dict[str, UUID], reason: str = "leaver", **more: str) -> str:
    """The address of a new draft."""
    form = {"reason": reason, "from": str(people["rep"]), "to": str(people["keeper"]), **more}
    answer = browser.send("/handover", **form)
    assert answer.status_code == 303
    found: str = answer.location.removesuffix("/modules")
    return found


def owners(site: Store, catalog: Catalog, people: dict[str, UUID]) -> dict[str, str]:
    module = catalog.module("company")
    names = {id: name for name, id in people.items()}
    with site.read() as conn:
        rows = conn.execute(sa.select(module.table.c.title, module.table.c[module.field("owner").columns[""]]))
        return {title: names.get(owner, "") for title, owner in rows}


def test_from_a_person_to_the_result_and_back(
    admin: Browser, site: Store, catalog: Catalog, hers: list[Record], people: dict[str, UUID], tmp_path: Path
) -> None:
    page = admin.page(f"/handover?from={people['rep']}")
    assert f'<option value="{people["rep"]}" selected>rep</option>' in page and page.count('name="reason"') == 3
    here = drawn(admin, people)
    page = admin.page(f"{here}/modules")
    assert '<span class="narrow-only muted">Still open </span>3' in page and "Finished </span>1" in page
    answer = admin.send(f"{here}/modules", module="company", rows="company")
    assert answer.location == f"{here}/rows/company"
    page = admin.page(answer.location)
    assert page.count('name="ticked"') == 3 == page.count(" checked aria-label") and 'title="c3"' not in page
    ids = [str(one.id) for one in hers[:3]]
    assert admin.send(f"{here}/rows/company", shown=ids, ticked=ids[1:], go="back").location == f"{here}/modules"
    assert "All but 1" in admin.page(f"{here}/modules")
    assert admin.send(f"{here}/modules", module="company").location == f"{here}/summary"
    page = admin.page(f"{here}/summary")
    assert "2 records in all." in page and "1 finished record stays where it is." in page
    assert [admin.send(f"{here}/start").location for _ in range(2)] == [here, here]
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(job)) == 1
    for step in ("people", "modules", "rows/company", "summary"):
        assert admin.get(f"{here}/{step}").location.endswith(here), "it has begun: no step leads back into it"
    assert "Waiting" in admin.page(here) and 'data-every="3"' in admin.page(here)
    work(site, catalog, tmp_path)
    page = admin.part(here)
    assert "Completed" in page and "<html" not in page and "Undo the hand-over" in page
    assert owners(site, catalog, people) == {
        "c0": "rep", "c1": "keeper", "c2": "keeper", "c3": "rep", "other": "keeper",
    }  # fmt: skip
    assert admin.send(f"{here}/undo").status_code == 303
    work(site, catalog, tmp_path)
    page = admin.page(here)
    assert "Undone" in page and 'id="undo"' not in page
    assert set(owners(site, catalog, people).values()) == {"rep", "keeper"}
    assert owners(site, catalog, people)["c1"] == "rep"
    assert "Undone" in admin.page("/handover/past") and f'href="{here}"' in admin.page("/handover/past")


def test_ticks_are_kept_from_page_to_page_and_with_words(
    admin: Browser, hers: list[Record], people: dict[str, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert looking.rows.__kwdefaults__
    monkeypatch.setitem(looking.rows.__kwdefaults__, "size", 2)
    here = f"{drawn(admin, people)}/rows/company"
    page = admin.page(here)
    next = re.search(r'name="after" value="([^"]+)"', page)
    assert next and page.count('name="shown"') == 2
    answer = admin.send(here, shown=[str(one.id) for one in hers[:2]], ticked=[], go="after", after=next[1])
    page = admin.page(answer.location)
    assert "1 of 3 chosen" in page and page.count('name="shown"') == 1
    assert "0 of 3 chosen" in admin.page(admin.send(here, go="none").location)
    answer = admin.send(here, shown=[str(hers[1].id)], ticked=[str(hers[1].id)], go="search", q="c2")
    page = admin.page(answer.location)
    assert "1 of 3 chosen" in page and page.count('name="ticked"') == 1 and 'value="c2"' in page


def test_what_is_wrong_is_said_in_the_form(admin: Browser, hers: list[Record], people: dict[str, UUID]) -> None:
    rep = str(people["rep"])
    for form, said in (
        ({"from": rep, "to": rep}, "Choose somebody else"), ({"from": ""}, "Choose whose records"),
        ({"from": rep, "reason": "swap"}, "Choose with whom"), ({"from": str(hers[0].id)}, "There is no such user"),
    ):  # fmt: skip
        answer = admin.send("/handover", **{"reason": "leaver", **form})
        assert answer.status_code == 422 and said in answer.text
    here = drawn(admin, people, to="")
    answer = admin.send(f"{here}/modules", module="company")
    assert answer.status_code == 422 and "Choose to whom" in answer.text
    assert admin.send(f"{here}/start").status_code == 409


def test_somebody_who_owns_nothing_is_said_so(admin: Browser, site: Store, people: dict[str, UUID]) -> None:
    assert "There is nothing to hand over" in admin.page(f"{drawn(admin, people)}/modules")
    assert "No hand-over yet" in admin.page("/handover/past")


def test_only_active_people_are_offered_to_get_something(
    admin: Browser, site: Store, catalog: Catalog, people: dict[str, UUID]
) -> None:
    def titles(asked: str) -> set[str]:
        return {one["title"] for one in admin.get(f"/handover/_pick?{asked}").json["items"]}  # type: ignore[index]

    found = admin.send(f"/user/{people['guest']}/edit", version="1", username="guest", active="", email="g@example.com")
    assert found.status_code == 303
    assert titles("for=from") == {"관리자", "rep", "guest", "keeper"} and titles("for=") == {"관리자", "rep", "keeper"}
    assert titles("for=from&words=rep") == {"rep"} == titles("words=rep")


def test_nobody_is_offered_records_that_she_may_not_be_given(
    admin: Browser, hers: list[Record], people: dict[str, UUID]
) -> None:
    answer = admin.get("/handover/_pick?for=to.company").json
    assert answer is not None and {one["title"] for one in answer["items"]} == {"관리자", "rep", "keeper"}
    here = drawn(admin, people)
    assert 'data-for="to.company"' in admin.page(f"{here}/modules")
    refused = admin.send(f"{here}/modules", module="company", **{"to.company": str(people["guest"])})
    assert refused.status_code == 422 and "guest may not be given records of this kind" in refused.text
    assert admin.send(f"{here}/modules", module="company", **{"to.company": str(people["keeper"])}).status_code == 303


def test_a_new_team_is_given_after_a_proof(
    admin: Browser, site: Store, make: Make, hers: list[Record], people: dict[str, UUID]
) -> None:
    here = drawn(admin, people, "moved", to=str(people["keeper"]))
    team = make("team", name="영업", key="sales")
    assert admin.send(f"{here}/modules", module="company", team=str(team.id)).status_code == 303
    with site.write() as conn:
        conn.execute(session.update().values(created=datetime.now(UTC) - timedelta(minutes=15)))
    summary = f"http://localhost{here}/summary"
    form = {"csrf_token": admin.token()}
    asked = admin.client.post(f"{here}/start", data=form, headers={"Referer": summary})
    assert asked.location == "/me/prove?" + urlencode({"next": f"{here}/summary"})
    admin.send("/me/prove", password=PASSWORD, next="/")
    assert admin.send(f"{here}/start").location == here


def test_whoever_may_give_only_her_own_gives_those_and_sees_no_others_hand_overs(
    admin: Browser, enter: Enter, site: Store, catalog: Catalog, hers: list[Record], people: dict[str, UUID],
    tmp_path: Path,
) -> None:  # fmt: skip
    rep, guest = enter("rep"), enter("guest")
    theirs = drawn(admin, people)
    assert guest.get("/handover").status_code == 403 and guest.get("/handover/_pick").status_code == 403
    assert rep.get(f"{theirs}/modules").status_code == 404 and rep.send(f"{theirs}/start").status_code == 404
    assert "/handover?from=" in admin.page(f"/user/{people['rep']}")
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(handover)) == 1
    own = drawn(rep, people, to=str(people["admin"]))
    rep.send(f"{own}/modules", module="company")
    rep.send(f"{own}/start")
    work(site, catalog, tmp_path)
    assert owners(site, catalog, people)["c0"] == "admin" and "Completed" in rep.page(own)
    assert f'href="{own}"' in rep.page("/handover/past") and f'href="{own}"' in admin.page("/handover/past")
    assert "no longer yours to give back" in rep.page(rep.send(f"{own}/undo").location)


def test_an_address_that_leads_nowhere(admin: Browser, people: dict[str, UUID]) -> None:
    assert admin.get(f"/handover/{people['rep']}").status_code == 404
    here = drawn(admin, people)
    assert admin.get(f"{here}/rows/nothing").location.endswith(f"{here}/modules")
    assert admin.get("/handover?from=nobody&reason=none").status_code == 200
