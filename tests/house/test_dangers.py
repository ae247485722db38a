"""What the code of the product never does: start processes, run text as code, unpickle, or take chance for a secret."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.sources import PLATFORM, called, calls, parsed, platform_files, shown

#: Modules that start programs, or make objects of bytes that somebody else wrote.
NEVER = {"subprocess", "pty", "pickle", "shelve", "marshal", "dill", "ctypes"}
#: Where chance is no secret: how long to wait, demo data, benches.
BY_CHANCE = ("engine/jobs/running.py", "engine/deploy/live.py", "engine/deploy/waiting.py", "demo/", "cli/bench/")


def imports(path: Path) -> list[tuple[str, ast.AST]]:
    found: list[tuple[str, ast.AST]] = []
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            found += [(name.name.split(".")[0], node) for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module.split(".")[0], node))
    return found


def test_no_process_is_started_and_nothing_unsafe_is_read() -> None:
    found = [shown(path, node) for path in platform_files() for name, node in imports(path) if name in NEVER]
    assert not found, found


@pytest.mark.parametrize("name", ["system", "popen", "execv", "execve", "spawnv", "fork"])
def test_no_call_of_the_operating_system_starts_one(name: str) -> None:
    found = [
        shown(path, call) for path in platform_files() for call in calls(path, name)
        if isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") == "os"
    ]  # fmt: skip
    assert not found, found


def test_no_text_is_run_as_code() -> None:
    found = [
        shown(path, call) for path in platform_files() for call in calls(path, "eval", "exec", "__import__")
        if isinstance(call.func, ast.Name) and called(call) != "compile"
    ]  # fmt: skip
    assert not found, found


def test_secrets_come_from_the_secrets_module() -> None:
    found = [
        shown(path, node) for path in platform_files() for name, node in imports(path)
        if name == "random" and not path.relative_to(PLATFORM).as_posix().startswith(BY_CHANCE)
    ]  # fmt: skip
    assert not found, found
