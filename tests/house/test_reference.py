"""The generated pages of `docs/reference` say what the code says; links between pages lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import ROOT
from tools.reference import FOLDER, pages

LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
DOCUMENTS = [ROOT / "README.md", ROOT / "README.ko.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_is_what_the_code_says(name: str) -> None:
    if (FOLDER / name).read_text(encoding="utf-8") != pages()[name]:
        pytest.fail(f"docs/reference/{name} is stale; run: .venv/bin/python tools/reference.py")


@pytest.mark.parametrize("name", ["kinds.md", "fields.md", "settings.md", "errors.md", "expressions.md"])
def test_everything_is_described(name: str) -> None:
    rows = [line for line in pages()[name].splitlines() if line.startswith("| `")]
    assert rows
    assert not [line for line in rows if line.endswith("|  |")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    lost = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if not (path.parent / link).exists()]
    assert not lost
