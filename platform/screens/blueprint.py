"""The blueprint of the screens."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, g

from hanok.screens.cells import drawer
from hanok.screens.routes import actions, exporting, forms, home, lists, records, searching, subpanels
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
    for room in (home, searching, lists, forms, records, subpanels, actions, exporting):
        room.add(made)
    asset = Assets(FOLDER / "static")
    made.add_app_template_global(asset, "own_asset")
    made.add_app_template_global(lambda label: in_text(label, g.language), "in_text")
    made.add_app_template_global(drawer, "drawer")
    return made
