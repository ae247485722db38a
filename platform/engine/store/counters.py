"""Numbers that never repeat within one counter."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.store.tables import counter


def draw(conn: sa.Connection, key: str, *, start: int = 1) -> int:
    """The next number of this counter; `start` is its first. A rolled back transaction gives its number back.

    The counter's row stays locked until the transaction ends, so draw late.
    """
    insert = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    statement = insert(counter).values(key=key, value=start)
    statement = statement.on_conflict_do_update(index_elements=[counter.c.key], set_={"value": counter.c.value + 1})
    return int(conn.execute(statement.returning(counter.c.value)).scalar_one())
