"""The version of the system tables: bringing it forward, and refusing one that does not fit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from hanok.engine.errors import Refused, say
from hanok.engine.store.live import HOUSE, MIGRATION

VERSION_TABLE = "hanok_schema"


def configuration(conn: sa.Connection | None = None) -> Config:
    """Alembic's settings, in code: the migrations inside this package, on this connection."""
    config = Config()
    config.set_main_option("script_location", "hanok.engine.store:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = conn
    return config


def upgrade(conn: sa.Connection) -> None:
    """Runs the missing migrations in the transaction of `conn`."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(HOUSE, MIGRATION)))
    command.upgrade(configuration(conn), "head")


def check(conn: sa.Connection) -> None:
    """Raises Refused unless the system tables are exactly those of this code."""
    scripts = ScriptDirectory.from_config(configuration())
    found = MigrationContext.configure(conn, opts={"version_table": VERSION_TABLE}).get_current_revision()
    if found is None:
        raise Refused(say("The database is empty. Run: hanok init"))
    if found == scripts.get_current_head():
        return
    if found in {script.revision for script in scripts.walk_revisions()}:
        raise Refused(say("The database is of an older version of Hanok. Run: hanok upgrade"))
    raise Refused(say("The database is of a newer version of Hanok than this program. Install that version."))
