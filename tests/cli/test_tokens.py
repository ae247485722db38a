"""`hanok token` and `hanok address`, as somebody types them; and what they make, over HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanok.app import live_of, opened
from hanok.cli import hanok
from hanok.engine import accounts
from hanok.engine.access import SYSTEM
from tests.served import new_site, serving

Asking = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tokens") / "site"
    new_site(made)
    live_of(opened(made)).write(
        lambda conn, catalog: accounts.create_user(conn, catalog, SYSTEM, {"username": "kim"}, roles=("viewer",))
    )
    return made


@pytest.fixture
def ask(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setenv("HANOK_LANGUAGE", "en")
    return lambda *words: CliRunner().invoke(hanok, ["--site", str(folder), *map(str, words)])


def test_a_token_is_made_listed_and_revoked(ask: Asking) -> None:
    text = ask("token", "make", "kim", "--name", "robot", "--scope", "account:read", "--days", "7").output.strip()
    assert text.startswith("hnk_")
    listed = ask("token", "list", "--user", "kim", "--json").output
    assert text not in listed
    (one,) = json.loads(listed)
    assert (one["user"], one["scopes"], one["works"]) == ("kim", ["account:read"], True)
    assert text[:10] in ask("token", "list").output
    assert ask("token", "revoke", one["id"]).output == "1 tokens were revoked.\n"
    assert ask("token", "revoke", one["id"]).exit_code == 1
    ask("token", "make", "kim", "--name", "robot")
    assert ask("token", "revoke", "--user", "kim").output == "1 tokens were revoked.\n"
    assert json.loads(ask("token", "list", "--json").output) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("make", "nobody", "--name", "x"), 1), (("make", "kim", "--name", "x", "--days", "366"), 1),
        (("make", "kim", "--name", "x", "--scope", "all"), 1), (("make", "kim"), 2), (("revoke",), 2),
        (("revoke", "--user", "nobody"), 1),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(ask: Asking, words: tuple[str, ...], code: int) -> None:
    assert ask("token", *words).exit_code == code


def test_rules_are_made_listed_and_removed(ask: Asking) -> None:
    assert ask("address", "add", "10.0.0.1/8", "--note", "Office").output == "People may come from 10.0.0.0/8.\n"
    ask("address", "add", "192.0.2.7", "--role", "viewer")
    rules = json.loads(ask("address", "list", "--json").output)
    assert [(one["network"], one["role"], one["note"]) for one in rules] == [
        ("10.0.0.0/8", "", "Office"), ("192.0.2.7/32", "viewer", ""),
    ]  # fmt: skip
    assert ask("address", "remove", "192.0.2.7", "--role", "administrator").exit_code == 1
    assert ask("address", "remove", "192.0.2.7").exit_code == 0
    assert ask("address", "remove").exit_code == 2
    assert ask("address", "remove", "--all").output == "The rule with 10.0.0.0/8 was removed.\n"
    assert ask("address", "list").output == "There are no rules: everybody may come from anywhere.\n"
    assert ask("address", "add", "office").exit_code == 1


def test_a_program_works_over_http(ask: Asking, folder: Path) -> None:
    text = ask("token", "make", "admin", "--name", "robot", "--scope", "account:write").output.strip()

    def call(method: str, path: str, body: object = None) -> tuple[int, object]:
        data = json.dumps(body).encode() if body else None
        headers = {"Authorization": f"Bearer {text}", "Content-Type": "application/vnd.api+json"}
        request = urllib.request.Request(f"{server.address}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    with serving(folder) as server:
        status, made = call("POST", "/api/account", {"data": {"type": "account", "attributes": {"name": "한빛전자"}}})
        assert status == 201, made
        there = made["data"]["links"]["self"]  # type: ignore[index]
        assert call("GET", there)[0] == 200
        change = {"data": {"attributes": {"name": "한빛"}, "meta": {"version": 1}}}
        assert call("PATCH", there, change)[0] == 200
        assert call("PATCH", there, change)[0] == 409
        assert call("GET", "/api/contact")[0] == 403
        assert call("DELETE", there)[0] == 204
        assert call("GET", there)[0] == 404
        ask("address", "add", "10.0.0.0/8")
        assert call("GET", "/api/me")[0] == 401
        ask("address", "remove", "--all")
        assert call("GET", "/api/me")[0] == 200
