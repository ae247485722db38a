"""SQL is built by SQLAlchemy Core with bound values; no text of SQL is put together from pieces.

Constant text stands in `store` (pragmas, migrations) and, for what SQLAlchemy has no words for, in `deploy`.
Only there may a name go into a text, and then it comes from a function that quotes it.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.sources import PLATFORM, calls, platform_files, shown

RUNNERS = ("execute", "exec_driver_sql", "scalar", "scalars", "executemany", "executescript")
TEXT_MAKERS = ("text", "exec_driver_sql", "literal_column")
CONSTANT_TEXT = ("engine/store/", "engine/deploy/")
RUNS_SQL = (
    *CONSTANT_TEXT, "engine/records/", "engine/accounts/", "engine/jobs/", "engine/automation/",
    "cli/bench/",  # fills tables past the engine, and compares it with a statement written by hand
)  # fmt: skip


def is_built(node: ast.expr) -> bool:
    """A string put together: an f-string with holes, `+` or `%` on strings, `.format(…)`, `.join(…)`."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return any(_is_string(side) for side in (node.left, node.right))
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join")
        and _is_string(node.func.value)
    )


def _is_string(node: ast.expr) -> bool:
    constant = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return constant or isinstance(node, ast.JoinedStr) or is_built(node)


def is_pragma(node: ast.expr) -> bool:
    """SQLite's settings take no bound values; theirs are constants of the code."""
    return isinstance(node, ast.JoinedStr) and ast.unparse(node)[2:].startswith("PRAGMA ")


def room(path: Path) -> str:
    return str(path.relative_to(PLATFORM).parent) + "/"


@pytest.mark.parametrize("path", platform_files(), ids=lambda path: str(path.relative_to(PLATFORM)))
def test_no_text_of_sql_is_put_together(path: Path) -> None:
    built = [
        shown(path, call)
        for call in calls(path, *TEXT_MAKERS, *RUNNERS)
        for value in call.args[:1]
        if is_built(value) and not (room(path).startswith("engine/store/") and is_pragma(value))
    ]
    assert not built


def test_constant_sql_text_stands_only_where_tables_are_made() -> None:
    found = [
        shown(path, call)
        for path in platform_files()
        if not room(path).startswith(CONSTANT_TEXT)
        for call in calls(path, *TEXT_MAKERS)
        if call.args and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
        if _is_sqlalchemys(call)
    ]
    assert not found


def _is_sqlalchemys(call: ast.Call) -> bool:
    """`sa.text(…)`, `sqlalchemy.text(…)`, `conn.exec_driver_sql(…)`, not somebody's own `text(…)`."""
    if not isinstance(call.func, ast.Attribute):
        return False
    owner = call.func.value
    return call.func.attr == "exec_driver_sql" or (isinstance(owner, ast.Name) and owner.id in ("sa", "sqlalchemy"))


def test_only_the_rooms_of_data_run_statements() -> None:
    found = [
        shown(path, call)
        for path in platform_files()
        if not room(path).startswith(RUNS_SQL)
        for call in calls(path, *RUNNERS)
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value).endswith(("conn", "connection"))
    ]
    assert not found


@pytest.mark.parametrize(
    "source",
    [
        'conn.execute(f"SELECT {name}")',
        'conn.execute(sa.text("SELECT " + name))',
        'conn.exec_driver_sql("DROP TABLE %s" % name)',
        'sa.text("SELECT {}".format(name))',
        'sa.text(" AND ".join(parts))',
    ],
)
def test_the_walk_finds_built_sql(source: str) -> None:
    tree = ast.parse(source)
    assert any(is_built(value) for node in ast.walk(tree) if isinstance(node, ast.Call) for value in node.args[:1])
