"""Buttons of the platform's own on the pages of its own modules: what no action of metadata can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hanok.engine.access import Actor
from hanok.engine.errors import Message, say
from hanok.engine.records import Record
from hanok.screens.actions import BESIDE, Button, Buttons
from hanok.web.i18n import translate


@dataclass(frozen=True, slots=True)
class Tool:
    """One button: an address that asks something first, for administrators."""

    key: str
    label: Message
    icon: str
    address: str


TOOLS: Mapping[str, tuple[Tool, ...]] = {
    "login_provider": (Tool("test", say("Test the provider"), "plug-connected", "/admin/providers/{id}/test"),),
    "outbound_account": (Tool("test", say("Send a test mail"), "send", "/admin/accounts/{id}/test"),),
}


def with_tools(buttons: Buttons, record: Record, actor: Actor, language: str) -> Buttons:
    """The buttons of a record's page, with those that the platform adds."""
    found = TOOLS.get(record.module, ()) if actor.admin else ()
    made = tuple(_button(one, record, language) for one in found)
    all = (*made, *buttons.all)
    return replace(buttons, beside=all[:BESIDE], more=all[BESIDE:]) if made else buttons


def _button(tool: Tool, record: Record, language: str) -> Button:
    url = tool.address.format(id=record.id)
    return Button(tool.key, translate(tool.label, language), tool.icon, url, asks=True, hidden=())
