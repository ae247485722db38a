"""Boxes for passwords hide what is typed, and take what is pasted or a password manager fills in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT

BOX = re.compile(r"<input\b[^>]*\bname=\"(?:old_password|password|again)\"[^>]*>")
BOXES = [
    (path, box) for path in sorted((ROOT / "platform" / "web" / "templates").rglob("*.html"))
    for box in BOX.findall(path.read_text())
]  # fmt: skip
#: Scripts that are ours.
SCRIPTS = [path for path in sorted((ROOT / "platform").rglob("static/js/**/*.js")) if "vendor" not in path.parts]


def test_every_page_with_a_password_is_looked_at() -> None:
    assert {path.name for path, _ in BOXES} >= {"login.html", "me_password.html", "account_parts.html", "prove.html"}


@pytest.mark.parametrize(("path", "box"), BOXES, ids=lambda one: one.name if isinstance(one, Path) else "")
def test_a_box_hides_what_is_typed_and_says_what_it_is_for(path: Path, box: str) -> None:
    assert 'type="password"' in box
    assert re.search(r'autocomplete="(current|new)-password"', box)
    assert "readonly" not in box and re.search(r"maxlength=\"(\d+)\"", box.replace("maxlength=\"256\"", "")) is None


def test_no_script_hears_of_pasting_into_them() -> None:
    assert SCRIPTS
    for path in SCRIPTS:
        for line in path.read_text().splitlines():
            assert not ("paste" in line and "password" in line), path.name
