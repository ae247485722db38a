"""Entries and deeds as the rows of a log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, Labels, in_language
from hanok.engine.fields.text import Text
from hanok.engine.records.auditing import INPUT, OWNERS, Told
from hanok.engine.records.auditing.administration import Deed
from hanok.engine.records.auditing.putting import puttable
from hanok.engine.records.deeds import SUBJECTS
from hanok.screens.cells import Shown
from hanok.screens.timeline import NO_ROLES, known, named
from hanok.web.cells import is_empty

#: Changes of one entry that are shown before the rest is asked for.
FEW = 4
ACTIONS: Mapping[str, Message] = MappingProxyType({
    "created": say("Created"), "changed": say("Changed"), "deleted": say("Deleted"), "restored": say("Restored"),
    "linked": say("Linked"), "unlinked": say("Unlinked"),
    "merged": say("Merged"), "unmerged": say("Merge undone"),
})
COLORS: Mapping[str, str] = {
    "created": "green", "deleted": "red", "restored": "teal", "linked": "blue", "merged": "purple",
}  # fmt: skip
#: What deeds are called that are done; others are shown by their own word.
DEEDS: Mapping[str, Message] = MappingProxyType({
    "applied": say("Applied"), "begun": say("Begun"), "cancelled": say("Cancelled"), "changed": say("Changed"),
    "deleted": say("Deleted"), "ended": say("Ended"), "exported": say("Exported"), "invited": say("Invited"),
    "made": say("Made"), "purged": say("Purged"), "removed": say("Removed"), "reset": say("Reset"),
    "retried": say("Tried again"), "rolled_back": say("Rolled back"), "run": say("Run"), "sent": say("Sent"),
    "set": say("Set"), "stopped": say("Stopped"), "switched_off": say("Switched off"),
    "switched_on": say("Switched on"), "undone": say("Undone"), "upgraded": say("Upgraded"), "used": say("Used"),
})
DEED_ICONS: Mapping[str, str] = {
    "deploy": "upload", "password": "lock", "session": "logout", "factor": "lock", "token": "key", "rule": "world",
    "identity": "user", "as": "user-circle", "handover": "users", "schedule": "clock", "job": "hourglass",
    "export": "download", "setting": "settings", "workflow": "git-branch",
}  # fmt: skip
#: What deeds say of what they changed.
WORDS: Mapping[str, Message] = MappingProxyType({
    "active": say("Active"), "added": say("Added"), "address": say("Address"), "changed": say("Changed"),
    "columns": say("Columns"), "documents": say("Documents"), "expires": say("Expires"), "file": say("File"),
    "filter": say("Filter"), "jobs": say("Jobs"), "kind": say("Kind"), "message": say("Message"),
    "module": say("Module"), "name": say("Name"), "note": say("Note"), "reason": say("Reason"),
    "records": say("Records"), "removed": say("Removed"), "revision": say("Revision"), "role": say("Role"),
    "rows": say("Rows"), "scopes": say("Scopes"), "sessions": say("Sessions"), "steps": say("Steps"),
})
TEXT = Text()


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """One value of an entry. `filled`: there is a former one; `back` is where it is put back, "" where it is not."""

    label: str | Message
    before: Shown
    after: Shown
    filled: bool
    back: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a log. `url` is "" for what cannot be opened; `restore` is where a deleted record is restored."""

    id: UUID
    at: datetime
    who: str
    by: str
    icon: str
    kind: str | Message
    title: str
    url: str
    gone: bool
    action: str | Message
    color: str
    changes: tuple[ChangeShown, ...]
    restore: str = ""

    @property
    def first(self) -> tuple[ChangeShown, ...]:
        return self.changes[:FEW]

    @property
    def rest(self) -> tuple[ChangeShown, ...]:
        return self.changes[FEW:]


def rows_of(
    catalog: Catalog, found: Sequence[Told | Deed], language: str, *, log: str, roles: Mapping[str, Labels] = NO_ROLES
) -> tuple[Row, ...]:
    """The rows of a page; `roles` are the labels of the roles that there are."""
    return tuple(
        _deed(catalog, one, language) if isinstance(one, Deed) else _row(catalog, one, language, log, roles)
        for one in found
    )


def _row(catalog: Catalog, told: Told, language: str, log: str, roles: Mapping[str, Labels]) -> Row:
    entry, about = told.entry, told.about
    deleted = bool(about and about.deleted)
    return Row(
        id=entry.id, at=entry.at, who=entry.who if entry.who_id else "", by=entry.by,
        icon=told.module.icon if told.module else "table",
        kind=in_language(told.module.label, language) if told.module else told.key,
        title=about.title if about else "", url=_url(catalog, told), gone=about is None or deleted,
        action=ACTIONS.get(entry.action, entry.action), color=COLORS.get(entry.action, "grey"),
        changes=tuple(_changes(catalog, told, language, log, roles)),
        restore=f"/audit/changes/{entry.id}/restore"
        if about and deleted and about.may_delete and entry.action == "deleted" and "." not in told.key else "",
    )  # fmt: skip


def _url(catalog: Catalog, told: Told) -> str:
    """Where the record is opened; a line where its record is."""
    if told.module is None or told.about is None or told.about.deleted:
        return ""
    parent = told.module.parent
    return f"/{parent.module}/{told.about.parent}" if parent else f"/{told.key}/{told.record}"


def _changes(
    catalog: Catalog, told: Told, language: str, log: str, roles: Mapping[str, Labels]
) -> Iterator[ChangeShown]:
    """The values; what is empty at first is not told of what was entered, and of owners only who they are."""
    if told.module is None:
        return
    owners = catalog.whole.every[told.key].owners
    places = {key: place for place, key in enumerate(told.module.fields)}
    for change in sorted(told.entry.changes, key=lambda one: places.get(one.field, len(places))):
        field = known(told.module, change.field)
        if field is None or (log == INPUT and is_empty(change.after)) or (log == OWNERS and field.key not in owners):
            continue
        before, after = (named(change.field, value, language, roles) for value in (change.before, change.after))
        back = f"/audit/changes/{told.entry.id}/{change.field}" if puttable(told, change) and log != OWNERS else ""
        yield ChangeShown(field.label_in(language), Shown(field, before), Shown(field, after),
                          not is_empty(change.before), back)  # fmt: skip


def _deed(catalog: Catalog, deed: Deed, language: str) -> Row:
    module = catalog.every.get(deed.title) if deed.subject == "export" else None
    called = in_language(module.plural, language) if module else deed.title
    return Row(
        id=deed.id, at=deed.at, who="" if deed.who_id is None and deed.who == str(SYSTEM) else deed.who, by=deed.by,
        icon=DEED_ICONS.get(deed.subject, "settings"), kind=SUBJECTS.get(deed.subject, deed.subject),
        title=": ".join(filter(None, (deed.whose, called if called != deed.whose else ""))) or deed.about,
        url=f"/user/{deed.about}" if deed.whose else "", gone=False, action=DEEDS.get(deed.action, deed.action),
        color="grey", changes=tuple(_told(deed.changes)),
    )  # fmt: skip


def _told(changes: Mapping[str, Any]) -> Iterator[ChangeShown]:
    for word, pair in changes.items():
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        field = Field("", word, TEXT, {})
        yield ChangeShown(WORDS.get(word, word), Shown(field, _plain(before)), Shown(field, _plain(after)),
                          not is_empty(before))  # fmt: skip


def _plain(value: Any) -> Any:
    """Plain data as a line of text."""
    if isinstance(value, Mapping):
        whole = ", ".join(f"{key}: {_plain(one)}" for key, one in value.items())
        return str(value["title"]) if "title" in value else whole
    if isinstance(value, list | tuple):
        return ", ".join(str(_plain(one)) for one in value)
    return value if value is None or isinstance(value, str) else str(value)

