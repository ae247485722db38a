"""Where an answer leads to, for pages and for dialogs."""

from __future__ import annotations

from uuid import UUID

from flask import make_response, redirect
from werkzeug.wrappers import Response as AnyResponse

from hanok.screens.reading import is_fragment


def leads(there: str) -> AnyResponse:
    """Leads on; a dialog is told where, for it would follow by itself and show it nowhere."""
    if not is_fragment():
        return redirect(there, 303)
    answer = make_response("", 200)
    answer.headers["HX-Redirect"] = there
    return answer


def is_id(text: str) -> bool:
    """Whether a text of the address is an id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
