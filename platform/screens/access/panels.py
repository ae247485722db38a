"""What administrators find on the pages of users, teams and security groups: roles, and what a group holds."""

from __future__ import annotations

from hanok.engine.access import Actor
from hanok.engine.accounts.grants import GROUP, HOLDERS
from hanok.engine.errors import say
from hanok.engine.records import Record
from hanok.screens.access import holding, reach
from hanok.screens.details import SubpanelPlace
from hanok.web.i18n import translate


def panels_of(record: Record, actor: Actor, language: str) -> tuple[SubpanelPlace, ...]:
    """Those of this record, none for anybody else."""
    if not actor.governs or record.module not in HOLDERS:
        return ()
    found = [SubpanelPlace(holding.KEY, translate(say("Roles"), language), holding.address(record))]
    if record.module == GROUP:
        found.append(SubpanelPlace(reach.KEY, translate(say("Records"), language), reach.address(record.id)))
    return tuple(found)
