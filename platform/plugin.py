"""The public door for packages with Python: what they may bring to workflows, and what they get to work with.

A package names what it brings as entry points of its distribution:

    [project.entry-points."hanok.actions"]
    "projects.plan" = "hanok_projects.actions:plan"

    [project.entry-points."hanok.messengers"]
    acme_sms = "hanok_acme:messenger"

`plan(call: Call)` changes what it wants by `records`, in the transaction of its step, and returns what the trace tells.
`messenger(surroundings)` makes a `Messenger`; what it sends it sends at least once, under a key that stays the same.
"""

from __future__ import annotations

from hanok.engine import records
from hanok.engine.automation.messengers import Messenger
from hanok.engine.automation.steps.base import Retry
from hanok.engine.automation.steps.python import Action, Call
from hanok.engine.errors import Invalid, Message, Refused, say
from hanok.engine.jobs.surroundings import Surroundings
from hanok.engine.jobs.work import GiveUp

__all__ = [
    "Action", "Call", "GiveUp", "Invalid", "Message", "Messenger", "Refused", "Retry", "Surroundings", "records", "say",
]  # fmt: skip
