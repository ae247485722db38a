"""`hanok reindex`, as somebody types it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from hanok.app import live_of, opened
from hanok.cli import hanok
from hanok.engine import records
from hanok.engine.store.tables import search_grams
from tests.builders import an_administrator
from tests.cli.test_handing import create
from tests.served import new_site


def test_what_was_stored_before_is_found_by_initials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANOK_LANGUAGE", "en")
    folder = tmp_path / "site"
    new_site(folder)
    live = live_of(opened(folder))
    live.write(partial(create, module="account", raw={"name": "삼성전자"}))
    with live.store.write() as conn:
        conn.execute(sa.delete(search_grams))

    def found() -> list[str]:
        with live.read() as (conn, catalog):
            return [hit.title for hit in records.search(conn, catalog, an_administrator(), "ㅅㅅㅈㅈ")]

    assert found() == []
    done = CliRunner().invoke(hanok, ["--site", str(folder), "reindex", "account"])
    assert (done.exit_code, done.output.strip()) == (0, "The records of account are indexed.")
    assert found() == ["삼성전자"]
    assert CliRunner().invoke(hanok, ["--site", str(folder), "reindex", "nothing"]).exit_code != 0
