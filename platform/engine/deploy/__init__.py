"""From documents to a live database: plan, prepare, switch, finish; revisions; the catalog that a process serves.

The physical schema only grows: tables, columns and indexes are created, and nothing but an index is ever dropped; but a
purge drops what nothing live uses. What runs is the plan that was shown. Until the switch commits everything is wholly
old, afterwards wholly new; what is left to do then stands in the database, and whoever comes next may go on with it.
"""

from hanok.engine.deploy.clock import Clock
from hanok.engine.deploy.finish import REFRESHES, Refresh, finish, refresh_records
from hanok.engine.deploy.leftovers import Leftover
from hanok.engine.deploy.live import Live, load_live
from hanok.engine.deploy.plan import Plan, Step
from hanok.engine.deploy.planning import load_catalog, make_plan
from hanok.engine.deploy.progress import Progress, silent
from hanok.engine.deploy.purge import plan_purge, purge
from hanok.engine.deploy.retyping import Lost, lost_values
from hanok.engine.deploy.revisions import OpenStep, Revision, current, layers_of, open_steps, revisions
from hanok.engine.deploy.run import deploy
from hanok.engine.deploy.settings import read_settings
from hanok.engine.deploy.site import (
    FileState,
    Site,
    Status,
    backup_sqlite,
    init_site,
    open_site,
    pending_layers,
    plan_rollback,
    plan_site,
    shipped_layers,
    status,
    write_manifest,
)

__all__ = [
    "REFRESHES", "Clock", "FileState", "Leftover", "Live", "Lost", "OpenStep", "Plan", "Progress", "Refresh",
    "Revision", "Site", "Status", "Step", "backup_sqlite", "current", "deploy", "finish", "init_site", "layers_of",
    "load_catalog", "load_live", "lost_values", "make_plan", "open_site", "open_steps", "pending_layers", "plan_purge",
    "plan_rollback", "plan_site", "purge", "read_settings", "refresh_records", "revisions", "shipped_layers", "silent",
    "status", "write_manifest",
]  # fmt: skip
