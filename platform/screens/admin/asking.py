"""What the administrator's routes ask of a request: the right to be here, the kinds of jobs, the rhythm of looking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, request

from hanok.engine.jobs.kinds import Kinds, kinds_of
from hanok.web.doors import ADMINISTRATOR, door, door_of

#: Seconds between two looks at what changes: while something runs, and while something only waits for its hour.
SOON, LATER = 3, 20
KINDS = "hanok.kinds"


def guarded(to: Blueprint, method: str, address: str, endpoint: str, view: Callable[..., Any]) -> None:
    """A route for administrators only: the frame lets nobody else in."""
    said = door_of(view)
    marked = door(said.kind if said else "admin", who=ADMINISTRATOR)(view)
    to.add_url_rule(address, endpoint, marked, methods=[method])


def kinds() -> Kinds:
    """The kinds of jobs that this program knows."""
    found: Kinds = current_app.extensions.get(KINDS) or kinds_of()
    return found


def after() -> UUID | None:
    """The place in a list that the address names; what is no id is no place."""
    try:
        return UUID(request.args.get("after", ""))
    except ValueError:
        return None


def is_part() -> bool:
    """True when only the region that changes is asked for."""
    return "HX-Request" in request.headers and "HX-Boosted" not in request.headers
