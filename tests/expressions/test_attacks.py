"""Each payload of `payloads` is refused, or worth nothing, within 100 ms of CPU and 50 MB.

They run in a process of their own, whose memory and time the system bounds: what would hang is killed, and seen.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.expressions.attacked import MEMORY, SECONDS
from tests.expressions.payloads import HARMLESS, REFUSED
from tests.house.sources import ROOT

CORPUS = [payload for group in REFUSED.values() for payload in group]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Any]:
    """What became of each payload: refused or not, its value, seconds of CPU, bytes allocated at the most."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.expressions.attacked"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(CORPUS)) >= 200


@pytest.mark.parametrize("group", REFUSED)
def test_what_could_harm_is_refused_before_it_runs(group: str, outcomes: dict[str, Any]) -> None:
    let_through = [payload for payload in REFUSED[group] if not outcomes[payload]["refused"]]
    assert not let_through


def test_what_is_let_through_is_worth_nothing_more(outcomes: dict[str, Any]) -> None:
    worth = {payload: None if value is None else str(value) for payload, value in HARMLESS.items()}
    assert {payload: outcomes[payload]["value"] for payload in HARMLESS} == worth


def test_none_takes_more_than_its_time_and_memory(outcomes: dict[str, Any]) -> None:
    slowest = max(outcomes, key=lambda payload: outcomes[payload]["cpu"])
    largest = max(outcomes, key=lambda payload: outcomes[payload]["memory"])
    assert outcomes[slowest]["cpu"] < SECONDS, slowest[:80]
    assert outcomes[largest]["memory"] < MEMORY, largest[:80]
