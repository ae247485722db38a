"""What the menu of any record offers about rights: its security groups, and who may do what with it."""

from __future__ import annotations

from dataclasses import replace

from hanok.engine.access import Actor
from hanok.engine.accounts.grants import HOLDERS, USER
from hanok.engine.errors import say
from hanok.engine.records import Record
from hanok.screens.actions import Button, Buttons
from hanok.web.i18n import translate


def with_access(buttons: Buttons, record: Record, actor: Actor, language: str) -> Buttons:
    """The buttons of a record's page, with these at the end of the menu."""
    more = []
    if record.may_assign and record.module not in HOLDERS:
        text, url = translate(say("Security groups"), language), f"/{record.module}/{record.id}/groups"
        more.append(Button("groups", text, "shield-lock", url, asks=True, hidden=(), leads=True))
    if actor.governs and record.module == USER:
        text, url = translate(say("Password, sessions, logins"), language), f"/admin/logins/{record.id}"
        more.append(Button("logins", text, "key", url, asks=True, hidden=(), leads=True))
        if record.id != actor.id and record["active"]:
            text, url = translate(say("Log in as this user"), language), f"/admin/logins/{record.id}/as"
            more.append(Button("as", text, "mask", url, asks=True, hidden=(), leads=True))
    if actor.governs:
        asked = (("record", f"{record.module}:{record.id}"),)
        text = translate(say("Who may do what"), language)
        more.append(Button("why", text, "help", "/admin/why", asks=True, hidden=asked, leads=True))
    return replace(buttons, more=(*buttons.more, *more))
