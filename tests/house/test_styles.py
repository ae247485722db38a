"""What is cut out of Tabler's styles and of the typeface when the house is set up."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.house.sources import PLATFORM, ROOT

VENDOR = PLATFORM / "web" / "static" / "vendor"
CSS = """
:root{--tblr-used:1px;--tblr-idle:2px;--tblr-only:var(--tblr-idle)}
.btn,.gone{margin:var(--tblr-used)}.btn:not(.other) .icon{top:0}.gone>.btn{left:0}
@media (min-width:768px){.gone{top:1px}}@media print{.btn{color:url("data:x,{}")}}
@keyframes gone{from{top:0}}a[href=","]:hover{right:0}
"""


@pytest.fixture(scope="module")
def styles() -> ModuleType:
    return of_tools("styles")


def of_tools(name: str) -> ModuleType:
    found = importlib.util.spec_from_file_location(f"tools_{name}", ROOT / "tools" / f"{name}.py")
    assert found and found.loader
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    return made


def test_rules_that_nobody_names_are_left_out(styles: ModuleType) -> None:
    kept = styles.slim(CSS, frozenset({"btn", "icon"}))
    assert "gone" not in kept
    assert ".btn{margin:var(--tblr-used)}" in kept
    assert ".btn:not(.other) .icon{top:0}" in kept
    assert '@media print{.btn{color:url("data:x,{}")}}' in kept
    assert 'a[href=","]:hover{right:0}' in kept


def test_variables_that_nobody_asks_for_are_left_out(styles: ModuleType) -> None:
    assert "--tblr-idle" not in styles.slim(CSS, frozenset({"btn"}))
    assert "--tblr-used:1px" in styles.slim(CSS, frozenset({"btn"}))
    assert "--tblr-idle:2px" in styles.slim(CSS, frozenset({"btn", "tblr-only"}))


def test_what_pages_load_has_the_classes_that_they_name(styles: ModuleType) -> None:
    known = frozenset((VENDOR / "tabler-classes.txt").read_text().split())
    present = styles.classes((VENDOR / "tabler.min.css").read_text())
    assert {"btn", "form-control", "dropdown-menu", "visually-hidden"} <= present
    assert present <= known
    assert len((VENDOR / "tabler.min.css").read_bytes()) < 100_000


def test_each_syllable_stands_in_one_file_of_the_typeface() -> None:
    fonts = of_tools("fonts")
    files = fonts.parts((VENDOR / "pretendard.css").read_text())
    signs = "".join(files.values())
    assert len(signs) == len(set(signs))
    assert len([sign for sign in signs if "가" <= sign <= "힣"]) == fonts.ALL
    assert {f"{name}.woff2" for name in files} == {path.name for path in Path(VENDOR / "fonts").iterdir()}
    assert fonts.ranges("abcz가") == "U+61-63,U+7A,U+AC00"
