"""What the code imports is what `pyproject.toml` asks for."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.house.sources import ROOT, parsed, platform_files
from tests.house.test_imports import imported

COMES_ALONG = {"markupsafe": "jinja2", "werkzeug": "flask", "wtforms": "flask-wtf"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(*groups: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = [*project["dependencies"], *(line for group in groups for line in project["optional-dependencies"][group])]
    return {normal(re.split(r"[\[<>=!~; ]", line, maxsplit=1)[0]) for line in lines}


def undeclared(files: list[Path], declared: set[str]) -> set[str]:
    provided = packages_distributions()
    tops = {name.partition(".")[0] for path in files for _, name in imported(parsed(path))}
    outside = tops - set(sys.stdlib_module_names) - {"hanok", "tests", "tools", ""}
    names = {top: {normal(COMES_ALONG.get(top, name)) for name in provided.get(top, [])} for top in outside}
    return {top for top in outside if not names[top] & declared}


def test_the_platform_imports_only_declared_libraries() -> None:
    assert not undeclared(platform_files(), asked_for())


def test_the_tests_import_only_declared_libraries() -> None:
    assert not undeclared(sorted((ROOT / "tests").rglob("*.py")), asked_for("dev"))
