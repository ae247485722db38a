"""`hanok workflows` and `hanok runs`: what an operator sees of automation, and what they do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hanok.app import live_of, opened
from hanok.cli import hanok
from hanok.engine.automation import Cause, begin
from tests.served import new_site

Asking = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("workflows") / "site"
    new_site(made)
    return made


@pytest.fixture
def ask(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Asking:
    monkeypatch.setenv("HANOK_LANGUAGE", "en")
    return lambda *words: CliRunner().invoke(hanok, ["--site", str(folder), *map(str, words)])


def test_workflows_are_switched_and_runs_looked_at_cancelled_and_begun_anew(ask: Asking, folder: Path) -> None:
    listed = {one["key"]: one for one in json.loads(ask("workflows", "list", "--json").stdout)}
    key = next(key for key, one in listed.items() if one["active"])
    assert ask("workflows", "off", key).exit_code == 0
    assert json.loads(ask("workflows", "show", key).stdout)["active"] is False
    assert f"{key:<28} off" in ask("workflows").stdout
    assert "There are no such runs." in ask("runs").stdout

    ask("workflows", "on", key)
    site = opened(folder)
    catalog = live_of(site).catalog
    with site.store.write() as conn:
        run = begin(conn, catalog, catalog.workflows[key], None, Cause("manual"))
    assert run is not None
    assert f"{run} waiting" in ask("runs", "list", "--workflow", key).stdout
    assert json.loads(ask("runs", "show", run).stdout)["steps"] == []
    refused = ask("runs", "retry", run)
    assert refused.exit_code == 1 and "no step to go on with" in refused.stderr
    assert ask("runs", "cancel", run).exit_code == 0
    assert ask("runs", "cancel", run).exit_code == 1
    assert ask("runs", "retry", run, "--anew").exit_code == 0
    assert {one["state"] for one in json.loads(ask("runs", "list", "--json").stdout)} == {"waiting", "cancelled"}
    site.store.dispose()
