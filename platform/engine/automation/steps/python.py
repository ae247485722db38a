"""`python`: what a package with Python brings, done in the transaction of its row in the trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation.packages import installed
from hanok.engine.automation.plain import filled_in
from hanok.engine.automation.steps.base import Doing, Facts, StepKind
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Refused, say
from hanok.engine.records import Record

#: What packages bring actions as (`Surroundings.brought`).
BROUGHT = "actions"


@dataclass(frozen=True, slots=True)
class Call:
    """What an action of a package is given: the transaction, the catalog, who acts (the system, or whoever pressed the
    button), the record that the step is about (None: it is about none) and the values of the step, as plain JSON.
    In a `dry` run all is taken back: nothing may leave the house then."""

    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    record: Record | None
    values: Mapping[str, Any]
    dry: bool


#: It changes what it wants by `hanok.engine.records`; what it returns is told in the trace, as plain JSON.
Action = Callable[[Call], Mapping[str, Any] | None]


def run(doing: Doing, step: Step) -> Facts:
    """Calls the action. Raises Refused where no package here brings it."""
    here = doing.surroundings.brought if doing.surroundings else installed()
    brought: Mapping[str, Action] = here.get(BROUGHT, {})
    key = step.data["action"]
    if key not in brought:
        known = ", ".join(sorted(brought)) or "—"
        raise Refused(say("No package here brings the action “{key}”; there are: {known}.", key=key, known=known))
    values = filled_in(doing.words, dict(step.data.get("values", {})))
    given = Call(doing.conn, doing.catalog, doing.actor, doing.running.subject, values, doing.dry)
    told = brought[key](given)
    if doing.running.subject is not None:
        doing.running.again()
    return {"action": key, "values": values, **({"told": dict(told)} if told else {})}


KIND = StepKind("python", say("Python of a package"), "code", "write", run)
