"""One row on its way through a batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hanok.engine.errors import Message
from hanok.engine.fields import Linked
from hanok.engine.records.drafts import Draft
from hanok.engine.records.importing.job import Fault
from hanok.engine.records.importing.mapping import Column
from hanok.engine.records.importing.sheet import Row
from hanok.engine.records.query import Record
from hanok.engine.records.related import Related
from hanok.engine.records.values import Loading
from hanok.engine.store import new_id


@dataclass(slots=True)
class Item:
    """A row, the record that it is or will be, and what was found wrong with it.

    `linked` holds by a column's place what its cell names; `id` is the record's, known before it is written. `beside`
    are the n-n links that the row says, `retied` what differs of them (titles before and after, by field), `tied` whom
    they led to before.
    """

    row: Row
    id: UUID = field(default_factory=new_id)
    current: Record | None = None
    linked: dict[int, Linked | str] = field(default_factory=dict)
    loading: Loading | None = None
    draft: Draft | None = None
    beside: Related | None = None
    retied: dict[str, list[Any]] = field(default_factory=dict)
    tied: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, heading: str, message: Message) -> None:
        self.faults.append(Fault(heading, message))

    def cell(self, column: Column) -> Any:
        return self.row.cells[column.place]

    def text(self, column: Column) -> str:
        """What a cell of a link says."""
        return str(self.cell(column)).strip()
