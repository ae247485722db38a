"""The database: how to reach it, what the platform itself keeps in it, and how those system tables grow.

A connection is one transaction: `Store.read()` never writes, `Store.write()` holds the write lock from its first
moment, and neither becomes the other. System tables are named `hanok_*` and change by migrations only; the tables of
modules are the deploy room's. The same values come back from SQLite and PostgreSQL.
"""

from hanok.engine.store import account_tables as _accounts  # noqa: F401  # its tables stand beside the others
from hanok.engine.store import approval_tables as _approvals  # noqa: F401  # and so do its
from hanok.engine.store import automation_tables as _automation  # noqa: F401  # and so do its
from hanok.engine.store import desk_tables as _desk  # noqa: F401  # and so do its
from hanok.engine.store import job_tables as _jobs  # noqa: F401  # and so do its
from hanok.engine.store import merge_tables as _merges  # noqa: F401  # and so do its
from hanok.engine.store import trigger_tables as _triggers  # noqa: F401  # and so do its
from hanok.engine.store.connections import Store, open_store
from hanok.engine.store.ids import new_id
from hanok.engine.store.live import held_revision, live_revision

__all__ = ["Store", "held_revision", "live_revision", "new_id", "open_store"]
