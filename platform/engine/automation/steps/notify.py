"""`notify`: people are told in the bell, each in her language, as far as she wants to hear of workflows."""

from __future__ import annotations

from hanok.engine.automation.steps.base import Doing, Facts, StepKind
from hanok.engine.automation.whom import owners, people
from hanok.engine.automation.wording import texts
from hanok.engine.catalog.behaviour import Step
from hanok.engine.errors import Message, say
from hanok.engine.records.telling.kinds import WORKFLOW
from hanok.engine.records.telling.notices import tell


def notify(doing: Doing, step: Step) -> Facts:
    """Tells users. Who may not view the record is told nothing of it: her bell passes over the notice."""
    users = people(doing, step.data["to"]) if "to" in step.data else owners(doing)
    said, record = texts(doing, step.data["text"]), doing.running.subject
    about = (record.module, record.id) if record is not None else None
    tell(doing.conn, users, WORKFLOW, Message("{said}", {"said": said}), about=about, key=f"run:{doing.key}")
    return {"to": [str(id) for id in users], "text": said}


KIND = StepKind("notify", say("Tell people"), "bell", "write", notify)
