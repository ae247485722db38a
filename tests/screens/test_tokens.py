"""One's own tokens: made after proving who one is, shown once, revoked; and all of them for administrators."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from hanok.engine.accounts import find_user, tokens
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.engine.store.account_tables import token
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import session
from hanok.web.factor_letters import TOKEN, WORD
from tests.screens.conftest import Browser, Enter

TEXT = re.compile(r"hnk_[A-Za-z0-9_-]{49}")


def make(browser: Browser, name: str = "robot", **form: str) -> str:
    answer = browser.send("/me/tokens/new", **{"name": name, "days": "90", "kind": "all", **form})
    assert answer.status_code == 200, answer.text
    found = TEXT.search(answer.text)
    assert found
    return found[0]


def long_ago(site: Store) -> None:
    with site.write() as conn:
        conn.execute(session.update().values(created=datetime.now(UTC) - timedelta(hours=1)))


def test_a_token_is_shown_once(site: Store, catalog: Catalog, enter: Enter) -> None:
    rep = enter("rep")
    text = make(rep)
    with site.read() as conn:
        assert tokens.program_of(conn, catalog, text)
    page = rep.page("/me/tokens")
    assert text not in page
    assert text[:10] in page
    assert "never used" in page


def test_its_owner_is_told_by_mail_without_the_token(site: Store, enter: Enter) -> None:
    text = make(enter("rep"))
    with site.read() as conn:
        (said,) = conn.scalars(sa.select(job.c.payload).where(job.c.kind == WORD)).all()
    assert (said["what"], said["name"]) == (TOKEN, "robot")
    assert text[4:] not in str(said)


def test_its_page_is_kept_by_no_cache(enter: Enter) -> None:
    rep = enter("rep")
    answer = rep.send("/me/tokens/new", name="robot", days="1", kind="read")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("form", "scopes"),
    [
        ({"kind": "all"}, None),
        ({"kind": "read"}, ["read"]),
        ({"kind": "some", "scope.company": "read", "scope.person": "write", "scope.user": ""},
         ["company:read", "person:write"]),
        ({"kind": "all", "scope.company": "read"}, None),
    ],
)  # fmt: skip
def test_what_it_may_do_is_chosen(site: Store, enter: Enter, form: dict[str, str], scopes: list[str] | None) -> None:
    make(enter("rep"), **form)
    with site.read() as conn:
        assert conn.scalar(sa.select(token.c.scopes)) == scopes


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": ""}, "has a name"), ({"days": "0"}, "lives from 1 to 365 days"), ({"days": "9999"}, "lives from"),
        ({"days": ""}, "lives from"), ({"days": "²"}, "lives from"), ({"kind": "some"}, "Choose what"),
        ({"kind": "else"}, "Choose what"), ({"kind": "some", "scope.nothing": "read"}, "There is no scope"),
        ({"kind": "some", "scope.company": "admin"}, "There is no scope"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    site: Store, enter: Enter, form: dict[str, str], said: str
) -> None:
    answer = enter("rep").send("/me/tokens/new", **{"name": "The shop", "days": "30", "kind": "read", **form})
    assert answer.status_code == 422
    assert said in answer.text
    assert "name" in form or 'value="The shop"' in answer.text
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(token)) == 0


def test_whoever_makes_one_proves_that_it_is_her(site: Store, enter: Enter) -> None:
    rep = enter("rep")
    long_ago(site)
    assert rep.get("/me/tokens/new").location == "/me/prove?next=%2Fme%2Ftokens%2Fnew"
    assert rep.send("/me/tokens/new", name="robot", days="1", kind="all").status_code == 401
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(token)) == 0


def test_she_revokes_her_own_and_nobody_elses(site: Store, catalog: Catalog, enter: Enter) -> None:
    rep, guest = enter("rep"), enter("guest")
    text = make(rep)
    with site.read() as conn:
        id = conn.scalar(sa.select(token.c.id))
    assert guest.send(f"/me/tokens/{id}/revoke").status_code == 404
    assert "was revoked" in rep.client.post(
        f"/me/tokens/{id}/revoke", data={"csrf_token": rep.token()}, follow_redirects=True
    ).text
    with site.read() as conn:
        assert tokens.program_of(conn, catalog, text) is None


def test_administrators_see_all_of_them_and_revoke(site: Store, catalog: Catalog, enter: Enter, admin: Browser) -> None:
    text, other = make(enter("rep"), "shop"), make(enter("guest"), "import")
    page = admin.page("/admin/tokens")
    assert "shop" in page and "import" in page
    assert text not in page and other not in page
    narrowed = admin.page("/admin/tokens?q=re")
    assert "shop" in narrowed and "import" not in narrowed
    assert "No token matches" in admin.page("/admin/tokens?state=expired")
    assert "shop" in admin.page("/admin/tokens?state=living")
    assert admin.page("/admin/tokens?state=nonsense&q=%00&after=x")
    with site.read() as conn:
        id = conn.scalar(sa.select(token.c.id).where(token.c.name == "shop"))
        guest = find_user(conn, catalog, "guest")
    assert admin.send(f"/admin/tokens/{id}/revoke").status_code == 303
    assert admin.send(f"/admin/tokens/of/{guest}/revoke").status_code == 303
    with site.read() as conn:
        assert tokens.program_of(conn, catalog, text) is None
        assert tokens.program_of(conn, catalog, other) is None


def test_nobody_else_sees_or_revokes_there(site: Store, catalog: Catalog, enter: Enter) -> None:
    rep = enter("rep")
    text = make(rep)
    with site.read() as conn:
        id, user = conn.execute(sa.select(token.c.id, token.c.user_id)).one()
    assert rep.get("/admin/tokens").status_code == 403
    assert rep.send(f"/admin/tokens/{id}/revoke").status_code == 403
    assert rep.send(f"/admin/tokens/of/{user}/revoke").status_code == 403
    with site.read() as conn:
        assert tokens.program_of(conn, catalog, text)


def test_in_korean_as_well(enter: Enter, admin: Browser) -> None:
    rep = enter("rep", "ko")
    assert "새 토큰" in rep.page("/me/tokens")
    make(rep)
    admin.client.set_cookie("hanok_language", "ko")
    assert "한 달 동안 쓰지 않음" in admin.page("/admin/tokens")


def test_a_form_of_another_site_makes_none(app: Flask, enter: Enter, site: Store) -> None:
    rep = enter("rep")
    assert rep.client.post("/me/tokens/new", data={"name": "x", "days": "1", "kind": "all"}).status_code == 400
    with site.read() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(token)) == 0
