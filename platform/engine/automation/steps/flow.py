"""Steps that say where a run goes on: branch, each, stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.automation.seeing import condition_told
from hanok.engine.automation.steps.base import Doing, Done, Into, StepKind, Stop
from hanok.engine.automation.steps.records import NONE_HERE
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Message, Refused, say
from hanok.engine.records.acting.looking import MOST, linked


def branch(doing: Doing, step: Step) -> Done:
    """The steps of the first way whose condition holds."""
    asked: list[Any] = []
    for number in step.steps:
        node = step.nodes.get(number)
        if node is None:
            return Into({"way": int(number), "conditions": asked}, number)
        told = condition_told(doing, node)
        asked.append(told)
        if told["held"]:
            return Into({"way": int(number), "conditions": asked}, number)
    return {"way": None, "conditions": asked}


def each(doing: Doing, step: Step) -> Done:
    """The steps for each record of an end, at most so many."""
    record = doing.running.subject
    if record is None:
        raise Refused(NONE_HERE)
    key, home = step.data["of"], doing.catalog.module(record.module)
    limit = {"limit": step.nodes["where"], "record": doing.words.record.values} if "where" in step.nodes else {}
    hidden = key not in home.ends  # by a link that whoever pressed the button does not see
    found = () if hidden else doing.words.members(home, record.id, home.ends[key], **limit)
    most = min(int(step.data.get("most", MOST)), MOST)
    told = {"of": key, "records": min(len(found), most), "capped": len(found) >= most}
    return Into(told, "do", tuple(linked(one) for one in found[:most]))


def stop(doing: Doing, step: Step) -> Done:
    """The end, perhaps with a message."""
    return Stop({}, message_of_stop(step.data))


def message_of_stop(data: Any) -> Message | None:
    """What a `stop` says, as a message whose one fact is a text in each language."""
    return say("{message}", message=dict(data["message"])) if isinstance(data, Mapping) else None


BRANCH = StepKind("branch", say("Branch"), "git-branch", "flow", branch)
EACH = StepKind("each", say("For each"), "repeat", "flow", each)
STOP = StepKind("stop", say("Stop"), "player-stop", "flow", stop)
