"""Values that the platform keeps for itself, one per key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from hanok.engine.store.connections import Store
from hanok.engine.store.tables import setting


def kept(store: Store, key: str, make: Callable[[], Any]) -> Any:
    """The kept value of this key (anything that JSON can hold); made and stored when there is none yet."""
    with store.read() as conn:
        found = _value(conn, key)
    if found is not None:
        return found
    with store.write() as conn:
        if _value(conn, key) is None:
            conn.execute(setting.insert().values(key=key, value=make()))
        return _value(conn, key)


def _value(conn: sa.Connection, key: str) -> Any:
    return conn.scalar(sa.select(setting.c.value).where(setting.c.key == key))
