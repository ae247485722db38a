"""Buttons of the platform's own on the pages of its own modules: what no action of metadata can do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from hanok.engine.access import Actor, may
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.jobs.mail.about import MODULE, takes_mail
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


def may_write(catalog: Catalog, actor: Actor) -> bool:
    """Whether this person may write mails."""
    return MODULE in catalog.modules and may(catalog, actor, MODULE, "create")


TOOLS: Mapping[str, tuple[Tool, ...]] = {
    "login_provider": (Tool("test", say("Test the provider"), "plug-connected", "/admin/providers/{id}/test"),),
    "outbound_account": (Tool("test", say("Send a test mail"), "send", "/admin/accounts/{id}/test"),),
    "email": (Tool("reply", say("Reply"), "arrow-back-up", "/email/{id}/_mail", may_write),),
    "email_template": (
        Tool("try", say("Preview"), "eye", "/email_template/{id}/_letter", lambda catalog, actor: True, leads=True),
    ),
    "user": (
        Tool("handover", say("Hand over records"), "arrows-right-left", "/handover?from={id}",
             lambda catalog, actor: bool(holdings(catalog, actor)), leads=True),
    ),
}  # fmt: skip


#: On every page of a record that mails may be about.
MAIL = Tool("mail", say("Write a mail"), "mail", "/{module}/{id}/_mail")
#: On every page of a record that may be one with another.
MERGE = Tool("merge", say("Merge with…"), "arrow-merge", "/{module}/{id}/_merge")


def with_tools(buttons: Buttons, record: Record, catalog: Catalog, actor: Actor, language: str) -> Buttons:
    """The buttons of a record's page, with those that the platform adds."""
    found = [tool for tool in TOOLS.get(record.module, ()) if tool.whose(catalog, actor)]
    made = tuple(_button(one, record, language) for one in found)
    all = (*made, *buttons.all)
    found_all = replace(buttons, beside=all[:BESIDE], more=all[BESIDE:]) if made else buttons
    if may_write(catalog, actor) and takes_mail(catalog, catalog.module(record.module)):
        found_all = replace(found_all, beside=(*found_all.beside, _button(MAIL, record, language)))
    if not may_merge(catalog, actor, catalog.module(record.module)):
        return found_all
    return replace(found_all, more=(*found_all.more, _button(MERGE, record, language)))


def _button(tool: Tool, record: Record, language: str) -> Button:
    url = tool.address.format(id=record.id, module=record.module)
    return Button(tool.key, translate(tool.label, language), tool.icon, url, asks=True, hidden=(), leads=tool.leads)
