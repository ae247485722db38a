"""The blueprint of the screens."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, g

from hanok.screens.routes import forms, home, lists, records, searching, subpanels
from hanok.screens.words import in_text
from hanok.web.assets import Assets

FOLDER = Path(__file__).parent


def blueprint() -> Blueprint:
    """All screens. `/<module>` comes last in routing by itself: fixed addresses win over names in Werkzeug."""
    made = Blueprint(
        "screens",
        __name__,
        template_folder="templates",
        static_folder="static/screens",
        static_url_path="/static/screens",
    )
    for room in (home, searching, lists, forms, records, subpanels):
        room.add(made)
    asset = Assets(FOLDER / "static")
    made.context_processor(lambda: {"own_asset": asset, "in_text": lambda label: in_text(label, g.language)})
    return made
