"""What commands print and how they end: 0 done, 1 refused with reasons, 2 wrong usage; JSON where a script reads."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.acceptance.conftest import House
from tests.acceptance.contents import files, tables

NOTE = "label: {en: Note, ko: 쪽지}\nfields:\n  name: {type: text}\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--version",), 0),
        (("check",), 0),
        (("plan",), 0),
        (("status",), 0),
        (("init",), 1),
        (("user", "add", "admin", "--password", "celadon-tiger-42"), 1),
        (("user", "add", "jin", "--role", "nobody_has_this", "--password", "celadon-tiger-42"), 1),
        (("user", "add", "jin", "--password", "short"), 1),
        (("frobnicate",), 2),
        (("serve", "--port", "many"), 2),
        (("user", "add"), 2),
    ],
)
def test_the_exit_code_says_how_it_went(sqlite_house: House, words: tuple[str, ...], code: int) -> None:
    before = tables(sqlite_house.database), files(sqlite_house.folder)
    done = sqlite_house.hanok(*words)
    assert done.code == code, done.said
    assert "Traceback" not in done.said
    assert done.said.strip()
    assert bool(done.err) is (code != 0), done.said
    assert (tables(sqlite_house.database), files(sqlite_house.folder)) == before


@pytest.mark.parametrize(("words", "code"), [(("--version",), 0), (("init",), 1), (("frobnicate",), 2)])
def test_the_installed_command_ends_like_the_one_that_tests_fork(
    sqlite_house: House, words: tuple[str, ...], code: int
) -> None:
    typed = sqlite_house.typed(*words)
    assert typed.code == code, typed.said
    assert typed == sqlite_house.hanok(*words)


@pytest.mark.parametrize("words", ["check", "deploy", "serve"])
def test_without_a_site_every_command_says_so(tmp_path: Path, words: str) -> None:
    done = House(tmp_path / "nowhere", "").hanok(words)
    assert done.code == 1
    assert "There is no site" in done.err
    assert not (tmp_path / "nowhere").exists()


def test_json_is_all_that_a_script_reads(house: House) -> None:
    assert json.loads(house.hanok("check", "--json").out) == []
    status, plan = (json.loads(house.hanok(word, "--json").out) for word in ("status", "plan"))
    assert status["state"] == "finished"
    assert status["revision"] == plan["base"]
    assert not status["unfinished"]
    assert not plan["blockers"]


def test_a_file_changed_by_hand_is_shown_and_left_alone(sqlite_house: House) -> None:
    path = sqlite_house.write("modules/note.yaml", NOTE)
    sqlite_house.deploy()
    path.write_text(f"# our own words\n{NOTE}", encoding="utf-8")
    assert _files(sqlite_house) == {"modules/note.yaml": "changed"}
    sqlite_house.deploy()
    assert path.read_text(encoding="utf-8") == f"# our own words\n{NOTE}"
    path.unlink()
    assert _files(sqlite_house) == {"modules/note.yaml": "removed"}


def _files(house: House) -> dict[str, str]:
    return {each["file"]: each["state"] for each in json.loads(house.hanok("status", "--json").out)["files"]}


def test_without_yes_a_deploy_asks_and_does_nothing_unasked(sqlite_house: House) -> None:
    path = sqlite_house.write("modules/asked.yaml", NOTE)
    before = tables(sqlite_house.database)
    done = sqlite_house.hanok("deploy")
    path.unlink()
    assert done.code == 1
    assert "Traceback" not in done.said
    assert tables(sqlite_house.database) == before


def test_schemas_for_editors_are_one_a_kind(sqlite_house: House, tmp_path: Path) -> None:
    done = sqlite_house.hanok("schema", "--out", str(tmp_path / "schemas"))
    assert done.code == 0
    assert {path.name for path in (tmp_path / "schemas").iterdir()} >= {
        f"{kind}.schema.json" for kind in ("app", "module", "option", "menu", "role")
    }
    assert all(json.loads(path.read_bytes())["$schema"] for path in (tmp_path / "schemas").iterdir())


def test_a_password_that_was_made_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    house = House(tmp_path / "site", "")
    done = house.hanok("init", HANOK_ADMIN_PASSWORD="")
    kept = tmp_path / "site" / "first-password.txt"
    assert done.code == 0
    username, password = kept.read_text().split()
    assert username == "admin"
    assert password in done.out
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_an_init_that_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    house = House(tmp_path / "site", "")
    assert house.hanok("init", HANOK_ADMIN_PASSWORD="short").code == 1
    assert not (tmp_path / "site").exists()
    assert house.hanok("init").code == 0
