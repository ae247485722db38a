"""The version of a workflow that a run began with: the live one, or what was kept of a former one."""

from __future__ import annotations

import sqlalchemy as sa

from hanok.engine.automation.run import Run
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow, former_workflow
from hanok.engine.errors import Refused, say
from hanok.engine.store.automation_tables import workflow_version

GONE = say("The version of the workflow that this run began with is not there any more.")


def version_of(conn: sa.Connection, catalog: Catalog, run: Run) -> Workflow:
    """What the run does. Raises Refused where its version does not fit the modules of today."""
    live = catalog.workflows.get(run.workflow)
    if live is not None and live.hash == run.hash:
        return live
    document = conn.scalar(sa.select(workflow_version.c.document).where(workflow_version.c.hash == run.hash))
    if document is None:
        raise Refused(GONE)
    return former_workflow(catalog, run.workflow, document)
