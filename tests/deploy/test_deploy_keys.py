"""The keys of a site's encrypted fields stand in a file of their own."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from hanok.app import field_types, opened
from hanok.engine.deploy.keys import FILE, add_key, site_keys
from hanok.engine.deploy.site import init_site
from hanok.engine.errors import Refused
from hanok.engine.fields.keys import new_key
from hanok.settings import SETTINGS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init_site(tmp_path / "site", SETTINGS)
    return tmp_path / "site"


def test_a_new_site_has_a_key_that_only_its_owner_reads(folder: Path) -> None:
    assert len(site_keys(folder).written) == 1
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert opened(folder).types["encrypted"].keys == site_keys(folder)  # type: ignore[attr-defined]


def test_two_sites_have_two_keys(folder: Path, tmp_path: Path) -> None:
    init_site(tmp_path / "other", SETTINGS)
    assert site_keys(folder) != site_keys(tmp_path / "other")


def test_a_new_key_comes_first_and_the_others_stay(folder: Path) -> None:
    before = site_keys(folder).written
    add_key(folder)
    after = site_keys(folder).written
    assert after[1:] == before and after[0] not in before
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600


def test_the_environment_s_keys_come_before_the_file_s(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = (new_key(), new_key())
    monkeypatch.setenv("HANOK_ENCRYPTION_KEYS", ", ".join(keys))
    assert opened(folder).types["encrypted"].keys.written == keys  # type: ignore[attr-defined]


def test_a_site_from_before_has_no_key_until_one_is_made(folder: Path) -> None:
    (folder / FILE).unlink()
    assert not site_keys(folder)
    add_key(folder)
    assert len(site_keys(folder).written) == 1


def test_what_is_no_key_is_refused_without_being_shown(folder: Path) -> None:
    (folder / FILE).write_text("not-a-key-at-all\n")
    with pytest.raises(Refused) as caught:
        opened(folder)
    assert "not-a-key" not in str(caught.value)


def test_a_registry_without_keys_encrypts_nothing() -> None:
    assert not field_types()["encrypted"].keys  # type: ignore[attr-defined]
