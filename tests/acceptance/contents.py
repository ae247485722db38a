"""What a database holds, all of it, as one mapping: to say that nothing has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

#: Who was seen when, and what a worker beside does meanwhile: changes without anybody's doing.
FLEETING = frozenset({
    "hanok_session", "hanok_login_attempt", "hanok_recent", "hanok_worker", "hanok_outbox", "hanok_job",
    "hanok_schedule",
})  # fmt: skip


def tables(address: str, *, without: frozenset[str] = FLEETING) -> Mapping[str, str]:
    """Each table with a digest of its columns and rows."""
    engine = sa.create_engine(address)
    try:
        with engine.connect() as conn:
            names = [name for name in sa.inspect(conn).get_table_names() if name not in without]
            return {name: _digest(conn, name) for name in names}
    finally:
        engine.dispose()


def _digest(conn: sa.Connection, name: str) -> str:
    found = conn.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
    rows = sorted(repr(tuple(row)) for row in found)
    return hashlib.sha256("\n".join([*found.keys(), *rows]).encode()).hexdigest()


def files(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.yaml")}
