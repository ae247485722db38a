"""Who may come to /api, and what a token does not open: attacks on the door of programs."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hanok.engine import accounts, records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import addresses, tokens
from hanok.engine.accounts.acting import actor_named
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from hanok.engine.store import Store
from hanok.engine.store.account_tables import token
from hanok.web.pace import Pace
from hanok.web.programs import MOST_WRONG
from tests.api.conftest import PASSWORD, Make, Robot, a_company, an_app

MakeRecord = Callable[..., Record]


def log_in(app: Flask, username: str = "admin") -> Any:
    client = app.test_client()
    form = client.get("/login").text.split('name="csrf-token" content="')[1].split('"')[0]
    answer = client.post("/login", data={"username": username, "password": PASSWORD, "csrf_token": form})
    assert answer.status_code == 303
    return client


def test_a_session_without_a_token_is_nobody_here(app: Flask) -> None:
    answer = log_in(app).get("/api/company")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="hanok"'
    assert answer.get_json(force=True)["errors"][0]["code"] == "unauthorized"
    assert log_in(app).post("/api/company", json=a_company()).status_code == 401


def test_a_token_counts_in_its_header_only(app: Flask, robot: Make) -> None:
    text = robot().token
    client = app.test_client()
    for path in (f"/api/me?token={text}", f"/api/me?access_token={text}", f"/api/me?Authorization=Bearer {text}"):
        assert client.get(path).status_code == 401
    assert client.post("/api/company", json={**a_company(), "access_token": text}).status_code == 401
    client.set_cookie("hanok_session", text)
    client.set_cookie("Authorization", f"Bearer {text}")
    assert client.get("/api/me").status_code == 401
    for scheme in ("Basic", "Token", "", "Bearer Bearer"):
        assert client.get("/api/me", headers={"Authorization": f"{scheme} {text}"}).status_code == 401
    assert client.get("/api/me", headers={"Authorization": f"bearer  {text} "}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/company", "/user", "/me", "/me/tokens", "/me/sessions", "/me/password", "/admin", "/admin/tokens",
     "/admin/logins", "/admin/roles", "/admin/addresses", "/search?words=a",
     "/files/0190b5d2-0000-7000-8000-000000000000"],
)  # fmt: skip
def test_a_token_opens_no_page(robot: Make, path: str) -> None:
    answer = robot().ask("GET", path)
    assert answer.status_code in (302, 401), path
    assert "관리자" not in answer.text


def test_behind_the_door_of_programs_stand_no_pages(robot: Make, make: MakeRecord) -> None:
    made = make("company", name="Hanbit")
    program = robot()
    for path in ("/api", "/api/", f"/api/{made.id}", f"/api/{made.id}/history", "/api/new", "/api/company/new",
                 "/api/company/filter", "/api/../admin", "/api//company", "/api/admin"):  # fmt: skip
        answer = program.ask("GET", path, follow_redirects="no")
        assert answer.status_code in (308, 404), path
        assert answer.status_code == 308 or answer.get_json(force=True)["errors"], path
    for path in (f"/api/{made.id}/delete", f"/api/company/{made.id}/set"):
        assert program.ask("POST", path).status_code in (400, 404, 405)
    assert program.get(f"/api/company/{made.id}")["data"]["meta"]["version"] == 1


@pytest.mark.parametrize("text", ["", "hnk_", "hnk_" + "x" * 49, "x" * 10_000, "hnk_" + "한" * 49, "null"])
def test_what_is_no_token_opens_nothing(app: Flask, text: str) -> None:
    answer = app.test_client().get("/api/me", headers={"Authorization": f"Bearer {text}".encode().decode("latin-1")})
    assert answer.status_code == 401


def test_revoked_expired_and_orphaned_tokens_open_nothing(
    robot: Make, site: Store, catalog: Catalog
) -> None:
    one, other, third = robot("rep"), robot("rep"), robot("rep")
    assert one.get("/api/me")
    past = datetime.now(UTC) - timedelta(seconds=1)
    with site.write() as conn:
        rep = actor_named(conn, catalog, "rep")
        assert rep.id
        mine = {each.hint: each.id for each in tokens.tokens_of(conn, rep.id)}
        tokens.revoke(conn, rep, mine[one.token[:10]])
        conn.execute(token.update().where(token.c.id == mine[other.token[:10]]).values(expires=past))
    one.get("/api/me", 401)
    other.get("/api/me", 401)
    assert third.get("/api/me")
    with site.write() as conn:
        records.update(conn, catalog, SYSTEM, "user", rep.id, {"active": "false"}, version=1)
    third.get("/api/me", 401)


def test_wrong_tokens_make_an_address_wait_and_right_ones_go_on(app: Flask, robot: Make) -> None:
    program = robot()
    program.get("/api/me")
    guess = Robot(app.test_client(), "hnk_" + "x" * 49)
    answers = [guess.ask("GET", "/api/me").status_code for _ in range(MOST_WRONG + 2)]
    assert answers == [401] * MOST_WRONG + [429] * 2
    assert int(guess.ask("GET", "/api/me").headers["Retry-After"]) > 0
    assert program.get("/api/me")


def test_one_token_is_answered_so_often_a_minute(site: Store, catalog: Catalog, robot: Make) -> None:
    one, other = robot(), robot()
    client = an_app(site, catalog, api_per_minute=3).test_client()
    one.client = other.client = client
    assert [one.ask("GET", "/api/me").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert one.ask("GET", "/api/me").get_json(force=True)["errors"][0]["code"] == "too_many_requests"
    assert other.get("/api/me")


def test_a_pace_forgets_and_does_not_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    pace = Pace(2, seconds=10, clock=lambda: now[0])
    assert [pace.take("a") for _ in range(3)] == [0, 0, 10]
    now[0] = 10.0
    assert pace.take("a") == 0
    monkeypatch.setattr("hanok.web.pace.MOST", 100)
    for number in range(1000):
        pace.take(str(number))
    assert len(pace._counts) <= 101


def test_address_rules_bind_programs(robot: Make, site: Store, catalog: Catalog) -> None:
    admin, rep = robot(), robot("rep")
    with site.write() as conn:
        addresses.add(conn, catalog, SYSTEM, network="10.0.0.0/8", role="owner_only")
    assert admin.get("/api/me")
    refused = rep.get("/api/me", 401)
    assert "127.0.0.1" in refused["errors"][0]["detail"]


def test_nobody_says_in_a_header_where_she_comes_from(
    robot: Make, site: Store, catalog: Catalog, app: Flask
) -> None:
    rep = robot("rep")
    with site.write() as conn:
        addresses.add(conn, catalog, SYSTEM, network="10.0.0.0/8", role="owner_only")
    for name in ("X_Forwarded_For", "X_Real_IP", "Forwarded", "X_Client_IP", "True_Client_IP", "CF_Connecting_IP"):
        rep.get("/api/me", 401, **{name: "10.0.0.1"})
    client = app.test_client()
    form = client.get("/login").text.split('name="csrf-token" content="')[1].split('"')[0]
    data = {"username": "rep", "password": PASSWORD, "csrf_token": form}
    answer = client.post("/login", data=data, headers={"X-Forwarded-For": "10.0.0.1"})
    assert answer.status_code == 403


# -- scopes ------------------------------------------------------------------------------------------------------------
def test_a_scope_of_one_module_is_no_way_to_another(robot: Make, make: MakeRecord) -> None:
    make("company", name="Hidden firm")
    program = robot("admin", "person:write")
    for method, path, body in (("GET", "/api/company", None), ("GET", "/api/user", None),
                               ("POST", "/api/company", a_company())):  # fmt: skip
        assert program.send(method, path, body, 403)["errors"][0]["code"] == "denied"
    hidden = make("company", name="Another")
    program.get(f"/api/company/{hidden.id}", 403)


def test_links_tell_nothing_of_what_the_scope_does_not_carry(robot: Make, make: MakeRecord) -> None:
    firm = make("company", name="Hidden firm")
    person = make("person", family="Kim", company=str(firm.id))
    program = robot("admin", "person:write")
    for text in (program.ask("GET", f"/api/person/{person.id}").text, program.ask("GET", "/api/person").text):
        assert "Hidden firm" not in text
        assert "Kim" in text
    assert robot("admin", "person:read", "company:read").get(f"/api/person/{person.id}")["data"]["relationships"][
        "company"]["meta"] == {"title": "Hidden firm"}  # fmt: skip


def test_conditions_and_orders_do_not_ask_what_the_scope_does_not_carry(robot: Make, make: MakeRecord) -> None:
    one, two = make("company", name="Aaa"), make("company", name="Zzz")
    make("person", family="First", company=str(two.id))
    make("person", family="Second", company=str(one.id))
    program = robot("admin", "person:read")
    assert program.get('/api/person?filter={"company":{"name":"Aaa"}}')["data"] == []
    orders = {tuple(one["id"] for one in program.get(f"/api/person?sort={sort}")["data"])
              for sort in ("company,id", "-company,id", "id")}  # fmt: skip
    assert len(orders) == 1
    program.get('/api/company?filter={"people":{"some":{"family":"First"}}}', 403)
    other = robot("admin", "company:read")
    assert other.get('/api/company?filter={"people":{"some":{"family":"First"}}}')["data"] == []


def test_a_link_to_what_the_scope_does_not_carry_is_not_made(robot: Make, make: MakeRecord) -> None:
    firm = make("company", name="Hidden firm")
    body = {"data": {"type": "person", "attributes": {"family": "Kim"},
                     "relationships": {"company": {"data": {"type": "company", "id": str(firm.id)}}}}}  # fmt: skip
    answer = robot("admin", "person:write").send("POST", "/api/person", body, 422)
    assert "Hidden firm" not in str(answer)


def test_who_may_only_read_changes_nothing(robot: Make, make: MakeRecord, site: Store) -> None:
    made = make("company", name="Hanbit")
    for program in (robot("admin", "read"), robot("admin", "company:read")):
        program.send("POST", "/api/company", a_company(), 403)
        body = {"data": {"type": "company", "attributes": {"name": "New"}, "meta": {"version": 1}}}
        program.send("PATCH", f"/api/company/{made.id}", body, 403)
        program.send("DELETE", f"/api/company/{made.id}", None, 403)
        assert program.get(f"/api/company/{made.id}")["data"]["meta"]["may"] == {
            "edit": False, "delete": False, "assign": False,
        }  # fmt: skip


def test_a_token_never_carries_more_than_its_user_has(robot: Make, make: MakeRecord) -> None:
    hidden = make("company", name="Hidden firm")
    program = robot("rep", "write")
    program.get(f"/api/company/{hidden.id}", 404)
    assert program.get("/api/company")["data"] == []
    program.send("DELETE", f"/api/company/{hidden.id}", None, 404)


def test_scoped_and_whole_tokens_of_one_user_do_not_mix(robot: Make, make: MakeRecord) -> None:
    """What is kept for a set of roles is not kept for a token: first asked with all rights, then with few."""
    firm = make("company", name="Hidden firm")
    person = make("person", family="Kim", company=str(firm.id))
    assert "Hidden firm" in robot().ask("GET", f"/api/person/{person.id}").text
    assert "Hidden firm" not in robot("admin", "person:read").ask("GET", f"/api/person/{person.id}").text
    assert "Hidden firm" in robot("admin", "read").ask("GET", f"/api/person/{person.id}").text


# -- what is left behind -----------------------------------------------------------------------------------------------
def test_neither_logs_nor_answers_repeat_a_token(
    robot: Make, caplog: pytest.LogCaptureFixture, app: Flask
) -> None:
    program = robot()
    with caplog.at_level(logging.DEBUG):
        program.get("/api/me")
        program.get(f"/api/me?token={program.token}")
        program.get("/api/company?filter=x", 400)
        Robot(app.test_client(), program.token + "x").get("/api/me", 401)
    secret = program.token[10:]
    assert secret not in caplog.text
    assert all(secret not in str(record.__dict__) for record in caplog.records)


def test_its_use_is_remembered(robot: Make, app: Flask, site: Store) -> None:
    robot("rep").get("/api/me")
    assert app.extensions["hanok.uses"].write(site) == 1
    with site.read() as conn:
        row = conn.execute(sa.select(token.c.used, token.c.address)).one()
    assert row.used is not None
    assert row.address == "127.0.0.1"


def test_reading_writes_nothing(robot: Make, site: Store) -> None:
    program = robot("rep")
    seen: list[str] = []
    for engine in site.engines:
        sa.event.listen(engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    program.get("/api/company")
    assert not [text for text in seen if text.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_failure_of_ours_is_json_with_a_number(robot: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(records, "page", broken)
    found = robot().get("/api/company", 500)
    assert found["errors"][0]["id"]
    assert "secret" not in str(found)


def test_sessions_and_tokens_are_different_keys(app: Flask, site: Store, catalog: Catalog) -> None:
    client = log_in(app)
    cookie = client.get_cookie("hanok_session")
    assert cookie is not None
    Robot(app.test_client(), cookie.value).get("/api/me", 401)
    with site.read() as conn:
        assert accounts.session_of(conn, catalog, "hnk_" + "x" * 49) is None


def test_what_lets_people_in_is_closed_to_every_token(robot: Make) -> None:
    """Whoever may change a login provider could become anybody: an administrator does it herself."""
    program = robot("admin")
    body = {"data": {"type": "login_provider", "attributes": {"name": "Mine", "issuer": "https://id.example.com"}}}
    program.get("/api/login_provider", 403)
    program.send("POST", "/api/login_provider", body, 403)
