"""The timeline of a record, decided: what is next, what happened by days, and the box to write in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as also
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from hanok.engine.catalog.model import Module
from hanok.engine.errors import say
from hanok.engine.fields import Labels, in_language
from hanok.engine.fields.mentions import readable
from hanok.engine.records import Record
from hanok.engine.records.timelines import CHANGES, Happening, Origin, Stretch
from hanok.screens.cells import Shown
from hanok.screens.timeline import NO_ROLES, EntryShown
from hanok.screens.timeline import entry as entry_shown
from hanok.screens.words import RELATIVE, Formats
from hanok.web.cells import is_empty
from hanok.web.i18n import translate

#: How much is next of each kind, and how much of what happened is shown at once.
NEXT, MORE_NEXT, PAST = 5, 100, 20
NEAR = {0: "today", 1: "tomorrow", -1: "yesterday"}
ALL, CHANGED = say("All"), say("Changes")


@dataclass(frozen=True, slots=True)
class Finish:
    """The action that ends what is next: a tick that does it, or a link to what it asks first."""

    label: str
    key: str
    version: int
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the timeline. `when` names its day, `first` says that it begins one; `url` is "" where the reader
    may not open it.

    `entry` is given for a change of the record, and then nothing else but the time.
    """

    at: datetime | None
    day: date | None
    when: str = ""
    timed: bool = True
    first: bool = False
    key: str = ""
    id: str = ""
    icon: str = ""
    kind: str = ""
    title: str = ""
    url: str = ""
    who: str = ""
    text: Shown | None = None
    facts: tuple[Shown, ...] = ()
    late: bool = False
    finish: Finish | None = None
    entry: EntryShown | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """One kind of things that happened, or all of them (key "")."""

    key: str
    label: str
    icon: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be written here. `page` is its form as a page, for browsers without scripts."""

    key: str
    label: str
    icon: str
    url: str
    page: str
    takes_files: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """What happened: a stretch of it. `more` is the address of the next one; `begins` that it is the first."""

    items: tuple[Item, ...]
    more: str
    begins: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """Everything that the timeline prints, beside the box to write in.

    `silent` says that nothing of other modules was ever written here.
    """

    url: str
    next: tuple[Item, ...]
    more_next: str
    past: Past
    chips: tuple[Chip, ...]
    log: str = ""
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the timeline of which record of which module."""

    module: Module
    record: Record
    formats: Formats
    roles: Mapping[str, Labels] = also(default_factory=lambda: NO_ROLES)

    @property
    def url(self) -> str:
        return f"/{self.module.key}/{self.record.id}/_timeline"


def chosen(origins: Sequence[Origin], kind: str) -> tuple[tuple[Origin, ...], bool]:
    """The sources of a kind, and whether the changes of the record are among them."""
    if kind == CHANGES:
        return (), True
    found = tuple(one for one in origins if one.module.key == kind)
    return (found, False) if found else (tuple(origins), True)


def chips(reader: Reader, origins: Sequence[Origin], kind: str) -> tuple[Chip, ...]:
    """All, one for each module, and the changes; none where there is nothing to choose from."""
    if not origins:
        return ()
    language, modules = reader.formats.language, {one.module.key: one.module for one in origins}
    current = kind if kind in modules or kind == CHANGES else ""
    found = [("", translate(ALL, language), "")]
    found += [(key, in_language(module.plural, language), module.icon) for key, module in modules.items()]
    found.append((CHANGES, translate(CHANGED, language), "history"))
    return tuple(
        Chip(key, label, icon, f"{reader.url}?{urlencode({'kind': key})}" if key else reader.url, key == current)
        for key, label, icon in found
    )


def next_of(reader: Reader, found: Sequence[Happening]) -> tuple[Item, ...]:
    """What is to come; what should have been done by now is late."""
    return tuple(_of_record(reader, one, open=True) for one in found if one.record is not None)


def past_of(reader: Reader, stretch: Stretch, *, kind: str = "", after: str = "", day: str = "") -> Past:
    """A stretch of what happened. `day` is the one with which the stretch before it ended."""
    items: list[Item] = []
    before = day
    for one in stretch.happenings:
        item = _of_change(reader, one) if one.entry is not None else _of_record(reader, one, open=False)
        here = item.day.isoformat() if item.day else "-"
        items.append(item if here == before else replace(item, first=True))
        before = here
    asked = {"kind": kind, "after": stretch.next, "day": before}
    more = f"{reader.url}/past?" + urlencode({key: text for key, text in asked.items() if text})
    return Past(tuple(items), more if stretch.next else "", not after)


def _of_change(reader: Reader, one: Happening) -> Item:
    assert one.entry is not None and one.at is not None, "a change has a time"
    shown = entry_shown(reader.module, one.entry, reader.formats.language, reader.roles)
    day = reader.formats.local(one.at).date()
    return Item(one.at, day, _named(one.at, day, reader.formats), icon=shown.icon, entry=shown)


def _of_record(reader: Reader, one: Happening, *, open: bool) -> Item:
    record, origin = one.record, one.origin
    assert record is not None and origin is not None, "a record stands in a timeline by its origin"
    module, view, formats = origin.module, origin.view, reader.formats
    text = record.values.get(view.text) if view.text else None
    day = one.day or (formats.local(one.at).date() if one.at else None)
    said = isinstance(text, str) and _plain(text).startswith(_plain(record.title).rstrip("…"))
    return Item(
        one.at,
        day,
        _named(one.at, day, formats),
        timed=one.day is None and one.at is not None,
        key=module.key,
        id=str(record.id),
        icon=module.icon,
        kind=in_language(module.label, formats.language),
        title="" if said else record.title,
        url=f"/{module.key}/{record.id}" if record.may_view else "",
        who=_who(module, record),
        text=None if is_empty(text) else Shown(module.field(view.text), text),
        facts=tuple(_facts(module, record, view.card)),
        late=open and _is_late(one, formats),
        finish=_finish(module, record, view.finish, formats) if open else None,
    )


def _named(at: datetime | None, day: date | None, formats: Formats) -> str:
    """Today, yesterday or tomorrow; a day of this year; else the whole date."""
    if at is None or day is None:
        return ""
    near = NEAR.get((day - formats.today()).days)
    return translate(RELATIVE[near], formats.language) if near else formats.moment(at)


def _plain(text: str) -> str:
    return " ".join(readable(text).split())


def _who(module: Module, record: Record) -> str:
    owner = next((record.values.get(key) for key in module.owners), None) or record.values.get("created_by")
    return str(getattr(owner, "title", "") or "")


def _facts(module: Module, record: Record, card: Sequence[str]) -> list[Shown]:
    found = [(module.field(key), record.values.get(key)) for key in card if module.has(key) and key != "title"]
    return [Shown(field, value) for field, value in found if not is_empty(value)]


def _is_late(one: Happening, formats: Formats) -> bool:
    if one.day is not None:
        return one.day < formats.today()
    return one.at is not None and one.at < datetime.now(UTC)


def _finish(module: Module, record: Record, key: str, formats: Formats) -> Finish | None:
    action = module.actions.get(key)
    if action is None or not (record.may_edit and record.may_view):
        return None
    label = in_language(action.label, formats.language)
    asked = urlencode({"id": str(record.id), "version": str(record.version)})
    asks = f"/{module.key}/_do/{key}?{asked}" if action.ask or action.confirm else ""
    return Finish(label, key, record.version, asks)
