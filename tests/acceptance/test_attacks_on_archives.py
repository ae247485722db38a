"""Attackers who hand over a backup: nothing leaves the folder, nothing ends in a traceback."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from hanok.engine.deploy.archive import read_archive
from hanok.engine.errors import Refused

NAMES = ("../evil", "/evil", "a/../../evil", "a\\..\\evil", "./x", "a//b", "a/./b", "files/../site.yaml", "folder/")


def packed(folder: Path, members: dict[str, bytes], manifest: str = "") -> Path:
    file = folder / "backup.zip"
    listed = {name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in members.items()}
    with zipfile.ZipFile(file, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
        made.writestr("manifest.json", manifest or json.dumps({"format": 1, "members": listed}))
    return file


@pytest.mark.parametrize("name", NAMES)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused):
        read_archive(packed(tmp_path, {name: b"x"}))


def test_a_file_that_would_be_a_folder_too_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        read_archive(packed(tmp_path, {"a": b"1", "a/b": b"2"}))


@pytest.mark.parametrize(
    "manifest",
    ["[]", "{}", "null", "[" * 100_000, '{"format":"x","members":{}}', '{"format":1,"members":["a"]}',
     '{"format":1,"members":{"a":null}}', '{"format":1,"members":{"a":{"size":1,"sha256":1}}}'],
)  # fmt: skip
def test_manifests_of_any_shape_are_refused(tmp_path: Path, manifest: str) -> None:
    with pytest.raises(Refused):
        read_archive(packed(tmp_path, {"a": b"x"}, manifest))


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    file = packed(tmp_path, {"a": b"x"})
    data = bytearray(file.read_bytes())
    for begin in (b"PK\x03\x04", b"PK\x01\x02"):
        data[data.index(begin) + (6 if begin == b"PK\x03\x04" else 8)] |= 1
    file.write_bytes(data)
    with pytest.raises(Refused):
        read_archive(file)


def test_a_link_in_an_archive_becomes_a_plain_private_file(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("files/link")
    link.external_attr = 0o120777 << 16
    target = b"/etc/passwd"
    listed = {link.filename: {"sha256": hashlib.sha256(target).hexdigest(), "size": len(target)}}
    with zipfile.ZipFile(tmp_path / "backup.zip", "w") as made:
        made.writestr(link, target)
        made.writestr("manifest.json", json.dumps({"format": 1, "members": listed}))
    read_archive(tmp_path / "backup.zip").extract(tmp_path / "out")
    found = tmp_path / "out" / "files" / "link"
    assert not found.is_symlink()
    assert found.read_bytes() == target
    assert found.stat().st_mode & 0o077 == 0
