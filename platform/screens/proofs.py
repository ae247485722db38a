"""What decides who may do what asks for a proof, through whichever door of the screens it is changed.

Roles ask where they are given; here are the records that do: users, teams and security groups (who is in them has
their roles, and links to set a password go to the address of a user), login providers, and mail accounts.
"""

from __future__ import annotations

from flask import current_app, g, request
from werkzeug.wrappers import Response as AnyResponse

from hanok.engine.access.levels import CLOSED
from hanok.engine.accounts.grants import HOLDERS
from hanok.web.doors import door_of
from hanok.web.proving import is_proved, to_page
from hanok.web.visit import SAFE_METHODS

DECIDING = frozenset({*HOLDERS, *CLOSED})
#: The kinds of doors behind which records change.
CHANGING = frozenset({"save", "delete", "link", "mass", "import", "action"})


def ask_for_proof() -> AnyResponse | None:
    """The page that asks, where this request changes such a record; the rest goes on.

    Whoever is logged in as somebody else proved it when she came, and an hour ago at most.
    """
    found = door_of(current_app.view_functions.get(request.endpoint or ""))
    if found is None or found.kind not in CHANGING or request.method in SAFE_METHODS or g.actor is None:
        return None
    is_deciding = (request.view_args or {}).get("module") in DECIDING
    return to_page() if is_deciding and g.actor.by is None and not is_proved() else None
