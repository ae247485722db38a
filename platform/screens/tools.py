"""Buttons of the platform's own on the pages of its own modules: what no action of metadata can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.records import Record
from hanok.engine.records.handing.holdings import holdings
from hanok.engine.records.merging.asked import may_merge
from hanok.screens.actions import BESIDE, Button, Buttons
from hanok.web.i18n import translate


@dataclass(frozen=True, slots=True)
class Tool:
    """One button: an address that asks something first; one that `leads` opens a page. `whose` says for whom it is."""

    key: str
    label: Message
    icon: str
    address: str
    whose: Callable[[Catalog, Actor], bool] = lambda catalog, actor: actor.governs
    leads: bool = False


TOOLS: Mapping[str, tuple[Tool, ...]] = {
    "login_provider": (Tool("test", say("Test the provider"), "plug-connected", "/admin/providers/{id}/test"),),
    "outbound_account": (Tool("test", say("Send a test mail"), "send", "/admin/accounts/{id}/test"),),
    "user": (
        Tool("handover", say("Hand over records"), "arrows-right-left", "/handover?from={id}",
             lambda catalog, actor: bool(holdings(catalog, actor)), leads=True),
    ),
}  # fmt: skip


#: On every page of a record that may be one with another.
MERGE = Tool("merge", say("Merge with…"), "arrow-merge", "/{module}/{id}/_merge")


def with_tools(buttons: Buttons, record: Record, catalog: Catalog, actor: Actor, language: str) -> Buttons:
    """The buttons of a record's page, with those that the platform adds."""
    found = [tool for tool in TOOLS.get(record.module, ()) if tool.whose(catalog, actor)]
    made = tuple(_button(one, record, language) for one in found)
    all = (*made, *buttons.all)
    found_all = replace(buttons, beside=all[:BESIDE], more=all[BESIDE:]) if made else buttons
    if not may_merge(catalog, actor, catalog.module(record.module)):
        return found_all
    return replace(found_all, more=(*found_all.more, _button(MERGE, record, language)))


def _button(tool: Tool, record: Record, language: str) -> Button:
    url = tool.address.format(id=record.id, module=record.module)
    return Button(tool.key, translate(tool.label, language), tool.icon, url, asks=True, hidden=(), leads=tool.leads)
