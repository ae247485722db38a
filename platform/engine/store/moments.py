"""What time it is, for decisions that several processes share."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment


def now(conn: sa.Connection) -> datetime:
    """This moment in UTC: the server's on PostgreSQL, so that machines need not agree; this machine's on SQLite."""
    if conn.dialect.name == "sqlite":
        return datetime.now(UTC)
    found: datetime = conn.execute(sa.select(sa.func.clock_timestamp(type_=Moment()))).scalar_one()
    return found
