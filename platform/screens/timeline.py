"""What happened to a record, in words: one entry for each save, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hanok.engine.catalog.model import Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field
from hanok.engine.fields.link import Link
from hanok.engine.fields.long_text import LongText
from hanok.engine.records import Entry
from hanok.screens.cells import Shown
from hanok.web.cells import is_empty

FIRST = 20
EVERYTHING = 500
ICONS = {
    "created": "plus", "changed": "pencil", "deleted": "trash", "restored": "arrow-back-up", "linked": "link",
    "unlinked": "unlink",
}  # fmt: skip

BY_SYSTEM = {
    "created": say("Created by the system"),
    "changed": say("Changed by the system"),
    "deleted": say("Deleted by the system"),
    "restored": say("Restored by the system"),
    "linked": say("Linked by the system"),
    "unlinked": say("Unlinked by the system"),
}
BY_SOMEBODY = {
    "created": "{who} created this",
    "changed": "{who} changed this",
    "deleted": "{who} deleted this",
    "restored": "{who} restored this",
    "linked": "{who} linked this",
    "unlinked": "{who} unlinked this",
}


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One field of one save. `filled` is True where there is a former value to strike through."""

    label: str
    before: Shown
    after: Shown
    filled: bool


@dataclass(frozen=True, slots=True)
class EntryShown:
    at: datetime
    icon: str
    sentence: Message
    changes: tuple[ChangeShown, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest entries; `more` is where all of them are, "" when these are all."""

    entries: tuple[EntryShown, ...]
    more: str


def build(module: Module, entries: Sequence[Entry], language: str, *, more: str) -> Timeline:
    return Timeline(tuple(_entry(module, entry, language) for entry in entries), more)


def _entry(module: Module, entry: Entry, language: str) -> EntryShown:
    made = entry.action == "created"
    changes = (
        ()
        if made
        else tuple(
            ChangeShown(
                field.label_in(language),
                Shown(field, change.before),
                Shown(field, change.after),
                not is_empty(change.before),
            )
            for change in entry.changes
            if (field := _known(module, change.field))
        )
    )
    return EntryShown(entry.at, ICONS.get(entry.action, "pencil"), _sentence(entry), changes)


def _known(module: Module, key: str) -> Field | None:
    """The field; of an end one that shows the record there."""
    end = module.ends.get(key)
    if key in module.fields and end is None:
        return module.fields[key]
    if end is None:
        return None
    return Field(module.key, key, Link() if end.kind != "lines" else LongText(), end.label)


def _sentence(entry: Entry) -> Message:
    """Who did what; what nobody did is the system's."""
    if entry.who_id is None or not entry.who:
        return BY_SYSTEM.get(entry.action, BY_SYSTEM["changed"])
    return say(BY_SOMEBODY.get(entry.action, BY_SOMEBODY["changed"]), who=entry.who)
