"""What a site holds, as one hash for each of its tables and one for its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from hanok.engine.store import Store

#: What a refused request may leave: that somebody was there, and tried.
TRACES = frozenset({"hanok_session", "hanok_login", "hanok_rate"})
FILES = "files"


def hashes(store: Store, folder: Path, *, traces: bool = False) -> Mapping[str, str]:
    """Every table with a hash of all that stands in it, and the names of all files that are kept."""
    names = [name for name in tables(store) if traces or name not in TRACES]
    with store.read() as conn:
        cursor: Any = conn.connection.cursor()
        found = _at_once(cursor, names) if conn.dialect.name == "postgresql" else _one_by_one(cursor, names)
    kept = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    found[FILES] = hashlib.sha256("\n".join(kept).encode()).hexdigest()
    return found


def _one_by_one(cursor: Any, names: list[str]) -> dict[str, str]:
    found = {}
    for name in names:
        cursor.execute(f'SELECT * FROM "{name}"')
        found[name] = hashlib.sha256("\n".join(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    return found


def _at_once(cursor: Any, names: list[str]) -> dict[str, str]:
    """The same by one statement: a server is asked once."""
    each = """SELECT '{0}', coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM "{0}" t"""
    cursor.execute(" UNION ALL ".join(each.format(name) for name in names))
    return dict(cursor.fetchall())


@lru_cache(maxsize=4)
def tables(store: Store) -> tuple[str, ...]:
    with store.read() as conn:
        return tuple(sa.inspect(conn).get_table_names())


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The tables that differ."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}
