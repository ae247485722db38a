"""The blueprint of the portal."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint

from hanok.portal import forms, hooks


def blueprint() -> Blueprint:
    """All of it. Forms' tokens are asked for by the views: other sites may send what comes here."""
    made = Blueprint("portal", __name__, template_folder=str(Path(__file__).parent / "templates"))
    forms.add(made)
    hooks.add(made)
    made.record_once(lambda state: state.app.extensions["csrf"].exempt(made))
    return made
