"""The kinds of steps that workflows have, one file each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from hanok.engine.automation.steps import (
    approval,
    email,
    flow,
    message,
    notify,
    others,
    python,
    records,
    waiting,
    webhook,
)
from hanok.engine.automation.steps.base import StepKind


def kinds_of(kinds: Iterable[StepKind]) -> Mapping[str, StepKind]:
    """The frozen registry by key. Raises ValueError when two have the same key."""
    found: dict[str, StepKind] = {}
    for kind in kinds:
        if kind.key in found:
            raise ValueError(f"two kinds of steps are called {kind.key}")
        found[kind.key] = kind
    return MappingProxyType(found)


STEPS: Mapping[str, StepKind] = kinds_of((
    records.SET, records.ASSIGN, records.CREATE, records.LINK, records.UNLINK, records.DELETE,
    flow.BRANCH, flow.EACH, flow.STOP, waiting.WAIT, others.CALL, others.SIGNAL, email.EMAIL,
    notify.KIND, webhook.KIND, message.KIND, python.KIND, approval.KIND,
))
