"""What happened just now: one sentence on the next page, with a way back where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import g, session

from hanok.engine.errors import Message, say
from hanok.web.i18n import translate

_KEY = "notices"
#: They wait in a cookie, which browsers throw away beyond four kilobytes.
MOST = 4


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence; `action` is where its button posts, with these values."""

    text: str
    kind: str = "done"
    action: str = ""
    label: str = ""
    values: tuple[tuple[str, str], ...] = ()


def notify(
    said: Message,
    *,
    kind: str = "done",
    undo: str = "",
    label: Message | None = None,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Say it on the next page. `undo` is the address that takes it back; its button says `label`, else "Undo"."""
    notice = {
        "text": translate(said, g.language),
        "kind": kind,
        "action": undo,
        "label": translate(label or say("Undo"), g.language) if undo else "",
        "values": [[name, str(value)] for name, value in (values or {}).items()],
    }
    session[_KEY] = [*session.get(_KEY, ()), notice][-MOST:]


def notices() -> tuple[Notice, ...]:
    """What is to be said now; each is said once."""
    return tuple(
        Notice(one["text"], one["kind"], one["action"], one["label"], tuple((key, text) for key, text in one["values"]))
        for one in session.pop(_KEY, ())
    )
