"""Who may import whom. The rooms stand in one order; each imports only what stands below it.

`app, cli → studio, screens, api, portal → web → engine`, the four faces never each other; `demo` knows the engine
alone; inside the engine only what stands to the left in ENGINE; packages only `hanok.plugin`; nothing imports
packages, tests or the shipped metadata.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.sources import PLATFORM, ROOT, parsed, platform_files, shown

ENGINE = (
    "errors",
    "language",
    "fields",
    "conditions",
    "expressions",
    "catalog",
    "store",
    "access",
    "records",
    "accounts",
    "jobs",
    "automation",
    "deploy",
)
FACES = ("studio", "screens", "api", "portal")
LEVELS = {"engine": 0, "settings": 0, "web": 1, "demo": 1, **dict.fromkeys(FACES, 2), "plugin": 2, "app": 3, "cli": 4}
NOT_FOR_THE_ENGINE = {"flask", "flask_wtf", "werkzeug", "wtforms", "click", "waitress"}
NEVER = {"tests", "plugins", "platform"}


def imported(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every imported name with the statement that imports it; `from a import b` gives `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from ((node, f"{node.module}.{name.name}") for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, "." * node.level


def place(path: Path) -> tuple[str, ...]:
    """`("engine", "store")` for platform/engine/store/ids.py, `("cli",)` for platform/cli.py."""
    parts = path.relative_to(PLATFORM).with_suffix("").parts
    return parts[:2] if parts[0] == "engine" else parts[:1]


def forbidden(path: Path, name: str) -> str | None:
    """Why this file may not import that name."""
    here, words = place(path), name.split(".")
    if words[0] == "":
        return "imports are absolute"
    if words[0] in NEVER and path.name != "cli.py":
        return f"nothing imports {words[0]}"
    if here[0] == "engine" and words[0] in NOT_FOR_THE_ENGINE:
        return "the engine knows no web and no command line"
    if words[0] == "hanok":
        return _between_rooms(here, words[1:])
    return None


def _between_rooms(here: tuple[str, ...], there: list[str]) -> str | None:
    if there[:1] == ["metadata"]:
        return "metadata is data: read it through importlib.resources"
    if here[0] == "engine" and there[0] == "engine":
        return _inside_the_engine(here, there)
    if there[0] not in LEVELS or here[0] not in LEVELS:
        return f"no such room: {there[0] if there[0] not in LEVELS else here[0]}"
    if here[0] != there[0] and LEVELS[here[0]] <= LEVELS[there[0]]:
        return f"{here[0]} stands below or beside {there[0]}"
    return None


def _inside_the_engine(here: tuple[str, ...], there: list[str]) -> str | None:
    if len(here) < 2 or here[1] == "__init__":
        return "the engine itself has no doors: import its rooms"
    if len(there) < 2 or there[1] not in ENGINE:
        return f"no such room of the engine: {'.'.join(there)}"
    if here[1] not in ENGINE:
        return f"no such room of the engine: {here[1]}"
    return None if ENGINE.index(there[1]) <= ENGINE.index(here[1]) else f"{here[1]} stands left of {there[1]}"


@pytest.mark.parametrize("path", platform_files(), ids=lambda path: str(path.relative_to(PLATFORM)))
def test_a_file_imports_only_what_stands_below_it(path: Path) -> None:
    found = [(shown(path, node), name, forbidden(path, name)) for node, name in imported(parsed(path))]
    assert not [f"{where} imports {name}: {why}" for where, name, why in found if why]


def test_packages_reach_the_platform_through_one_door() -> None:
    wrong = [
        f"{shown(path, node)} imports {name}"
        for path in sorted((ROOT / "plugins").rglob("*.py"))
        for node, name in imported(parsed(path))
        if name.startswith("hanok.") and not name.startswith("hanok.plugin")
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("engine/fields/text.py", "hanok.engine.store.open_store"),
        ("engine/store/ids.py", "flask.g"),
        ("web/widgets.py", "hanok.screens.lists"),
        ("screens/lists.py", "hanok.api.pages"),
        ("screens/lists.py", "hanok.app.create_app"),
        ("engine/errors.py", "hanok.web.i18n"),
        ("engine/language/reading.py", "hanok.metadata"),
        ("app.py", "tests.builders"),
        ("web/i18n.py", "."),
    ],
)
def test_the_walk_finds_a_wrong_import(file: str, name: str) -> None:
    assert forbidden(PLATFORM / file, name)
