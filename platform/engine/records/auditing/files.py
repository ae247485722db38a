"""A log as a table for a file: one row for each value that changed, one row for what has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from hanok.engine.access import SYSTEM, Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Denied, say
from hanok.engine.fields import Labels, Linked, in_language
from hanok.engine.records.auditing.administration import Deed, Wanted, all_done
from hanok.engine.records.auditing.asking import CHANGES, EXPORT, INPUT, OWNERS, Search, checked, modules_of
from hanok.engine.records.auditing.pages import every
from hanok.engine.records.auditing.telling import Told
from hanok.engine.records.history import Change
from hanok.engine.records.trail import GROUPS, MERGED, ROLES

ADMINISTRATION = "administration"
#: The logs by name.
TITLES: Mapping[str, Labels] = {
    INPUT: {"en": "Input information", "ko": "입력 정보"},
    CHANGES: {"en": "Changes and deletions", "ko": "변경·삭제 이력"},
    OWNERS: {"en": "Changes of owner", "ko": "담당자 변경 이력"},
    ADMINISTRATION: {"en": "Administration log", "ko": "관리 이력"},
}  # fmt: skip
HEADINGS: Sequence[Labels] = (
    {"en": "When", "ko": "일시"}, {"en": "Who", "ko": "사용자"},
    {"en": "Logged in as them", "ko": "대신 로그인한 관리자"},
    {"en": "Module", "ko": "모듈"}, {"en": "Record", "ko": "레코드"}, {"en": "Record id", "ko": "레코드 ID"},
    {"en": "Action", "ko": "동작"}, {"en": "Field", "ko": "필드"}, {"en": "Before", "ko": "이전 값"},
    {"en": "After", "ko": "이후 값"},
)  # fmt: skip
ACTIONS: Mapping[str, Labels] = {
    "created": {"en": "Created", "ko": "등록"}, "changed": {"en": "Changed", "ko": "변경"},
    "deleted": {"en": "Deleted", "ko": "삭제"}, "restored": {"en": "Restored", "ko": "복원"},
    "linked": {"en": "Linked", "ko": "연결"}, "unlinked": {"en": "Unlinked", "ko": "연결 해제"},
    "merged": {"en": "Merged", "ko": "병합"}, "unmerged": {"en": "Merge undone", "ko": "병합 취소"},
}  # fmt: skip
BESIDE: Mapping[str, Labels] = {
    ROLES: {"en": "Roles", "ko": "역할"}, GROUPS: {"en": "Security groups", "ko": "보안 그룹"},
    MERGED: {"en": "Merged records", "ko": "병합한 레코드"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LogFile:
    """A log, or the log of administration, as an actor sees it: to be written row by row."""

    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    asked: Search | Wanted
    language: str

    @property
    def log(self) -> str:
        return self.asked.log if isinstance(self.asked, Search) else ADMINISTRATION

    @property
    def title(self) -> str:
        return in_language(TITLES[self.log], self.language)

    @property
    def headings(self) -> tuple[str, ...]:
        return tuple(in_language(one, self.language) for one in HEADINGS)

    def check(self) -> None:
        """Raises Invalid for what the actor cannot ask for, Denied for a log that is not hers to take along."""
        if isinstance(self.asked, Search):
            checked(self.catalog, self.actor, self.asked)
            known = [module.key for module in modules_of(self.catalog, self.actor, self.log, EXPORT)]
            if not known or self.asked.module not in ("", *known):
                raise Denied(say("You may not export records of this kind."))
        else:
            next(all_done(self.conn, self.catalog, self.actor, self.asked), None)

    def rows(self) -> Iterator[list[Any]]:
        """The cells of each row."""
        if isinstance(self.asked, Search):
            found: Iterator[Told | Deed] = every(
                self.conn, self.catalog, self.actor, self.asked, right=EXPORT
            )
        else:
            found = all_done(self.conn, self.catalog, self.actor, self.asked)
        for one in found:
            yield from self._deed(one) if isinstance(one, Deed) else self._entry(one)

    def _entry(self, told: Told) -> Iterator[list[Any]]:
        entry, module = told.entry, told.module
        label = in_language(module.label, self.language) if module else told.key
        head = [
            self._moment(entry.at), entry.who or str(SYSTEM), entry.by, label, told.about.title if told.about else "",
            str(told.record), in_language(ACTIONS.get(entry.action, {"en": entry.action}), self.language),
        ]  # fmt: skip
        changes = entry.changes if self.log != OWNERS else self._of_owner(told)
        for change in changes if module else ():
            assert module is not None, "only known modules tell of changes"
            if module.has(change.field) and not module.field(change.field).exported:
                continue
            yield [*head, self._label(module, change.field), *(self._cell(module, change.field, value)
                                                               for value in (change.before, change.after))]  # fmt: skip
        if not changes:
            yield [*head, "", "", ""]

    def _of_owner(self, told: Told) -> tuple[Change, ...]:
        owners = self.catalog.whole.every[told.key].owners if told.module else ()
        return tuple(change for change in told.entry.changes if change.field in owners)

    def _deed(self, deed: Deed) -> Iterator[list[Any]]:
        head = [self._moment(deed.at), deed.who, deed.by, deed.subject, deed.title, deed.about, deed.action]
        for word, pair in deed.changes.items():
            before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
            yield [*head, word, _plain(before), _plain(after)]
        if not deed.changes:
            yield [*head, "", "", ""]

    def _moment(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self.actor.zone or self.catalog.app.zone)):%Y-%m-%d %H:%M:%S}"

    def _label(self, module: Module, key: str) -> str:
        if module.has(key):
            return module.field(key).label_in(self.language)
        end = module.ends.get(key)
        return in_language(end.label if end else BESIDE.get(key, {"en": key}), self.language)

    def _cell(self, module: Module, key: str, value: Any) -> Any:
        """A value as a file has it; what its type no longer understands as it was written."""
        if isinstance(value, Linked):
            return value.title
        if value is None or not module.has(key):
            return _plain(value)
        found = module.field(key)
        try:
            cell = found.type.export(found, value, self.language)
        except (AttributeError, KeyError, TypeError, ValueError):
            return _plain(value)
        return _plain(cell) if isinstance(cell, list | tuple | Mapping) else cell


def _plain(value: Any) -> Any:
    """Plain data as a text."""
    if isinstance(value, Mapping):
        whole = "; ".join(f"{key}: {_plain(one)}" for key, one in value.items())
        return str(value["title"]) if "title" in value else whole
    if isinstance(value, list | tuple):
        return "; ".join(str(_plain(one)) for one in value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
