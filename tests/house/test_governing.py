"""Whoever runs the site is an administrator herself: `actor.governs`, which no token and nobody in her place is.

`actor.admin` says which records she may see and change, and only what decides about records asks for it.
"""

from __future__ import annotations

import re

from tests.house.sources import PLATFORM, platform_files

ASKED = re.compile(r"\b(?:actor|person|user)\.admin\b")
#: What decides about records and fields, or tells of somebody's rights.
ABOUT_RECORDS = {
    "engine/access/actor.py", "engine/access/assigning.py", "engine/access/levels.py", "engine/access/seeing.py",
    "engine/records/fielding.py",
    "engine/records/importing/keys.py", "engine/records/handing/moving.py", "engine/records/auditing/asking.py",
    "engine/accounts/explaining.py", "cli/roles.py", "screens/access/why.py",
    "engine/accounts/factors.py",  # who needs a second factor
    "engine/accounts/impersonation.py",  # in whose place nobody comes
}  # fmt: skip


def test_rights_over_the_site_are_asked_for_by_their_own_name() -> None:
    files = [*platform_files(), *PLATFORM.rglob("*.html")]
    asking = {str(path.relative_to(PLATFORM)) for path in files if ASKED.search(path.read_text())}
    assert asking <= ABOUT_RECORDS, "ask actor.governs: a token of an administrator runs nothing"
