"""What decides who may do what asks for a proof after ten minutes, and nothing that was typed is lost by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import UUID

import pytest

from hanok.engine import accounts
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.engine.store.tables import session
from tests.screens.conftest import PASSWORD, Browser
from tests.screens.working import user

Make = Callable[..., Record]


@pytest.fixture
def stale(admin: Browser, site: Store) -> Browser:
    """An administrator who logged in a quarter of an hour ago."""
    with site.write() as conn:
        conn.execute(session.update().values(created=datetime.now(UTC) - timedelta(minutes=15)))
    return admin


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form that stands on a page of its own."""
    form = page.split("<form")[1].split("</form>")[0]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)}


def roles(site: Store, who: UUID) -> tuple[str, ...]:
    with site.read() as conn:
        return accounts.roles_of(conn, who)


def test_a_role_is_given_after_a_proof_and_what_was_picked_is_sent_again(
    stale: Browser, site: Store, catalog: Catalog
) -> None:
    guest = user(site, catalog, "guest")
    asked = stale.send("/role/owner_only/give", holder=f"user:{guest}")
    assert asked.status_code == 401 and "What you typed is kept." in asked.text and roles(site, guest) == ()
    kept = hidden(asked.text)
    assert kept["resend"] == "/role/owner_only/give" and kept["kept.holder"] == f"user:{guest}"
    wrong = stale.client.post("/me/prove", data={**kept, "password": "wrong"})
    assert wrong.status_code == 422 and hidden(wrong.text)["kept.holder"] == f"user:{guest}"
    proved = stale.client.post("/me/prove", data={**kept, "password": PASSWORD})
    assert proved.status_code == 200 and PASSWORD not in proved.text and "data-send-again" in proved.text
    again = hidden(proved.text)
    assert again["holder"] == f"user:{guest}" and roles(site, guest) == ()
    assert stale.client.post("/role/owner_only/give", data=again).location == "/role/owner_only"
    assert roles(site, guest) == ("owner_only",)


def test_taking_one_asks_as_well(stale: Browser, site: Store, catalog: Catalog) -> None:
    rep = user(site, catalog, "rep")
    for path, form in (
        ("/role/owner_only/take", {"holder": f"user:{rep}"}),
        (f"/admin/holders/user/{rep}/take", {"role": "owner_only"}),
        (f"/admin/holders/user/{rep}/give", {"role": "administrator"}),
    ):  # fmt: skip
        assert stale.send(path, **form).status_code == 401
    assert roles(site, rep) == ("owner_only",)


def test_a_part_of_a_page_is_told_to_send_its_form_as_a_page_does(
    stale: Browser, site: Store, catalog: Catalog
) -> None:
    form = {"csrf_token": stale.token(), "holder": f"user:{user(site, catalog, 'guest')}"}
    answer = stale.client.post("/role/owner_only/give", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 401 and answer.headers["Hanok-Prove"].startswith("/me/prove")


def test_records_that_decide_about_rights_ask_through_every_door_and_others_do_not(
    stale: Browser, site: Store, catalog: Catalog, make: Make
) -> None:
    rep = user(site, catalog, "rep")
    team = make("team", name="영업", key="sales")
    changes = {
        f"/user/{rep}/edit": {"version": "1", "username": "rep", "team": str(team.id)},
        f"/team/{team.id}/_sub/members/link": {"id": str(rep)},
        "/security_group/new": {"name": "Seoul", "key": "seoul"},
        "/login_provider/new": {"name": "Somebody", "secret": "not told"},
        f"/user/{rep}/delete": {"version": "1"},
    }
    for path, form in changes.items():
        assert stale.send(path, **form).status_code == 401, path
    company = make("company", name="한빛")
    assert stale.send(f"/company/{company.id}/edit", version="1", name="두빛").status_code == 303
    assert stale.send(f"/user/{rep}/star", on="1").status_code == 303, "a mark of one's own changes nobody's rights"
    assert stale.get(f"/user/{rep}/edit").status_code == 200


def test_the_waiting_form_leads_to_no_other_site(stale: Browser) -> None:
    form = {"csrf_token": stale.token(), "resend": "https://evil.example/", "kept.a": "b", "password": PASSWORD}
    page = stale.client.post("/me/prove", data=form).text
    assert "evil" not in page and 'action="/"' in page
