"""What is asked of a list, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hanok.engine.conditions import Node


@dataclass(frozen=True, slots=True)
class Under:
    """The end of a record whose records are asked for: module, id and the key of the end (a subpanel's rows)."""

    module: str
    id: UUID
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question to one module.

    `where` is a condition of metadata (a view's, a saved filter's), `asked` one of the actor's own: the latter gets
    the actor's row rule at each step through a link. `sort` holds field keys, "-" in front for descending. `columns`
    are the fields to read (empty: all). `after`/`before` are cursors of an earlier page. `words` searches. Records that
    stand `under` another have the own fields of their ties among their values. `limit` is a condition of metadata that
    was read already; `assigned` asks for users who may be given records of that module; `record` are the values of the
    record at hand, what `$record` stands for in it.
    """

    module: str
    where: Mapping[str, Any] | None = None
    asked: Mapping[str, Any] | None = None
    sort: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    size: int = 25
    after: str | None = None
    before: str | None = None
    words: str = ""
    deleted: bool = False
    under: Under | None = None
    action: str = "list"
    limit: Node | None = None
    record: Mapping[str, Any] | None = None
    assigned: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the actor may see it. `values`: Python values by field key, links as `Linked`, the system's too.

    One that she may not view stands in a list only, with the columns of the list.
    """

    module: str
    id: UUID
    version: int
    title: str
    values: Mapping[str, Any] = field(default_factory=dict)
    may_edit: bool = False
    may_delete: bool = False
    may_assign: bool = False
    may_view: bool = True

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order; `next` and `previous` are cursors for `Query.after` and `Query.before`, None at the ends."""

    rows: tuple[Record, ...]
    next: str | None = None
    previous: str | None = None
