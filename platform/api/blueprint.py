"""The blueprint of the API."""

from __future__ import annotations

from flask import Blueprint

from hanok.api import views
from hanok.web.programs import BLUEPRINT, ROOT


def blueprint() -> Blueprint:
    """All of it. Forms' tokens are not asked for here: no cookie opens this door."""
    made = Blueprint(BLUEPRINT, __name__, url_prefix=ROOT)
    views.add(made)
    made.record_once(lambda state: state.app.extensions["csrf"].exempt(made))
    return made
