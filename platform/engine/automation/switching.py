"""Workflows switched on and off on this site, without a deploy, whatever their documents say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation.triggers.keeping import keep
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import Denied, NotFound, say
from hanok.engine.records.deeds import tell
from hanok.engine.store.automation_tables import workflow_switch
from hanok.engine.store.moments import now


@dataclass(frozen=True, slots=True)
class Switch:
    """What was said on this site: whether it is active, since when, by whom (the id of a user)."""

    active: bool
    at: datetime
    user: UUID | None


def switches(conn: sa.Connection) -> Mapping[str, Switch]:
    """All that was switched, by the keys of workflows."""
    rows = conn.execute(sa.select(workflow_switch)).mappings()
    return {row["workflow"]: Switch(row["active"], row["at"], row["user_id"]) for row in rows}


def is_active(conn: sa.Connection, workflow: Workflow) -> bool:
    """Whether it begins runs: as it was switched here, else as its document says."""
    said = conn.scalar(sa.select(workflow_switch.c.active).where(workflow_switch.c.workflow == workflow.key))
    return workflow.active if said is None else bool(said)


def switch(conn: sa.Connection, catalog: Catalog, actor: Actor, key: str, *, active: bool) -> bool:
    """Switches a workflow on or off; False where it is so already. Raises Denied and NotFound.

    Runs that began before go on to their end.
    """
    if not actor.governs and actor.id is not None:
        raise Denied(say("Only administrators may do this."))
    workflow = catalog.workflows.get(key)
    if workflow is None:
        raise NotFound(say("There is no workflow {workflow}.", workflow=key))
    if is_active(conn, workflow) is active:
        return False
    conn.execute(workflow_switch.delete().where(workflow_switch.c.workflow == key))
    if workflow.active is not active:
        row = {"workflow": key, "active": active, "at": now(conn), "user_id": actor.id}
        conn.execute(workflow_switch.insert().values(row))
    keep(conn, catalog)
    done = "switched_on" if active else "switched_off"
    tell(conn, actor, "workflow", done, about=key, title=workflow.label.get("en", key))
    return True
