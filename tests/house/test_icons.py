"""Every icon that the platform names is one that pages can draw."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import PLATFORM, ROOT

VENDOR = PLATFORM / "web" / "static" / "vendor"
NAMED = {
    "*.yaml": re.compile(r"\bicon:\s*[\"']?([a-z0-9-]+)"),
    "*.html": re.compile(r"\bicon\([\"']([a-z0-9-]+)[\"']"),
    "*.py": re.compile(r"\bicon\s*(?::[^=\n]+)?=\s*[\"']([a-z0-9-]+)[\"']"),
}


def named() -> list[tuple[Path, str]]:
    return [
        (path.relative_to(ROOT), name)
        for folder in (PLATFORM, ROOT / "metadata")
        for pattern, mention in NAMED.items()
        for path in folder.rglob(pattern)
        if VENDOR not in path.parents
        for name in mention.findall(path.read_text())
    ]


@pytest.fixture(scope="module")
def drawn() -> set[str]:
    sprite = (VENDOR / "icons.svg").read_text()
    return set(re.findall(r"<symbol id='i-([a-z0-9-]+)'", sprite))


def test_every_named_icon_is_in_the_small_sprite(drawn: set[str]) -> None:
    assert not [f"{path}: {name}" for path, name in named() if name not in drawn]


def test_the_big_sprite_holds_the_small_one(drawn: set[str]) -> None:
    assert drawn <= set((VENDOR / "icons-all.txt").read_text().split())
