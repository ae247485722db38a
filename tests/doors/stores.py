"""What a site holds, as one hash for each of its tables and one for its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from hanok.engine.store import Store

#: What a refused request may leave: that somebody was there, and tried.
TRACES = frozenset({"hanok_session", "hanok_login", "hanok_rate"})
FILES = "files"


def hashes(store: Store, folder: Path, *, traces: bool = False) -> Mapping[str, str]:
    """Every table with a hash of all that stands in it, and the names of all files that are kept."""
    found = {}
    with store.read() as conn:
        for name in tables(conn, traces=traces):
            rows = sorted(map(repr, conn.exec_driver_sql(f'SELECT * FROM "{name}"')))
            found[name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    kept = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    found[FILES] = hashlib.sha256("\n".join(kept).encode()).hexdigest()
    return found


def tables(conn: sa.Connection, *, traces: bool) -> list[str]:
    return [name for name in sa.inspect(conn).get_table_names() if traces or name not in TRACES]


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The tables that differ."""
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}
