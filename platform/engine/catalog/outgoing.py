"""Steps that reach people and other systems, read and checked: webhook, message, python, approval."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hanok.engine.catalog.behaviour import Step
from hanok.engine.catalog.words import is_reference
from hanok.engine.errors import say

if TYPE_CHECKING:
    from hanok.engine.catalog.actions import Path, Steps

#: The names that headers may have (RFC 9110), and those that are ours to write.
NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
OURS = frozenset({
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect",
    "accept-encoding", "idempotency-key", "hanok-signature",
})  # fmt: skip
SECRET = "$secret."  # noqa: S105  # the word before the name of one
#: The steps of an approval, by what was decided.
APPROVED, REJECTED = "approved", "rejected"


def webhook(steps: Steps, said: Mapping[str, Any], path: Path) -> Step:
    _text(steps, said["url"], (*path, "url"))
    for name, text in said.get("headers", {}).items():
        at = (*path, "headers", name)
        if not NAME.fullmatch(name):
            steps.wrong(at, say("“{name}” is no name of a header.", name=name))
        elif name.lower() in OURS:
            steps.wrong(at, say("The header {name} is written by the system.", name=name))
        _text(steps, text, at)
    if "body" in said:
        _leaves(steps, said["body"], (*path, "body"))
    return Step("webhook", said)


def message(steps: Steps, said: Mapping[str, Any], path: Path) -> Step:
    steps.recipients(said["to"], (*path, "to"))
    steps.texts(said["text"], (*path, "text"))
    return Step("message", said)


def python(steps: Steps, said: Mapping[str, Any], path: Path) -> Step:
    _leaves(steps, said.get("values", {}), (*path, "values"))
    return Step("python", said)


def approval(steps: Steps, said: Mapping[str, Any], path: Path) -> Step:
    """Its `rejected` steps end the run; what follows the approval is done where it was given."""
    for name in ("by", "escalate"):
        steps.recipients(said.get(name, []), (*path, name))
    steps.texts(said.get("text", {}), (*path, "text"))
    if "escalate" in said and "within" not in said:
        steps.wrong((*path, "escalate"), say("“escalate” says who decides after a time; “within” says after how long."))
    below = {
        APPROVED: steps.read(said.get(APPROVED, []), (*path, APPROVED)),
        REJECTED: (*steps.read(said.get(REJECTED, []), (*path, REJECTED)), Step("stop", True)),
    }
    return Step("approval", said, steps=below)


def _text(steps: Steps, text: str, path: Path) -> None:
    """A template of an address or a header, in which `$secret.name` stands for a secret of the settings."""
    if is_reference(text) and not text.startswith(SECRET):
        steps.wrong(path, say("This is a template: write {{{{ record.name }}}} instead of $record.name."))
    steps.template(text, path)


def _leaves(steps: Steps, written: Any, path: Path) -> None:
    """The texts of a document, each of which may stand for a value."""
    pairs = written.items() if isinstance(written, Mapping) else enumerate(written) if isinstance(written, list) else ()
    for key, each in pairs:
        _leaves(steps, each, (*path, key))
    if isinstance(written, str):
        steps.value_of(written, path)
