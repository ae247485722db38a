"""What time it is, for decisions that several processes share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from hanok.engine.fields.columns import Moment


def now(conn: sa.Connection) -> datetime:
    """This moment in UTC: the server's on PostgreSQL, so that machines need not agree; this machine's on SQLite."""
    if conn.dialect.name == "sqlite":
        return datetime.now(UTC)
    found: datetime = conn.execute(sa.select(sa.func.clock_timestamp(type_=Moment()))).scalar_one()
    return found


def here(conn: sa.Connection, plus: timedelta = timedelta(0)) -> sa.ColumnElement[datetime]:
    """The same, or so much later, as a part of a statement: on PostgreSQL nobody has to ask the server for it first."""
    if conn.dialect.name == "sqlite":
        return sa.literal(datetime.now(UTC) + plus, Moment())
    return server_now(plus)


def server_now(plus: timedelta = timedelta(0)) -> sa.ColumnElement[datetime]:
    """When the statement began, by the clock of a PostgreSQL server."""
    now = sa.func.statement_timestamp(type_=sa.DateTime(timezone=True))
    return sa.type_coerce(now + sa.literal(plus, sa.Interval()) if plus else now, Moment())
