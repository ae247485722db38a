"""Reasons and states of hand-overs in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hanok.engine.errors import Message, say
from hanok.engine.jobs.job import CANCELLED, FAILED, WAITING, Job
from hanok.engine.records.handing.plan import BEGUN, DONE, LEAVER, MOVED, SWAP, UNDOING, UNDONE, Plan
from hanok.screens.admin.words import State


@dataclass(frozen=True, slots=True)
class Reason:
    """Why records are handed over: a card of the first step."""

    key: str
    label: Message
    meaning: Message
    icon: str


REASONS: Mapping[str, Reason] = {
    one.key: one
    for one in (
        Reason(LEAVER, say("Leaves the company"),
               say("All open records go to somebody else, or those of each kind to another person."), "user-x"),
        Reason(MOVED, say("Moves to another department"),
               say("Records of some kinds go to somebody else; the person may get a new team."), "users-group"),
        Reason(SWAP, say("Two change places"), say("Each gets the open records of the other."), "switch-horizontal"),
    )
}  # fmt: skip
STEPS: tuple[tuple[str, Message], ...] = (
    ("people", say("Who")), ("modules", say("What")), ("summary", say("Check and start")),
)  # fmt: skip
STATES: Mapping[str, State] = {
    one.key: one
    for one in (
        State("waiting", say("Waiting"), "blue"),
        State("running", say("Running"), "teal"),
        State("stopped", say("Stopped"), "orange"),
        State("failed", say("Failed"), "red"),
        State(DONE, say("Completed"), "green"),
        State(UNDOING, say("Being undone"), "teal"),
        State("undo_stopped", say("Undo was stopped"), "orange"),
        State(UNDONE, say("Undone"), "grey"),
    )
}


def state_of(plan: Plan, job: Job | None) -> State:
    """How a hand-over that has begun stands: its own state, and that of its job."""
    if plan.state in (DONE, UNDONE):
        return STATES[plan.state]
    stopped = job is None or job.state in (CANCELLED, FAILED)
    if plan.state == UNDOING:
        return STATES["undo_stopped" if stopped else UNDOING]
    assert plan.state == BEGUN
    if job is None or job.state == CANCELLED:
        return STATES["stopped"]
    if job.state == FAILED:
        return STATES["failed"]
    return STATES["waiting" if job.state == WAITING else "running"]
