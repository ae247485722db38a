"""Files that are joined, and scripts that name the versions of what they import."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hanok.web.assets import FOLDER, Assets
from hanok.web.joining import Joined
from tests.house.sources import PLATFORM

IMPORTS = re.compile(r"^(?:import|export)\b", re.M)


def test_joined_files_follow_each_other_in_their_order(admin: FlaskClient) -> None:
    page = admin.get("/company").text
    address = re.search(r'href="(/static/joined/css/[^"]+)"', page)
    assert address
    answer = admin.get(address[1], buffered=True)
    assert answer.mimetype == "text/css"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.text.startswith((FOLDER / "css" / "theme.css").read_text())
    again = admin.get(address[1], headers={"If-None-Match": answer.headers["ETag"]}, buffered=True)
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["css/theme,missing.css", "css/theme.js", "css/..theme.css", "vendor/stamp"])
def test_nothing_but_named_files_of_a_folder_is_joined(admin: FlaskClient, path: str) -> None:
    assert admin.get(f"/static/joined/{path}").status_code == 404


def test_a_joined_script_stands_in_a_block_and_its_address_follows_its_parts(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("const x = 1;")
    (tmp_path / "b.js").write_text("const x = 2;")
    joined = Joined(Assets(tmp_path, trusted=0), "/joined")
    before = joined("", ("a", "b"), "js")
    assert before.startswith("/joined/-/a,b.js?v=")
    (tmp_path / "b.js").write_text("const x = 3;")
    assert joined("", ("a", "b"), "js") != before


def test_no_script_that_pages_join_imports_or_exports() -> None:
    named = re.compile(r'joined\("(\w+)", \(([^)]+)\)(?:, "js")?\)')
    for template in PLATFORM.rglob("*.html"):
        for folder, names in named.findall(template.read_text()):
            for name in re.findall(r'"([\w-]+)"', names):
                for path in PLATFORM.glob(f"*/static/{folder}/{name}.js"):
                    assert not IMPORTS.search(path.read_text()), path


def test_a_script_names_the_versions_of_what_it_imports(admin: FlaskClient, tmp_path: Path) -> None:
    taken = re.findall(r'from "(\./[^"]+)"', admin.get("/static/js/dynamic.js", buffered=True).text)
    assert taken
    for name in taken:
        answer = admin.get(f"/static/js/{name.removeprefix('./')}", buffered=True)
        assert "immutable" in answer.headers["Cache-Control"]
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\n')
    (tmp_path / "b.js").write_text("export const b = 1;\n")
    assets = Assets(tmp_path, trusted=0)
    before = assets.version("a.js")
    (tmp_path / "b.js").write_text("export const b = 22;\n")
    assert assets.version("a.js") != before
    assert f"./b.js?v={assets.version('b.js')}" in assets.script("a.js")
