"""The source files of the house, parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLATFORM = ROOT / "platform"


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def platform_files() -> list[Path]:
    return sorted(PLATFORM.rglob("*.py"))


def shown(path: Path, node: ast.AST) -> str:
    """`platform/engine/errors.py:12`"""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def called(node: ast.Call) -> str:
    """The last word of what is called: `text` for `sa.text(…)`."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    """The calls of functions or methods with one of these names."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call) and called(node) in names:
            yield node
