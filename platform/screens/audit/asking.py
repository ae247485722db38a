"""What the address of a log asks for, and how it is written. What it does not understand, it does not ask for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.records.auditing import LOGS, OWNERS, Search
from hanok.engine.records.auditing.administration import Wanted
from hanok.engine.records.auditing.asking import fields_of, modules_of
from hanok.web.controls import Form

ADMINISTRATION = "administration"
LONGEST = 200
TODAY, WEEK, MONTH, CUSTOM = "today", "7d", "30d", "custom"
#: Periods to choose from, and how many days each has, today the last of them.
PERIODS: Mapping[str, tuple[Message, int]] = {
    TODAY: (say("Today"), 1), WEEK: (say("7 days"), 7), MONTH: (say("30 days"), 30),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed(ABC):
    """An address that narrows rows by time and leads through them by pages. `when` is a period, `custom` (from `first`
    to `last`) or "" for all time."""

    zone: str
    today: date
    when: str = ""
    first: date | None = None
    last: date | None = None
    after: UUID | None = None
    before: UUID | None = None

    @property
    @abstractmethod
    def here(self) -> str:
        """The path of the page."""

    @abstractmethod
    def said(self) -> Mapping[str, Any]:
        """What else the address says, by its parts."""

    def pairs(self) -> dict[str, str]:
        """The parts of the address that say something."""
        custom = self.when == CUSTOM
        said = {
            **self.said(), "when": self.when, "from": self.first if custom else None,
            "to": self.last if custom else None, "after": self.after, "before": self.before,
        }  # fmt: skip
        return {key: str(value) for key, value in said.items() if value}

    def url(self, path: str = "", **changes: Any) -> str:
        """The address with some of it changed; from its first page, where nothing else is said."""
        query = urlencode(replace(self, **{"after": None, "before": None, **changes}).pairs())
        return f"{self.here}{path}{'?' + query if query else ''}"

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The first moment that is meant, and the first that is not any more, in the reader's zone."""
        first, last = self.first, self.last
        if self.when in PERIODS:
            first, last = self.today - timedelta(days=PERIODS[self.when][1] - 1), self.today
        elif self.when != CUSTOM:
            return None, None
        return begin_of(first, self.zone), begin_of(last and last + timedelta(days=1), self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Narrowed):
    """The address of a log, understood."""

    log: str
    module: str = ""
    actor: UUID | None = None
    person: UUID | None = None
    action: str = ""
    field: str = ""
    words: str = ""
    record: UUID | None = None

    @property
    def here(self) -> str:
        return f"/audit/{self.log}"

    @property
    def narrowed(self) -> bool:
        texts = self.module or self.action or self.field or self.words or self.when
        return bool(texts or self.actor or self.person or self.record)

    def said(self) -> Mapping[str, Any]:
        return {
            "module": self.module, "actor": self.actor, "person": self.person, "action": self.action,
            "field": self.field, "q": self.words, "record": self.record,
        }  # fmt: skip

    def other(self, log: str) -> str:
        """The address of another log, for the same module, person and time."""
        kept = replace(self, log=log, action="", field="", person=None, after=None, before=None)
        if log == ADMINISTRATION or self.log == ADMINISTRATION:
            kept = replace(kept, module="", words="", record=None)
        return kept.url()

    def search(self) -> Search:
        """The question to the engine."""
        since, until = self.span
        return Search(
            log=self.log, module=self.module, actor=self.actor, action=self.action, field=self.field, words=self.words,
            person=self.person, record=self.record, since=since, until=until,
        )  # fmt: skip

    def wanted(self) -> Wanted:
        """The question to the log of administration."""
        since, until = self.span
        return Wanted(subject=self.module, actor=self.actor, since=since, until=until)


def read(
    catalog: Catalog, actor: Actor, log: str, args: Form, *, zone: str, today: date,
    subjects: tuple[str, ...] = (),
) -> Asked:  # fmt: skip
    """What an address asks for. Of modules and fields only those that the reader may ask about."""
    known = subjects if log == ADMINISTRATION else tuple(one.key for one in modules_of(catalog, actor, log))
    module = args.get("module", "") if args.get("module", "") in known else ""
    first, last = day_of(args.get("from", "")), day_of(args.get("to", ""))
    when = period_of(args.getlist("when"), is_custom=bool(first or last))
    found = Asked(
        log=log, zone=zone, today=today, module=module, actor=id_of(args.get("actor", "")),
        when=when, first=first, last=last,
        after=id_of(args.get("after", "")), before=id_of(args.get("before", "")),
    )  # fmt: skip
    if log == ADMINISTRATION:
        return found
    action, field = args.get("action", ""), args.get("field", "")
    return replace(
        found, words=args.get("q", "").replace("\0", "").strip()[:LONGEST],
        action=action if action in LOGS[log] and len(LOGS[log]) > 1 else "",
        field=field if log != OWNERS and module and field in fields_of(catalog, module) else "",
        person=id_of(args.get("person", "")) if log == OWNERS else None,
        record=id_of(args.get("record", "")) if module else None,
    )  # fmt: skip


def period_of(said: Sequence[str], *, is_custom: bool) -> str:
    """The period that is meant: what is sent beside days may be a former choice."""
    if CUSTOM in said and is_custom:
        return CUSTOM
    return next((one for one in said if one in PERIODS), "")


def id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """A day as ISO 8601 writes it; one at the ends of the calendar is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None


def begin_of(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(zone)) if day else None
