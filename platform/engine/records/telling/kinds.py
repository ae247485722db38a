"""The kinds of notices: a new one is a line here, a sentence where it is told, and a translation of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from hanok.engine.errors import Message, say


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice. `label` is what its reader chooses by, `icon` what stands for it where nobody has a face."""

    key: str
    label: Message
    icon: str


ASSIGNED, MENTIONED, CHANGED, ENDED, WORKFLOW = "assigned", "mentioned", "changed", "ended", "workflow"
MAILED, DUE, APPROVAL = "mailed", "due", "approval"
BUILT_IN: tuple[Kind, ...] = (
    Kind(ASSIGNED, say("Somebody gave me a record"), "user-check"),
    Kind(MENTIONED, say("Somebody mentioned me"), "at"),
    Kind(CHANGED, say("A record that I follow changed"), "bell"),
    Kind(MAILED, say("A mail came for a record of mine"), "mail"),
    Kind(DUE, say("Something of mine begins or is due soon"), "alarm"),
    Kind(ENDED, say("My work in the background ended"), "hourglass"),
    Kind(WORKFLOW, say("A workflow tells me something"), "git-branch"),
    Kind(APPROVAL, say("My approval is asked for"), "checks"),
)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.key: kind for kind in BUILT_IN})
