"""Uploads that wait for a save: rows of the table of files, without anything in them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from hanok.engine.store import Store, new_id
from hanok.engine.store.tables import file

NAMES = ("계약서.png", "Ångström.png", "STRASSE.PNG", "100% _ (2), b.png", "=1+1.png", "'a.png")
WAITS = timedelta(days=1)


def pending(store: Store, drawn: Random, *, several: bool) -> Any:
    """A new upload of nobody in particular, as a form names it; a list of up to three where a field takes several."""
    count = drawn.randint(1, 3) if several else 1
    now = datetime.now(UTC)
    rows = [
        {
            "id": new_id(), "sha256": f"{drawn.getrandbits(256):064x}", "size": drawn.randint(1, 10**6),
            "name": drawn.choice(NAMES), "type": "image/png", "state": "pending", "created_at": now,
            "until": now + WAITS,
        }
        for _ in range(count)
    ]  # fmt: skip
    with store.write() as conn:
        conn.execute(file.insert(), rows)
    named = [{"id": str(row["id"]), "name": row["name"]} for row in rows]
    return named if several else named[0]


def bring(source: Store, target: Store) -> None:
    """All files of a database as uploads of another one: a spreadsheet names files, it does not bring them."""
    with source.read() as conn:
        rows = [dict(row) for row in conn.execute(sa.select(file)).mappings()]
    waiting = {"state": "pending", "module": None, "record": None, "field": None,
               "until": datetime.now(UTC) + WAITS}  # fmt: skip
    if rows:
        with target.write() as conn:
            conn.execute(file.insert(), [row | waiting for row in rows])
