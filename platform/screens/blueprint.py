"""The blueprint of the screens."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, g

from hanok.engine.jobs.kinds import Kinds, kinds_of
from hanok.screens.admin.asking import KINDS
from hanok.screens.cells import drawer
from hanok.screens.proofs import ask_for_proof
from hanok.screens.routes import (
    access,
    actions,
    admin,
    admin_accounts,
    admin_jobs,
    admin_logins,
    admin_mail,
    admin_providers,
    approving,
    audit,
    beside,
    bulk,
    by_hand,
    exporting,
    favourites,
    feed,
    following,
    forms,
    handing,
    handing_course,
    home,
    importing,
    inline,
    kanban,
    keeping,
    lists,
    mailing,
    merging,
    mine,
    notices,
    previewing,
    quick,
    records,
    roles,
    runs,
    saving,
    searching,
    subpanels,
    workflows,
)
from hanok.screens.words import in_text
from hanok.web.assets import Assets
from hanok.web.joining import Joined

FOLDER = Path(__file__).parent
NO_KINDS = kinds_of()


def blueprint(kinds: Kinds = NO_KINDS) -> Blueprint:
    """All screens; `kinds` are the kinds of jobs that this program knows.

    `/<module>` comes last in routing by itself: fixed addresses win over names in Werkzeug.
    """
    made = Blueprint(
        "screens",
        __name__,
        template_folder="templates",
        static_folder="static/screens",
        static_url_path="/static/screens",
    )
    for room in (
        home, searching, mine, approving, notices, admin, admin_jobs, admin_mail, admin_accounts, admin_providers,
        admin_logins,
        lists, keeping, saving, kanban, forms, quick, previewing, inline, records, favourites, following, feed, beside,
        subpanels, actions, mailing, exporting, bulk, merging, importing, access, audit, handing, handing_course, roles,
        workflows, runs, by_hand,
    ):  # fmt: skip
        room.add(made)
    made.before_request(ask_for_proof)
    made.record_once(lambda state: state.app.extensions.update({KINDS: kinds}))
    asset = Assets(FOLDER / "static")
    made.add_app_template_global(asset, "own_asset")
    joined = Joined(asset, "/static/screens/joined")
    made.add_url_rule("/static/screens/joined/<folder>/<name>", "joined", joined.answer)
    made.add_app_template_global(joined, "own_joined")
    made.add_app_template_global(lambda label: in_text(label, g.language), "in_text")
    made.add_app_template_global(drawer, "drawer")
    return made
