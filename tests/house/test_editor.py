"""Who opens the repository or a site in an editor is helped: each YAML file has the schema of its kind, which takes it.

`.vscode/settings.json` says which file has which schema; a pattern holds at the end of a path, as editors read it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import jsonschema_rs
import pytest

from hanok.cli.editing import LAYERS, SCHEMAS, SETTINGS, help_editors, settings_of
from hanok.engine.language.nodes import Source
from hanok.engine.language.reading import read_text
from tests.house.sources import ROOT

FOLDERS = ("metadata", "platform/engine/catalog/core", "tests/catalog/examples", "tests/catalog/stubs")
FILES = [path.relative_to(ROOT) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.yaml"))]
BROKEN = {
    "metadata/modules/account.yaml": ("extends: company", "extneds: company"),
    "metadata/options/sales_stage.yaml": ("color: blue", "color: blu"),
    "metadata/menus/main.yaml": ("modules:", "moduls:"),
    "metadata/roles/sales_rep.yaml": ("delete: owner", "delete: own"),
    "metadata/app.yaml": ("currency: KRW", "currency: won"),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    help_editors(folder)
    return folder


@cache
def validator(file: Path) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(file.read_bytes()))


def schemas_of(settings: dict[str, Any], path: Path) -> list[str]:
    """The schemas that an editor would use for the file."""
    patterns = settings["yaml.schemas"].items()
    return [schema for schema, files in patterns if any(PurePosixPath(path.as_posix()).match(each) for each in files)]


def plain(text: str) -> Any:
    root = read_text(text, Source("", text)).root
    assert root is not None
    return root.plain()


def settings() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / SETTINGS).read_bytes())
    return found


def test_the_settings_of_the_repository_are_those_of_its_folders() -> None:
    layers = (*LAYERS, *FOLDERS[1:])
    assert settings()["yaml.schemas"] == settings_of(layers)["yaml.schemas"]
    assert f"/{SCHEMAS}/" in (ROOT / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_an_editor_finds_nothing_wrong_with_a_shipped_file(path: Path, site: Path) -> None:
    (schema,) = schemas_of(settings(), path)
    data = plain((ROOT / path).read_text(encoding="utf-8"))
    assert not [str(error) for error in validator(site / schema).iter_errors(data)]


@pytest.mark.parametrize("name", BROKEN)
def test_an_editor_marks_a_broken_one(name: str, site: Path) -> None:
    before, after = BROKEN[name]
    text = (ROOT / name).read_text(encoding="utf-8")
    assert before in text
    (schema,) = schemas_of(settings(), Path(name))
    assert not validator(site / schema).is_valid(plain(text.replace(before, after)))


def test_a_site_has_the_same_for_its_own_files(site: Path) -> None:
    said = json.loads((site / SETTINGS).read_bytes())
    for file in ("metadata/app.yaml", "metadata/modules/book.yaml", "plugins/projects/options/phase.yaml"):
        (schema,) = schemas_of(said, Path(file))
        assert (site / schema).is_file()


def test_what_somebody_set_up_stays(tmp_path: Path) -> None:
    own = tmp_path / SETTINGS
    own.parent.mkdir()
    own.write_text("{}")
    help_editors(tmp_path)
    assert own.read_text() == "{}" and (tmp_path / SCHEMAS / "module.schema.json").is_file()
