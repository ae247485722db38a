"""Carrying values over from a field's old column to its new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.fields import Field

BATCH = 500


def stem(field: Field) -> str:
    """The column of the value itself: another one after a change of type; "" for a field that has none."""
    return field.columns.get("", "")


def covered(old: Field, new: Field) -> bool:
    """Whether the new type takes the old one's values."""
    return not (old.targets or new.targets) and (
        old.type.key == new.type.key or old.type.key in new.type.converts_from
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that the new type refuses."""

    id: UUID
    value: Any


@dataclass(frozen=True, slots=True)
class Conversion:
    """One field on its way. `source` and `target` are the module's table in the old and in the new catalog."""

    old: Field
    new: Field
    source: sa.Table
    target: sa.Table
    language: str

    def batch(
        self, conn: sa.Connection, after: UUID | None, *, since: datetime | None = None, size: int = BATCH
    ) -> tuple[UUID | None, list[Fault]]:
        """Converts the next rows (changed `since` then); the last id, None when there are no more."""
        rows = conn.execute(self._rows(after, since, size)).mappings().all()
        faults, values = [], []
        for row in rows:
            written = self._converted(row)
            if isinstance(written, Fault):
                faults.append(written)
                written = self._empty()
            values.append({"row": row["id"], **{f"to_{part}": written[part] for part in self.new.columns}})
        if values:
            update = self.target.update().where(self.target.c.id == sa.bindparam("row"))
            parts: dict[str, Any] = {name: sa.bindparam(f"to_{part}") for part, name in self.new.columns.items()}
            conn.execute(update.values(parts), values)
        return (rows[-1]["id"] if len(rows) == size else None), faults

    def all(self, conn: sa.Connection, *, since: datetime) -> list[Fault]:
        """Converts every row changed since then in this transaction, and empties what was emptied."""
        found: list[Fault] = []
        after: UUID | None = None
        while True:
            after, faults = self.batch(conn, after, since=since)
            found += faults
            if after is None:
                return found

    def _rows(self, after: UUID | None, since: datetime | None, size: int) -> sa.Select[Any]:
        parts = [self.source.c[name].label(f"from_{part}") for part, name in self.old.columns.items()]
        statement = sa.select(self.source.c.id.label("id"), *parts).order_by(self.source.c.id).limit(size)
        if since is None:
            there: sa.ColumnElement[Any] = sa.column(stem(self.new))  # it may hold values of long ago
            statement = statement.where(sa.or_(self.source.c[stem(self.old)].is_not(None), there.is_not(None)))
        else:
            statement = statement.where(self.source.c.updated_at >= since)
        return statement.where(self.source.c.id > after) if after else statement

    def _empty(self) -> dict[str, Any]:
        return self.new.type.write(self.new, self.new.type.blank)

    def _converted(self, row: Any) -> dict[str, Any] | Fault:
        parts = {part: row[f"from_{part}"] for part in self.old.columns}
        value = self.old.type.read(self.old, parts)
        if value is None:
            return self._empty()
        shown = self.old.type.export(self.old, value, self.language)
        try:
            raw = self.new.type.from_text(self.new, shown)
            loaded = self.new.type.value(self.new).deserialize(raw)
        except ma.ValidationError:
            return Fault(row["id"], shown)
        return self.new.type.write(self.new, loaded)


def examples(faults: list[Fault], *, most: int = 3) -> Iterator[str]:
    """Some of the values that were refused, each once."""
    seen = dict.fromkeys(str(fault.value) for fault in faults)
    yield from list(seen)[:most]
