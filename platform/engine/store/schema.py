"""The version of the system tables: bringing it forward, and refusing one that does not fit.

Alembic is imported where it is needed: every command looks at the version, few bring it forward.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import sqlalchemy as sa

from hanok.engine.errors import Refused, say
from hanok.engine.store.live import HOUSE, MIGRATION

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "hanok_schema"


def configuration(conn: sa.Connection | None = None) -> Config:
    """Alembic's settings, in code: the migrations inside this package, on this connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "hanok.engine.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    return config


def upgrade(conn: sa.Connection) -> None:
    """Runs the missing migrations in the transaction of `conn`."""
    from alembic import command

    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(HOUSE, MIGRATION)))
    command.upgrade(configuration(conn), "head")


def revisions() -> tuple[str, ...]:
    """The revisions that this code knows, the first one first. Files are named after theirs: r0001_first_tables.py."""
    versions = files("hanok.engine.store").joinpath("migrations", "versions")
    names = [file.name for file in versions.iterdir() if file.name.endswith(".py") and file.name.startswith("r")]
    return tuple(sorted(name[1:].partition("_")[0] for name in names))


def current(conn: sa.Connection) -> str | None:
    """The revision of this database, None when it is empty."""
    if not sa.inspect(conn).has_table(VERSION_TABLE):
        return None
    return conn.scalar(sa.select(sa.table(VERSION_TABLE, sa.column("version_num", sa.Text)).c.version_num))


def check(conn: sa.Connection) -> None:
    """Raises Refused unless the system tables are exactly those of this code."""
    found, known = current(conn), revisions()
    if found is None:
        raise Refused(say("The database is empty. Run: hanok init"))
    if found == known[-1]:
        return
    if found in known:
        raise Refused(say("The database is of an older version of Hanok. Run: hanok upgrade"))
    raise Refused(say("The database is of a newer version of Hanok than this program. Install that version."))
