"""Steps that begin other runs: another workflow for the same record, or whatever listens to a signal."""

from __future__ import annotations

from hanok.engine.automation.beginning import begin
from hanok.engine.automation.cause import Cause
from hanok.engine.automation.steps.base import Doing, Facts, StepKind
from hanok.engine.automation.switching import is_active
from hanok.engine.catalog.behaviour import Step
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.errors import Refused, say
from hanok.engine.fields import Linked
from hanok.engine.records.acting.looking import linked


def call(doing: Doing, step: Step) -> Facts:
    """Begins another workflow for the record, unless that is switched off, and goes on without waiting for it."""
    found = doing.catalog.workflows.get(step.data)
    if found is None:
        raise Refused(say("There is no workflow “{key}”.", key=step.data))
    subject = _subject(doing)
    if subject is not None and subject.module != found.module:
        raise Refused(say("The workflow “{key}” is about other records.", key=found.key))
    if not is_active(doing.conn, found):
        return {"workflow": found.key, "runs": [], "off": True}
    return {"workflow": found.key, "runs": _begun(doing, [found], subject, "manual", found.key)}


def signal(doing: Doing, step: Step) -> Facts:
    """Begins every workflow that listens to the signal and is about such records."""
    subject = _subject(doing)
    module = subject.module if subject else doing.run.module
    listening = [
        each for each in doing.catalog.workflows.values()
        if each.trigger.kind == "signal" and each.trigger.settings.get("signal") == step.data
        and each.module == module
    ]  # fmt: skip
    return {"signal": step.data, "runs": _begun(doing, listening, subject, "signal", step.data)}


def _begun(doing: Doing, workflows: list[Workflow], subject: Linked | None, kind: str, name: str) -> list[str]:
    run = doing.run
    cause = Cause(kind, actor=None, by=doing.actor.title, depth=run.depth + 1, parent=run.id, facts={"signal": name})
    begun = [begin(doing.conn, doing.catalog, each, subject, cause) for each in workflows]
    return [str(id) for id in begun if id is not None]


def _subject(doing: Doing) -> Linked | None:
    return linked(doing.running.subject) if doing.running.subject is not None else None


CALL = StepKind("workflow", say("Run a workflow"), "arrow-iteration", "write", call)
SIGNAL = StepKind("signal", say("Give a signal"), "broadcast", "write", signal)
