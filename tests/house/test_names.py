"""Names say what a thing is, and files stay small."""

from __future__ import annotations

import subprocess
import warnings
from pathlib import Path

from tests.house.sources import ROOT, platform_files

NAMES_FOR_NOTHING = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "handler", "handlers"}
LONG, TOO_LONG = 400, 500


def our_files() -> list[Path]:
    kept = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in kept.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_or_folder_is_named_for_nothing() -> None:
    words = {path: set(path.relative_to(ROOT).with_suffix("").parts) for path in our_files()}
    assert not [str(path) for path, parts in words.items() if parts & NAMES_FOR_NOTHING]


def test_files_stay_small() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in platform_files()}
    long = [f"{path.relative_to(ROOT)}: {length} lines" for path, length in lengths.items() if length > LONG]
    assert not [path for path, length in lengths.items() if length > TOO_LONG], "\n".join(long)
    if long:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn("growing long: " + ", ".join(long), stacklevel=1)


def test_rooms_leave_the_name_platform_to_the_standard_library() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()
    assert not list((ROOT / "platform").rglob("test_*.py"))
