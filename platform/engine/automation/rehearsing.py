"""Long dry runs, in the background: a period in slices, each taken back by itself, with how far it came.

What a run would change is seen by those of the same slice alone: a slice is a day, or less where much happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.automation.tracing import Traced
from hanok.engine.automation.trying import Outcome, Period, Tried, dry_run
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import Denied, Message, NotFound, message_of, say, written
from hanok.engine.fields import Linked
from hanok.engine.jobs.job import SOON
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.work import Work

KEY = "workflow.dry"
#: Runs that one slice tries at most, the shortest slice, and how many runs are told step by step.
SLICE, SHORTEST, TOLD = 100, timedelta(minutes=1), 100
GONE = say("There is no workflow {workflow}.")


def ask(conn: sa.Connection, catalog: Catalog, actor: Actor, workflow: Workflow, period: Period) -> UUID:
    """Puts it into the queue; the id of the job. Raises Denied."""
    _check(actor)
    payload = {"workflow": workflow.key, "since": period.since.isoformat(), "until": period.until.isoformat()}
    title = say("Dry run of “{workflow}”", workflow=dict(workflow.label))
    return enqueue(conn, KEY, payload, priority=SOON, actor=actor, title=title)


def run(work: Work) -> dict[str, Any]:
    """Tries all of it: `{"href": …, "counts": {state: n}, "runs": […], "cut": …}`."""
    key = str(work.payload["workflow"])
    with work.read() as (conn, catalog):
        _check(work.actor(conn, catalog))
        workflow = catalog.workflows.get(key)
    if workflow is None:
        raise NotFound(Message(GONE.text, {"workflow": key}))
    since, until = (datetime.fromisoformat(work.payload[name]) for name in ("since", "until"))
    counts: Counter[str] = Counter()
    told: list[dict[str, Any]] = []
    cut, days = False, max(1, -(-(until - since) // timedelta(days=1)))
    work.progress(0, days)
    for outcome, came in _slices(work, workflow, since, until):
        counts.update(one.state for one in outcome.runs)
        told += [kept(one) for one in outcome.runs[: max(0, TOLD - len(told))]]
        cut = cut or outcome.cut
        work.progress(min(days, (came - since) // timedelta(days=1)), days)
    return {"href": f"/workflow/{key}/dry/{work.job.id}", "counts": dict(counts), "runs": told,
            "cut": cut or sum(counts.values()) > len(told)}  # fmt: skip


def _slices(work: Work, workflow: Workflow, since: datetime, until: datetime) -> Iterator[tuple[Outcome, datetime]]:
    """The outcomes of the slices, each with its end; a slice with too much in it is cut in two."""
    begin, long = since, timedelta(days=1)
    while begin < until:
        end = min(until, begin + long)
        outcome = dry_run(work.surroundings.live, workflow, Period(begin, end), most=SLICE)
        work.check()
        if outcome.cut and end - begin > SHORTEST:
            long = max(SHORTEST, (end - begin) / 2)
            continue
        yield outcome, end
        begin, long = end, min(timedelta(days=1), long * 2)


# -- as JSON -------------------------------------------------------------------------------------------------------
def kept(one: Tried) -> dict[str, Any]:
    """A run as it would be, as the result of a job keeps it."""
    return {
        "record": [one.record.module, str(one.record.id), one.record.title] if one.record else None,
        "at": one.at.isoformat() if one.at else None, "depth": one.depth, "state": one.state,
        "error": written(one.error), "steps": [_step(step) for step in one.steps],
    }  # fmt: skip


def restored(result: Mapping[str, Any]) -> Outcome:
    """The outcome of a job, as far as it is told."""
    return Outcome(tuple(_tried(one) for one in result["runs"]), bool(result["cut"]))


def _step(step: Traced) -> dict[str, Any]:
    return {**asdict(step), "at": step.at.isoformat(), "key": str(step.key), "told": dict(step.told)}


def _tried(said: Mapping[str, Any]) -> Tried:
    record = said["record"]
    steps = tuple(
        Traced(**{**step, "at": datetime.fromisoformat(step["at"]), "key": UUID(step["key"])}) for step in said["steps"]
    )
    return Tried(
        Linked(record[0], UUID(record[1]), record[2]) if record else None,
        datetime.fromisoformat(said["at"]) if said["at"] else None, said["depth"], said["state"],
        message_of(said["error"]), steps,
    )  # fmt: skip


def _check(actor: Actor) -> None:
    if not actor.governs:
        raise Denied(say("Only administrators may do this."))


KINDS = (Kind(KEY, say("Dry run"), run, attempts=2, long=True, own=True),)
