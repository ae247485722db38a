"""The schedules of workflows: written when a catalog goes live and when a workflow is switched, so that every worker
follows by the next tick."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from hanok.engine.automation.triggers.moments import coming
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import say
from hanok.engine.jobs.schedules import Schedule, keep_schedules
from hanok.engine.store.automation_tables import workflow_switch
from hanok.engine.store.moments import now
from hanok.engine.store.trigger_tables import sweep

#: How the keys of these schedules begin: those of the program have no colon.
OWN = "workflow:"
#: The kinds of jobs that go through records: of a schedule, and of what comes due.
SWEEP, DUE = "workflow.sweep", "workflow.due"
EVERY_MINUTE = "* * * * *"


def keep(conn: sa.Connection, catalog: Catalog) -> None:
    """Writes the schedules of the catalog's workflows: new ones, those that changed; the others go.

    What comes due counts from the moment at which its schedule was first written.
    """
    wanted = tuple(schedules_of(conn, catalog))
    keep_schedules(conn, wanted, zone=catalog.app.zone, begins=OWN)
    due = {one.key for one in wanted if one.kind == DUE}
    known = set(conn.scalars(sa.select(sweep.c.schedule)))
    gone, new = sorted(known - due), sorted(due - known)
    if gone:
        conn.execute(sweep.delete().where(sweep.c.schedule.in_(gone)))
    if new:
        moment = now(conn)
        conn.execute(sweep.insert(), [{"schedule": key, "until": moment} for key in new])


def schedules_of(conn: sa.Connection, catalog: Catalog) -> Iterator[Schedule]:
    """One for each active workflow that the clock begins."""
    timed = [one for one in catalog.workflows.values() if one.trigger.kind in ("schedule", "due", "anniversary")]
    rows = conn.execute(sa.select(workflow_switch.c.workflow, workflow_switch.c.active)) if timed else ()
    said = {row.workflow: row.active for row in rows}
    for one in timed:
        if said.get(one.key, one.active):
            label = say("Workflow “{workflow}”", workflow=dict(one.label))
            kind = SWEEP if one.trigger.kind == "schedule" else DUE
            yield Schedule(key_of(one.key), kind, label, cron_of(catalog, one), payload={"workflow": one.key})


def key_of(workflow: str) -> str:
    """The key of its schedule."""
    return f"{OWN}{workflow}"


def cron_of(catalog: Catalog, workflow: Workflow) -> str:
    """When it is looked: as it says; of what comes due on a day at that time, of what does at a moment each minute."""
    settings = workflow.trigger.settings
    if workflow.trigger.kind == "schedule":
        return str(settings["schedule"])
    offset, at = str(settings.get("offset", "")), str(settings.get("at", ""))
    field = catalog.module(workflow.module).field(workflow.trigger.fields[0])
    if (field.type.key != "date" and not at) or offset[-1:] in ("h", "m"):
        return EVERY_MINUTE
    wall = coming(catalog.app.zone, offset, at).wall
    return f"{wall.minute} {wall.hour} * * *"
