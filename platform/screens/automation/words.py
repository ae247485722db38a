"""States of runs and of their steps in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping

from hanok.engine.automation.run import CANCELLED, DONE, FAILED, RUNNING, SKIPPED, STOPPED, WAITING, Run
from hanok.engine.errors import say
from hanok.screens.admin.words import State

STATES: Mapping[str, State] = {
    one.key: one
    for one in (
        State(WAITING, say("Waiting"), "blue"),
        State(RUNNING, say("Running"), "teal"),
        State(FAILED, say("Failed"), "red"),
        State(DONE, say("Completed"), "green"),
        State(STOPPED, say("Stopped"), "orange"),
        State(SKIPPED, say("Did not apply"), "grey"),
        State(CANCELLED, say("Cancelled"), "grey"),
    )
}
#: A run that waits for its turn, and one that waits for an hour or an event of its own.
ASLEEP = State(WAITING, say("Waits"), "blue")
NOT_SENT = State("prepared", say("Not sent"), "orange")
PASSED = State("passed", say("Not waited for"), "orange")
STEP_STATES: Mapping[str, State] = {**STATES, WAITING: State(WAITING, say("Waits"), "blue")}


def state_of(run: Run) -> State:
    """How a run is said to be."""
    if run.state == WAITING and run.checkpoint is not None:
        return ASLEEP
    return STATES.get(run.state, STATES[WAITING])


def step_state(key: str) -> State:
    return STEP_STATES.get(key, STEP_STATES[DONE])
