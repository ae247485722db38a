"""What a person at a terminal is told by plan, purge, backup, restore and serve."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from hanok.cli.commands import hanok
from hanok.engine.deploy import deploy, init_site, load_live, open_site, plan_site
from hanok.engine.deploy.site import write_manifest
from hanok.engine.store.schema import VERSION_TABLE
from hanok.engine.store.tables import revision
from hanok.settings import SETTINGS
from tests.builders import SMALL, TYPES, a_record

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A site with a company, deployed."""
    found = tmp_path / "site"
    init_site(found, SETTINGS)
    for name, text in SMALL.items():
        (found / "metadata" / name).parent.mkdir(exist_ok=True)
        (found / "metadata" / name).write_text(text, encoding="utf-8")
    site = open_site(found, TYPES, SETTINGS)
    site.store.upgrade()
    deploy(site.store, plan_site(site))
    write_manifest(site)
    a_record(site.store, load_live(site.store, TYPES).catalog, "company", name="한빛", story="=once upon a time")
    site.store.dispose()
    return found


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HANOK_LANGUAGE", "en")

    def work(*words: str) -> Result:
        return CliRunner().invoke(hanok, ["--site", str(folder), *words])

    return work


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "metadata" / "modules" / "company.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_plan_lists_what_would_be_lost_in_a_file(run: Run, folder: Path, tmp_path: Path) -> None:
    change(folder, "{type: long_text, search: true}", "{type: date}")
    found = run("plan", "--report", str(tmp_path / "lost.csv"))
    assert found.exit_code == 0
    assert "values that the new type refuses: 1, such as =once upon a time" in found.output
    with (tmp_path / "lost.csv").open(encoding="utf-8-sig", newline="") as file:
        heading, row = csv.reader(file)
    assert heading == ["field", "record", "title", "value", "why"]
    assert (row[0], row[2], row[3]) == ("company.story", "한빛", "'=once upon a time")


def test_a_backup_comes_back_after_a_purge(run: Run, folder: Path, tmp_path: Path) -> None:
    change(folder, "  story:   {type: long_text, search: true}\n", "")
    assert run("deploy", "--yes").exit_code == 0
    assert run("backup", str(tmp_path / "kept.zip")).exit_code == 0
    (left,) = orjson.loads(run("purge", "--json").output)
    assert (left["key"], left["rows"], left["needed"]) == ("company.story", 1, [1])
    refused = run("purge", "--yes")
    assert (refused.exit_code, "company.story" in refused.output) == (1, True)
    assert "a rollback to revision 1 would miss it" in refused.output
    assert run("restore", str(tmp_path / "kept.zip")).exit_code == 1
    back = run("restore", str(tmp_path / "kept.zip"), "--yes")
    assert back.exit_code == 0, back.output
    assert "Revision 2 is live again." in back.output
    assert run("rollback", "1", "--yes").exit_code == 0


def test_serve_says_what_the_live_revision_is_refused_for(run: Run, folder: Path) -> None:
    store = open_site(folder, TYPES, SETTINGS).store
    with store.write() as conn:
        layers = orjson.dumps(conn.scalar(sa.select(revision.c.layers))).decode()
        wrong = orjson.loads(layers.replace("story:   {type: long_text", "story:   {type: vanished"))
        conn.execute(revision.update().values(layers=wrong))
    store.dispose()
    found = run("serve")
    assert found.exit_code == 1
    assert "modules/company.yaml:11:" in found.output
    assert "hanok rollback REVISION" in found.output
    assert run("check").exit_code == 0
    assert run("deploy", "--yes").exit_code == 0
    assert run("plan").output.strip().endswith("There is nothing to deploy.")


def test_serve_refuses_system_tables_that_are_older(run: Run, folder: Path) -> None:
    store = open_site(folder, TYPES, SETTINGS).store
    with store.write() as conn:
        conn.execute(sa.update(sa.table(VERSION_TABLE, sa.column("version_num"))).values(version_num="0001"))
    store.dispose()
    found = run("serve")
    assert (found.exit_code, "Run: hanok upgrade" in found.output) == (1, True)
