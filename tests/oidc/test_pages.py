"""The pages of login providers: buttons, one's own links, second factors, the administrator's trial."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask

from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts.identities import identities_of
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.engine.store.tables import session
from tests.oidc.conftest import Traveller, user_named
from tests.oidc.stranger import CODE, SECRET, Stranger
from tests.screens.test_markup import look

Making = Callable[..., UUID]
Travel = Callable[..., Traveller]


@pytest.fixture
def dialect() -> str:
    """What is stored is tried on both databases by test_matching."""
    return "sqlite"


def test_buttons_stand_in_order_and_lead_on(provider: Making, travel: Travel) -> None:
    provider(name="구글", position=2)
    provider(name="Company", key="company", position=1, button="Company account")
    provider(name="Old", key="old", active=False)
    answer = travel(language="ko").client.get("/login?next=/company")
    page = answer.text
    assert page.index("Company account") < page.index("구글로 로그인")
    assert 'href="/login/with/stranger?next=%2Fcompany"' in page
    assert "/login/with/old" not in page
    look(answer)


def test_without_an_address_of_the_site_there_are_no_buttons(
    provider: Making, app: Flask, travel: Travel, stranger: Stranger
) -> None:
    id = provider()
    app.config["ADDRESS"] = ""
    here = travel()
    assert "/login/with/" not in here.client.get("/login").text
    assert here.client.get("/login/with/stranger").status_code == 409
    assert "setting `address`" in travel("admin").client.get(f"/admin/providers/{id}/test").text


def test_a_provider_that_is_unknown_not_in_use_or_deleted_is_not_there(
    provider: Making, travel: Travel, site: Store, catalog: Catalog
) -> None:
    id = provider()
    provider(name="Old", key="old", active=False)
    with site.write() as conn:
        records.delete(conn, catalog, SYSTEM, "login_provider", id, version=1)
    for key in ("stranger", "old", "none", "%00"):
        assert travel().client.get(f"/login/with/{key}").status_code == 404
        assert travel().client.get(f"/login/with/{key}/back").status_code == 404


def test_a_provider_that_is_away_is_a_page(provider: Making, travel: Travel, stranger: Stranger) -> None:
    provider()
    stranger.answers["/.well-known/openid-configuration"] = (503, {}, b"")
    answer = travel(language="ko").client.get("/login/with/stranger")
    assert answer.status_code == 409
    assert "상태 코드 503으로 응답했습니다" in answer.text
    look(answer)


# -- one's own -----------------------------------------------------------------------------------------------------
def linked(here: Traveller) -> Any:
    """Links the stranger's account by the form of one's own page."""
    page = here.form("/me/identities/link", provider="stranger")
    assert page.status_code == 200
    url = page.text.split('content="0; url=')[1].split('"')[0].replace("&amp;", "&")
    asked = here.noted(url)
    return here.come(code=CODE, state=asked["state"], iss=here.stranger.address)


def test_somebody_links_and_unlinks_her_account(
    provider: Making, travel: Travel, site: Store, catalog: Catalog, stranger: Stranger
) -> None:
    provider(matching="linked")
    stranger.claims = {"email": None, "email_verified": None}
    stranger.userinfo = {"sub": "s-1", "email": "me@home.example", "email_verified": False}
    mina = travel("mina")
    assert linked(mina).location == "/me/identities"
    page = mina.client.get("/me/identities")
    assert "me@home.example" in page.text and "you can log in with it" in page.text
    look(page)
    assert travel().whole().status_code == 303
    assert mina.form("/me/identities/unlink", provider=str(_provider_id(site, catalog))).status_code == 303
    assert travel().whole().status_code == 403


def test_an_account_that_is_somebody_elses_is_not_linked(
    provider: Making, travel: Travel, site: Store, catalog: Catalog
) -> None:
    provider(matching="linked")
    assert linked(travel("mina")).status_code == 303
    answer = linked(travel("admin"))
    assert answer.status_code == 403
    assert "linked to somebody else" in answer.text
    with site.read() as conn:
        assert identities_of(conn, user_named(site, catalog, "admin").id) == ()


def test_what_was_begun_by_one_user_is_not_linked_to_another(
    provider: Making, travel: Travel, site: Store, catalog: Catalog, app: Flask
) -> None:
    provider(matching="linked")
    mina = travel("mina")
    page = mina.form("/me/identities/link", provider="stranger").text
    asked = mina.noted(page.split('content="0; url=')[1].split('"')[0].replace("&amp;", "&"))
    mina.client.delete_cookie("hanok_session")
    answer = mina.come(code=CODE, state=asked["state"], iss=mina.stranger.address)
    assert answer.status_code == 403
    with site.read() as conn:
        assert identities_of(conn, user_named(site, catalog, "mina").id) == ()


def test_userinfo_about_somebody_else_is_not_believed(
    provider: Making, traveller: Traveller, stranger: Stranger
) -> None:
    provider()
    stranger.claims = {"email": None, "email_verified": None}
    stranger.userinfo = {"sub": "s-2", "email": "mina@example.com", "email_verified": True}
    assert traveller.whole().status_code == 409


def test_an_address_and_its_being_verified_come_from_one_place(
    provider: Making, traveller: Traveller, stranger: Stranger
) -> None:
    provider()
    stranger.claims = {"email": "admin@example.com", "email_verified": None}
    stranger.userinfo = {"sub": "s-1", "email_verified": True}
    assert traveller.whole().status_code == 403


@pytest.mark.parametrize("said", [False, None, "true", 1])
def test_an_address_that_is_not_verified_finds_nobody(
    provider: Making, traveller: Traveller, stranger: Stranger, logins: Callable[[], Any], said: object
) -> None:
    provider()
    stranger.claims = {"email_verified": said}
    answer = traveller.whole()
    assert answer.status_code == 403
    assert "verified" in answer.text
    assert logins() == [("mina@example.com", False, "oidc")]


# -- second factors, and the way out -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("way", "claims", "asked"),
    [("never", {"amr": ["mfa"]}, True), ("told", {}, True), ("told", {"amr": ["pwd"]}, True),
     ("told", {"amr": ["pwd", "otp"]}, False), ("told", {"amr": ["mfa"]}, False),
     ("told", {"acr": "urn:example:mfa"}, False), ("always", {}, False)],
)  # fmt: skip
def test_a_login_there_counts_as_second_factor_where_its_record_says_so(
    provider: Making, travel: Travel, stranger: Stranger, site: Store, catalog: Catalog, way: str,
    claims: dict[str, Any], asked: bool,
) -> None:  # fmt: skip
    provider(second_factor=way)
    an_app_of(site, user_named(site, catalog, "mina").id)
    stranger.claims = dict(claims)
    here = travel()
    answer = here.whole("/login/with/stranger?next=/company")
    assert answer.location == ("/login/second?next=%2Fcompany" if asked else "/company")
    assert (here.client.get("/me").status_code == 302) is asked


def an_app_of(site: Store, user_id: UUID) -> None:
    """Gives a user an authenticator app."""
    from datetime import UTC, datetime

    from hanok.engine.store import new_id
    from hanok.engine.store.account_tables import factor

    row = {"id": new_id(), "user_id": user_id, "kind": "totp", "name": "App", "secret": pyotp.random_base32(),
           "facts": {}, "created": datetime.now(UTC), "confirmed": datetime.now(UTC)}  # fmt: skip
    with site.write() as conn:
        conn.execute(factor.insert().values(row))


def test_whoever_came_by_a_provider_goes_out_by_it(provider: Making, travel: Travel, stranger: Stranger) -> None:
    provider(logout=True)
    here = travel()
    here.whole()
    page = here.form("/logout")
    there = "client_id=hanok&amp;post_logout_redirect_uri=http%3A%2F%2Flocalhost%2Flogin"
    assert f"{stranger.address}/end?{there}" in page.text
    assert here.client.get("/me").status_code == 302
    other = travel("mina")
    assert other.form("/logout").location == "/login"


# -- administrators ------------------------------------------------------------------------------------------------
def test_the_trial_says_what_the_provider_says(provider: Making, travel: Travel, stranger: Stranger) -> None:
    id = provider(matching="create", domains="example.com", roles="gone", logout=True, scopes="email")
    admin = travel("admin")
    page = admin.client.get(f"/admin/providers/{id}/test")
    assert "http://localhost/login/with/stranger/back" in page.text and stranger.asked == []
    look(page)
    answer = admin.form(f"/admin/providers/{id}/test")
    assert answer.status_code == 200
    for said in ("It works.", f"{stranger.address}/auth", "RS256", "There is no role gone", "lack openid"):
        assert said in answer.text
    assert "HS256" not in answer.text
    stranger.said = {"issuer": "https://other.example.com"}
    answer = admin.form(f"/admin/providers/{id}/test")
    assert answer.status_code == 422
    assert "It does not work." in answer.text and "calls itself https://other.example.com" in answer.text


def test_only_administrators_see_providers(provider: Making, travel: Travel) -> None:
    id = provider()
    mina, admin = travel("mina"), travel("admin")
    for path in (f"/admin/providers/{id}/test", f"/login_provider/{id}", "/login_provider", "/login_provider/new"):
        assert mina.client.get(path).status_code in (403, 404), path
        assert admin.client.get(path).status_code == 200, path
    assert mina.form(f"/admin/providers/{id}/test").status_code == 403
    assert f'href="/admin/providers/{id}/test' in admin.client.get(f"/login_provider/{id}").text


def test_the_secret_is_never_shown_again(
    provider: Making, travel: Travel, site: Store, catalog: Catalog, stranger: Stranger
) -> None:
    id, admin = provider(), travel("admin")

    def secret() -> str:
        with site.read() as conn:
            return str(records.get(conn, catalog, SYSTEM, "login_provider", id)["client_secret"])

    for path in (f"/login_provider/{id}", f"/login_provider/{id}/edit", f"/login_provider/{id}/history"):
        assert SECRET not in admin.client.get(path).text, path
    assert admin.form(f"/login_provider/{id}/edit", version="1", name="Renamed", client_secret="").status_code == 303
    assert secret() == SECRET
    assert admin.form(f"/login_provider/{id}/edit", version="2", client_secret="another").status_code == 303
    assert secret() == "another"


def test_an_administrator_unlinks_and_what_was_begun_by_it_ends(
    provider: Making, travel: Travel, site: Store, catalog: Catalog
) -> None:
    id, mina = provider(), user_named(site, catalog, "mina")
    there, desk, admin = travel(), travel("mina"), travel("admin")
    there.whole()
    page = admin.client.get(f"/admin/logins/{mina.id}")
    assert "mina@example.com" in page.text and "Unlink Stranger" in page.text
    look(page)
    assert desk.form(f"/admin/logins/{mina.id}/unlink", provider=str(id)).status_code == 403
    with site.write() as conn:
        conn.execute(session.update().values(created=datetime.now(UTC) - timedelta(hours=1)))
    asked = admin.form(f"/admin/logins/{mina.id}/unlink", provider=str(id))
    assert asked.status_code == 401 and 'action="/me/prove"' in asked.text
    assert there.client.get("/me").status_code == 200
    with site.write() as conn:
        conn.execute(session.update().values(created=datetime.now(UTC)))
    assert admin.form(f"/admin/logins/{mina.id}/unlink", provider=str(id)).status_code == 303
    assert there.client.get("/me").status_code == 302
    assert desk.client.get("/me").status_code == 200
    with site.read() as conn:
        assert identities_of(conn, mina.id) == ()
        assert conn.scalar(sa.select(sa.func.count()).select_from(session).where(session.c.means == "oidc")) == 0


def _provider_id(site: Store, catalog: Catalog) -> UUID:
    from hanok.engine.accounts.oidc import providers

    with site.read() as conn:
        (one,) = providers(conn, catalog)
    return one.id
