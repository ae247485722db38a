"""Workflows that people begin by hand, in the menu of a record."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from hanok.engine.access import Actor
from hanok.engine.automation.triggers.manual import offered
from hanok.engine.catalog import Catalog
from hanok.engine.fields import in_language
from hanok.engine.records import Record
from hanok.screens.actions import Button, Buttons


def with_workflows(
    conn: Connection, catalog: Catalog, actor: Actor, buttons: Buttons, record: Record, language: str
) -> Buttons:
    """The buttons of a record's page, with the workflows that may be begun for it now."""
    found = offered(conn, catalog, actor, record)
    if not found:
        return buttons
    more = (
        Button(f"workflow-{one.key}", in_language(one.label, language), "player-play",
               f"/{record.module}/{record.id}/_workflow/{one.key}", asks=False, hidden=())
        for one in found
    )  # fmt: skip
    return replace(buttons, more=(*buttons.more, *more))
