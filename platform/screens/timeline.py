"""What happened to a record, in words: one entry for each save, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hanok.engine.catalog.model import Module
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, Labels, Linked, in_language
from hanok.engine.fields.link import Link
from hanok.engine.fields.long_text import LongText
from hanok.engine.fields.text import Text
from hanok.engine.records import Entry
from hanok.engine.records.trail import BESIDE, GROUPS, MERGED, ROLES
from hanok.screens.cells import Shown
from hanok.web.cells import is_empty

FIRST = 20
EVERYTHING = 500
ICONS = {
    "created": "plus", "changed": "pencil", "deleted": "trash", "restored": "arrow-back-up", "linked": "link",
    "unlinked": "unlink",
    "merged": "arrow-merge", "unmerged": "arrows-split",
}  # fmt: skip

BESIDE_LABELS: Mapping[str, Labels] = {
    ROLES: {"en": "Roles", "ko": "역할"}, GROUPS: {"en": "Security groups", "ko": "보안 그룹"},
    MERGED: {"en": "Merged record", "ko": "병합한 레코드"},
}  # fmt: skip
NO_ROLES: Mapping[str, Labels] = MappingProxyType({})
BY_SYSTEM = {
    "created": say("Created by the system"),
    "changed": say("Changed by the system"),
    "deleted": say("Deleted by the system"),
    "restored": say("Restored by the system"),
    "linked": say("Linked by the system"),
    "unlinked": say("Unlinked by the system"),
    "merged": say("Merged by the system"),
    "unmerged": say("Merge undone by the system"),
}
BY_WORKFLOW = {
    "created": say("Created by a workflow"),
    "changed": say("Changed by a workflow"),
    "deleted": say("Deleted by a workflow"),
    "restored": say("Restored by a workflow"),
    "linked": say("Linked by a workflow"),
    "unlinked": say("Unlinked by a workflow"),
}
BY_SOMEBODY = {
    "created": "{who} created this",
    "changed": "{who} changed this",
    "deleted": "{who} deleted this",
    "restored": "{who} restored this",
    "linked": "{who} linked this",
    "unlinked": "{who} unlinked this",
    "merged": "{who} merged another record into this",
    "unmerged": "{who} undid a merge with this",
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
    """One save. `hand` says whose hand it was, where an administrator was logged in as that person; `why` is the
    address of the run of a workflow that did it, "" where a hand did."""

    at: datetime
    icon: str
    sentence: Message
    changes: tuple[ChangeShown, ...]
    hand: Message | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest entries; `more` is where all of them are, "" when these are all, `log` the trail of the record."""

    entries: tuple[EntryShown, ...]
    more: str
    log: str = ""


def build(
    module: Module, entries: Sequence[Entry], language: str, *, more: str, log: str = "",
    roles: Mapping[str, Labels] = NO_ROLES,
) -> Timeline:  # fmt: skip
    """The entries; `roles` are the labels of the roles that there are."""
    return Timeline(tuple(entry(module, one, language, roles) for one in entries), more, log)


def entry(module: Module, entry: Entry, language: str, roles: Mapping[str, Labels]) -> EntryShown:
    """One save, in words."""
    made = entry.action == "created"
    changes = (
        ()
        if made
        else tuple(
            ChangeShown(
                field.label_in(language),
                Shown(field, named(change.field, change.before, language, roles)),
                Shown(field, named(change.field, change.after, language, roles)),
                not is_empty(change.before),
            )
            for change in entry.changes
            if (field := known(module, change.field))
        )
    )
    hand = say("{by}, logged in as {who}", by=entry.by, who=entry.who) if entry.by else None
    why = f"/run/{entry.run}" if entry.run else ""
    return EntryShown(entry.at, ICONS.get(entry.action, "pencil"), _sentence(entry), changes, hand, why)


def named(key: str, value: Any, language: str, roles: Mapping[str, Labels]) -> Any:
    """Roles by their labels, a merged record by its history; everything else as it is."""
    if key == MERGED and isinstance(value, Linked):
        return replace(value, id=f"{value.id}/history")
    if key != ROLES:
        return value
    return ", ".join(in_language(roles[each], language) if each in roles else each for each in value or ())


def known(module: Module, key: str) -> Field | None:
    """The field that shows what the trail keeps under a key; of an end one that shows the record there."""
    if key in BESIDE:
        return Field(module.key, key, Text() if key == ROLES else Link(), BESIDE_LABELS[key])
    end = module.ends.get(key)
    if key in module.fields and end is None:
        return module.fields[key]
    if end is None:
        return None
    return Field(module.key, key, Link() if end.kind != "lines" else LongText(), end.label)


def _sentence(entry: Entry) -> Message:
    """Who did what; what nobody did is the system's."""
    if entry.run is not None and entry.who_id is None:
        return BY_WORKFLOW.get(entry.action, BY_WORKFLOW["changed"])
    if entry.who_id is None or not entry.who:
        return BY_SYSTEM.get(entry.action, BY_SYSTEM["changed"])
    return say(BY_SOMEBODY.get(entry.action, BY_SOMEBODY["changed"]), who=entry.who)
