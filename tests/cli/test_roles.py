"""`hanok role` and `hanok why`, as somebody types them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from hanok.app import live_of, opened
from hanok.cli import hanok
from hanok.engine import accounts, records
from hanok.engine.access import SYSTEM
from tests.served import new_site

Asking = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a user, a team and a group that hold no role, and one account."""
    made = tmp_path_factory.mktemp("roles") / "site"
    new_site(made)
    live = live_of(opened(made))
    team, group = {"name": "Sales", "key": "sales"}, {"name": "Seoul", "key": "seoul"}
    for module, raw in (("team", team), ("security_group", group), ("account", {"name": "한빛전자"})):
        live.write(lambda conn, catalog, m=module, raw=raw: records.create(conn, catalog, SYSTEM, m, raw))
    live.write(lambda conn, catalog: accounts.create_user(conn, catalog, SYSTEM, {"username": "kim"}))
    return made


@pytest.fixture
def ask(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Runs a command on the site."""
    monkeypatch.setenv("HANOK_LANGUAGE", "en")
    return lambda *words: CliRunner().invoke(hanok, ["--site", str(folder), *map(str, words)])


@pytest.fixture
def account(folder: Path) -> UUID:
    with live_of(opened(folder)).read() as (conn, catalog):
        return records.page(conn, catalog, SYSTEM, records.Query(module="account")).rows[0].id


@pytest.mark.parametrize(("kind", "name"), [("user", "kim"), ("team", "sales"), ("group", "seoul")])
def test_a_role_is_given_shown_and_taken(ask: Asking, kind: str, name: str) -> None:
    assert ask("role", "grant", "viewer", f"--{kind}", name).output == f"{name} has the role viewer now.\n"
    assert "already" in ask("role", "grant", "viewer", f"--{kind}", name).output
    assert len(json.loads(ask("role", "show", "viewer", "--json").output)["holders"]) == 1
    counted = next(row for row in json.loads(ask("role", "list", "--json").output) if row["role"] == "viewer")
    assert sum(counted[each] for each in ("user", "team", "security_group")) == 1
    assert ask("role", "revoke", "viewer", f"--{kind}", name).output == f"{name} no longer has the role viewer.\n"
    assert "does not have" in ask("role", "revoke", "viewer", f"--{kind}", name).output


@pytest.mark.parametrize(("words", "said"), [
    (("grant", "viewr", "--user", "kim"), "viewer"),
    (("grant", "viewer", "--team", "nobody"), "There is no Team nobody."),
    (("grant", "administrator", "--team", "sales"), "Only users are administrators"),
    (("revoke", "administrator", "--user", "admin"), "This is the last administrator"),
    (("show", "viewr"), "viewer"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_the_reason(ask: Asking, words: tuple[str, ...], said: str) -> None:
    answer = ask("role", *words)
    assert answer.exit_code == 1 and said in answer.output


@pytest.mark.parametrize("words", [(), ("--user", "kim", "--team", "sales")])
def test_one_holder_is_named(ask: Asking, words: tuple[str, ...]) -> None:
    assert ask("role", "grant", "viewer", *words).exit_code == 2


def test_why_names_the_roles_with_file_and_line(ask: Asking, account: UUID) -> None:
    asked = ("why", "--user", "kim", "--module", "account", "--record", account)
    assert ask(*asked).output.startswith("No: kim, view, “한빛전자”\nNeither this user")
    ask("role", "grant", "viewer", "--user", "kim")
    said = ask(*asked).output
    assert said.startswith("Yes: kim, view") and "viewer (user kim): all · holds · metadata/roles/viewer.yaml:4" in said
    told = json.loads(ask(*asked, "--action", "edit", "--json").output)
    assert not told["allowed"] and told["reasons"][0]["level"] == "none"
    assert ask("why", "--user", "nobody", *asked[3:]).exit_code == 1
    assert ask("why", "--user", "admin", *asked[3:]).output.startswith("Yes: ")
    ask("role", "revoke", "viewer", "--user", "kim")
