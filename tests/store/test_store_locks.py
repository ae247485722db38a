"""Two processes on one SQLite file: neither loses the other's rows, and the write-ahead log stays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from hanok.engine.store import open_store

WRITE = """
import sys
import sqlalchemy as sa
from hanok.engine.store import open_store
store = open_store(sys.argv[1])
with store.write() as conn:
    conn.execute(sa.table("t", sa.column("a")).insert().values(a=1))
store.dispose()
"""


def test_what_another_process_wrote_is_seen_by_connections_that_were_open(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path}/x.db"
    store = open_store(address)
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer))
    with store.write() as conn:
        table.create(conn)
    seen = []
    for _ in range(3):
        with store.read() as one, store.read() as other:
            one.execute(sa.select(table)).all()
            other.execute(sa.select(table)).all()
        subprocess.run([sys.executable, "-c", WRITE, address], check=True)
        with store.read() as conn:
            seen.append(conn.scalar(sa.select(sa.func.count()).select_from(table)))
    assert seen == [1, 2, 3]
    assert (tmp_path / "x.db-wal").exists()
    store.dispose()
