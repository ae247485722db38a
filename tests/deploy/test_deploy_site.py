"""A site: its folder beside what is live, and its settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from hanok.engine.deploy import (
    Site,
    deploy,
    init_site,
    load_live,
    open_site,
    pending_layers,
    plan_site,
    read_settings,
    site,
    status,
    write_manifest,
)
from hanok.engine.errors import Refused
from hanok.engine.language import Layer
from hanok.settings import SETTINGS
from tests.builders import CORE, TYPES

BOOK = "label: {en: Book, ko: 책}\nfields: {name: {type: text, search: true}}\n"
SHIPPED = Layer("shipped", {"modules/shop.yaml": "label: {en: Shop}\nfields: {name: {type: text}}\n"}, "metadata")


@pytest.fixture
def opened(tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site that was deployed once, with one module shipped and one of its own."""
    monkeypatch.setattr(site, "shipped_layers", lambda: (CORE, SHIPPED))
    init_site(tmp_path / "site", SETTINGS)
    found = open_site(tmp_path / "site", TYPES, SETTINGS, environment={"HANOK_DATABASE": database})
    write(found, BOOK)
    deploy(found.store, plan_site(found))
    write_manifest(found)
    yield found
    found.store.dispose()


def write(found: Site, text: str, *, file: str = "modules/book.yaml") -> None:
    path = found.metadata / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def states(found: Site) -> dict[str, str]:
    return {each.file: each.state for each in status(found).files}


def test_a_new_site_has_its_folders_and_says_its_settings(tmp_path: Path) -> None:
    init_site(tmp_path / "new", SETTINGS)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "encryption-keys.txt", "files", "metadata", "plugins", "site.yaml"
    ]  # fmt: skip
    text = (tmp_path / "new" / "site.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) is None
    said = yaml.safe_load("\n".join(line[2:] for line in text.splitlines() if line.startswith("# ") and ": " in line
                                    and line[2:].split(":")[0] in {name for name, _, _ in SETTINGS}))  # fmt: skip
    assert said == {name: default for name, default, _ in SETTINGS}


def test_a_site_is_made_once(tmp_path: Path) -> None:
    init_site(tmp_path, SETTINGS)
    with pytest.raises(Refused, match="a site already"):
        init_site(tmp_path, SETTINGS)


def test_a_folder_without_a_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="hanok init"):
        open_site(tmp_path, TYPES, SETTINGS, environment={})


def test_a_site_lives_in_its_folder_unless_told_otherwise(tmp_path: Path) -> None:
    init_site(tmp_path, SETTINGS)
    assert open_site(tmp_path, TYPES, SETTINGS, environment={}).store.url.database == str(tmp_path / "hanok.db")


def test_what_is_deployed_is_the_folder_and_what_is_shipped(opened: Site) -> None:
    assert {"user", "shop", "book"} <= set(load_live(opened.store, TYPES).catalog.modules)
    assert status(opened).files == ()
    assert plan_site(opened).empty


def test_another_version_of_the_program_changes_nothing_until_the_upgrade(
    opened: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = Layer("shipped", {**SHIPPED.files, "modules/stall.yaml": "label: {en: Stall}\n"}, "metadata")
    monkeypatch.setattr(site, "shipped_layers", lambda: (CORE, newer))
    assert plan_site(opened).empty
    assert status(opened).upgrade
    plan = plan_site(opened, upgrade=True)
    assert [step.key for step in plan.steps if step.kind == "create_table"] == ["stall"]
    deploy(opened.store, plan)
    assert not status(opened).upgrade


def test_a_file_changed_by_hand_is_kept_and_shown(opened: Site) -> None:
    write(opened, BOOK.replace("Book", "Volume"))
    write(opened, BOOK, file="modules/map.yaml")
    assert states(opened) == {"modules/book.yaml": "changed", "modules/map.yaml": "new"}
    deploy(opened.store, plan_site(opened))
    write_manifest(opened)
    assert states(opened) == {}
    assert "Volume" in (opened.metadata / "modules/book.yaml").read_text(encoding="utf-8")


def test_a_removed_file_is_shown_and_its_module_retired(opened: Site) -> None:
    (opened.metadata / "modules/book.yaml").unlink()
    assert states(opened) == {"modules/book.yaml": "removed"}
    assert "retire_module" in [step.kind for step in plan_site(opened).steps]


def test_a_file_that_was_deployed_elsewhere_is_behind(opened: Site) -> None:
    mine = (opened.metadata / "modules/book.yaml").read_text(encoding="utf-8")
    write(opened, BOOK.replace("Book", "Volume"))
    deploy(opened.store, plan_site(opened))
    write(opened, mine)
    assert states(opened) == {"modules/book.yaml": "behind"}


def test_the_layers_stand_in_their_order(opened: Site) -> None:
    assert [layer.name for layer in pending_layers(opened)] == ["core", "shipped", "site"]


@pytest.mark.parametrize(
    ("file", "environment", "expected"),
    [
        ("", {}, 8000),
        ("port: 8001", {}, 8001),
        ("port: '8001'", {}, 8001),
        ("port: 8001", {"HANOK_PORT": "8002"}, 8002),
    ],
)
def test_the_environment_speaks_before_the_file(
    tmp_path: Path, file: str, environment: dict[str, str], expected: int
) -> None:
    (tmp_path / "site.yaml").write_text(file, encoding="utf-8")
    assert read_settings(tmp_path, SETTINGS, environment=environment)["port"] == expected


@pytest.mark.parametrize(
    ("file", "environment", "said"),
    [
        ("prot: 1", {}, 'did you mean "port"'),
        ("port: high", {}, "whole number"),
        ("https: maybe", {}, "true or false"),
        ("- port", {}, "cannot be read"),
        ("port: [", {}, "cannot be read"),
        ("", {"HANOK_THREADS": "-1"}, "whole number"),
    ],
)
def test_a_setting_that_cannot_be_read_is_refused(
    tmp_path: Path, file: str, environment: dict[str, str], said: str
) -> None:
    (tmp_path / "site.yaml").write_text(file, encoding="utf-8")
    with pytest.raises(Refused, match=said):
        read_settings(tmp_path, SETTINGS, environment=environment)
