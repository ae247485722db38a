"""`approval`: the run waits until enough of those who are asked approved, or too few are left who could."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hanok.engine.automation import approving
from hanok.engine.automation.approving import Approval
from hanok.engine.automation.approving.waiting import APPROVED, OPEN, of_step
from hanok.engine.automation.steps.base import Doing, Done, Into, Pause, StepKind
from hanok.engine.automation.steps.waiting import after
from hanok.engine.automation.whom import people
from hanok.engine.automation.wording import texts
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import say
from hanok.engine.records.acting.looking import linked

ALL = "all"


def approval(doing: Doing, step: Step) -> Done:
    """Asks the first time; each further time looks what was decided, and whether the time is up."""
    one = of_step(doing.conn, doing.catalog, doing.key)
    if one is None:
        return _asked(doing, step.data)
    if one.state != OPEN:
        return Into(told(one), one.state)
    if one.due is None or one.due > datetime.now(UTC):
        return Pause(told(one), due=one.due)
    if "escalate" not in step.data:
        approving.expire(doing.conn, one)
        return Into({**told(one), "expired": True}, "rejected")
    others = approving.ask_others(doing.conn, one, people(doing, step.data["escalate"]))
    return Pause({**told(one), "escalated": [str(id) for id in others]})


def _asked(doing: Doing, data: Mapping[str, Any]) -> Done:
    """Asks; a dry run goes on as if it was approved."""
    found = people(doing, data["by"])
    need = len(found) if data.get("need") == ALL else int(data.get("need", 1))
    due = after(data["within"], doing.actor.zone or doing.catalog.app.zone) if "within" in data else None
    subject = linked(doing.running.subject) if doing.running.subject is not None else None
    said = texts(doing, data["text"]) if "text" in data else _plain(doing)
    id = approving.ask(doing.conn, doing.run, doing.key, subject, said, found, need=max(need, 1), due=due)
    one = approving.approval_of(doing.conn, doing.catalog, id)
    return Into(told(one), APPROVED) if doing.dry else Pause(told(one), due=due)


def _plain(doing: Doing) -> dict[str, str]:
    """What is asked where nothing is written: the record."""
    subject = doing.running.subject
    return dict.fromkeys(doing.catalog.app.languages, subject.title if subject is not None else doing.actor.title)


def told(one: Approval) -> dict[str, Any]:
    """The approval as the trace keeps it."""
    return {
        "approval": str(one.id), "text": dict(one.text), "need": one.need, "state": one.state,
        "voices": [
            {"user": str(each.user), "name": each.name, "how": each.how, "state": each.state, "comment": each.comment,
             "at": each.at.isoformat()} for each in one.voices
        ],
    }  # fmt: skip


KIND = StepKind("approval", say("Ask for approval"), "checks", "flow", approval)
