"""`hanok handover`, as somebody types it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from hanok.app import live_of, opened, worker_of
from hanok.cli import hanok
from hanok.engine import accounts, records
from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from tests.served import new_site

Asking = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site where kim has an account and a finished task, and lee nothing."""
    made = tmp_path / "site"
    new_site(made)
    live = live_of(opened(made))
    kim, _ = (live.write(partial(user, name=name)) for name in ("kim", "lee"))
    for module, raw in (("account", {"name": "한빛전자"}), ("task", {"name": "전화", "status": "done"})):
        live.write(partial(create, module=module, raw={**raw, "owner": str(kim)}))
    return made


def user(conn: sa.Connection, catalog: Catalog, *, name: str) -> UUID:
    return accounts.create_user(conn, catalog, SYSTEM, {"username": name}, roles=("sales_rep",))


def create(conn: sa.Connection, catalog: Catalog, *, module: str, raw: dict[str, str]) -> None:
    records.create(conn, catalog, SYSTEM, module, raw)


@pytest.fixture
def ask(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setenv("HANOK_LANGUAGE", "en")
    return lambda *words: CliRunner().invoke(hanok, ["--site", str(folder), "handover", *map(str, words)])


def owner(folder: Path, module: str) -> str:
    site = opened(folder)
    worker_of(site, live_of(site), threads=1).run_until_idle()
    with live_of(site).read() as (conn, catalog):
        (found,) = records.page(conn, catalog, SYSTEM, records.Query(module=module)).rows
    return str(found["owner"].title)


def test_open_records_go_and_come_back_once(ask: Asking, folder: Path) -> None:
    between = ("--from", "kim", "--to", "lee")
    counted = json.loads(ask(*between, "--dry-run", "--json").output)
    assert {"module": "account", "open": 1, "past": 0, "fixed": 0} in counted["modules"]
    assert {"module": "task", "open": 0, "past": 1, "fixed": 0} in counted["modules"] and counted["handover"] is None
    assert owner(folder, "account") == "kim"
    id = json.loads(ask(*between, "--json").output)["handover"]
    assert (owner(folder, "account"), owner(folder, "task")) == ("lee", "kim")
    assert "waits for a worker" in ask("undo", id).output
    assert owner(folder, "account") == "kim"
    again = ask("undo", id)
    assert again.exit_code == 1 and "only once" in again.output


def test_one_module_with_what_is_finished(ask: Asking, folder: Path) -> None:
    ask("--from", "kim", "--to", "lee", "--module", "task", "--closed", "too")
    assert (owner(folder, "account"), owner(folder, "task")) == ("kim", "lee")


@pytest.mark.parametrize(("words", "code", "said"), [
    (("--from", "kim"), 2, "--to"), (("--from", "kim", "--to", "park"), 1, "no user park"),
    (("--from", "kim", "--to", "kim"), 1, "Choose somebody else"),
    (("--from", "kim", "--to", "lee", "--module", "tsk"), 1, "did you mean"),
    (("--from", "kim", "--to", "lee", "--module", "user"), 1, "are not handed over"),
])  # fmt: skip
def test_what_is_wrong_is_said(ask: Asking, words: tuple[str, ...], code: int, said: str) -> None:
    found = ask(*words)
    assert found.exit_code == code and said in found.output
