"""Steps about records: set, assign, create, link, unlink, delete. Each is what a hand could do, done by the system."""

from __future__ import annotations

from typing import Any

from hanok.engine.automation.steps.base import Doing, Facts, StepKind
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Refused, say
from hanok.engine.records import Record
from hanok.engine.records.acting.choosing import check_assignable
from hanok.engine.records.acting.giving import given
from hanok.engine.records.acting.steps import RUNNERS, owner_of
from hanok.engine.records.read import identity
from hanok.engine.records.trail import differences

NONE_HERE = say("This run is about no record, or about one that is gone.")


def _do(doing: Doing, step: Step) -> Facts:
    """Does it, and tells what became of the record."""
    running = doing.running
    before, made = running.subject, len(running.created)
    if before is None and step.kind != "create":
        raise Refused(NONE_HERE)
    RUNNERS[step.kind](running, step)
    told: dict[str, Any] = {"record": record_told(running.subject or before)}
    if step.kind == "delete":
        told["deleted"] = True
    elif before is not None and running.subject is not None:
        told["changes"] = changes(doing, before, running.subject)
    if len(running.created) > made:
        told["created"] = [
            {"module": one.module, "id": str(one.id), "title": one.title} for one in running.created[made:]
        ]
    if step.kind in ("link", "unlink"):
        told["ends"] = list(step.data)
    return told


def _assign(doing: Doing, step: Step) -> Facts:
    """Gives the record to somebody who may be given it; by hand the validator asks that, for the system it does not."""
    to = step.data["to"]
    if doing.running.subject is not None and isinstance(to, str):
        raw = given(doing.words, owner_of(doing.running.module), to)
        if raw is not None:
            check_assignable(doing.conn, doing.catalog, doing.running.module, identity(str(raw)))
    return _do(doing, step)


def record_told(record: Record | None) -> Any:
    """A record as the trace names it."""
    return None if record is None else {"module": record.module, "id": str(record.id), "title": record.title}


def changes(doing: Doing, before: Record, after: Record) -> dict[str, list[Any]]:
    """Field → [before, after] of what differs now, as the trail keeps it."""
    module = doing.catalog.module(before.module)
    own = {
        key: after.values.get(key)
        for key, found in module.fields.items()
        if not found.type.apart and key in after.values
    }
    return differences(module, before.values, own)


SET = StepKind("set", say("Set values"), "pencil", "write", _do)
ASSIGN = StepKind("assign", say("Assign"), "user-check", "write", _assign)
CREATE = StepKind("create", say("Make a record"), "plus", "write", _do)
LINK = StepKind("link", say("Link"), "link", "write", _do)
UNLINK = StepKind("unlink", say("Unlink"), "unlink", "write", _do)
DELETE = StepKind("delete", say("Delete"), "trash", "write", _do)
