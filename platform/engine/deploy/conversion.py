"""Carrying values over from a field's old column to its new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.deploy.keeping import Kept
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field

BATCH = 500
Parts = Mapping[str, Any]


def stem(field: Field) -> str:
    """The column of the value itself: another one after a change of type; "" for a field that has none."""
    return field.columns.get("", "")


def convertible(old: Field, new: Field) -> bool:
    """Whether values can be carried over at all: both have a column, and neither names records."""
    return bool(old.columns and new.columns) and not (old.targets or new.targets)


def covered(old: Field, new: Field) -> bool:
    """Whether the new type says that it takes the old one's values. Of others it takes what comes back unchanged."""
    return convertible(old, new) and (old.type.key == new.type.key or old.type.key in new.type.converts_from)


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that the new type refuses, and why; `title` is its record's."""

    id: UUID
    value: Any
    title: str = ""
    reason: Message = field(default_factory=lambda: say("The new type does not take such values."))


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of some rows: the id to go on after (None: no more), values refused, kept as they were, converted."""

    after: UUID | None
    faults: Sequence[Fault] = ()
    kept: int = 0
    carried: int = 0


@dataclass(frozen=True, slots=True)
class Conversion:
    """One field on its way. `source` and `target` are the module's table in the old and in the new catalog.

    `kept` is given where the new column has been live before: it holds values of then, which come back exactly in
    every record whose field nobody edited since. `keys` are options that are called otherwise in the new field.
    """

    old: Field
    new: Field
    source: sa.Table
    target: sa.Table
    language: str
    kept: Kept | None = None
    keys: Mapping[str, str] = field(default_factory=dict)

    def batch(
        self, conn: sa.Connection, after: UUID | None, *, since: datetime | None = None, size: int = BATCH,
        write: bool = True,
    ) -> Batch:  # fmt: skip
        """Converts the next rows (those changed `since` then); without `write` it only says what would happen."""
        rows = conn.execute(self._rows(after, since, size, write)).mappings().all()
        edited = self.kept.edited(conn, rows) if self.kept else frozenset()
        faults, values, kept, carried = [], [], 0, 0
        for row in rows:
            written = self._decided(row, row["id"] in edited)
            if written is None:
                kept += 1
                continue
            if isinstance(written, Fault):
                faults.append(written)
                written = self._empty(self.new)
            elif written[""] is not None:
                carried += 1
            values.append({"row": row["id"], **{f"to_{part}": written[part] for part in self.new.columns}})
        if values and write:
            update = self.target.update().where(self.target.c.id == sa.bindparam("row"))
            parts: dict[str, Any] = {name: sa.bindparam(f"to_{part}") for part, name in self.new.columns.items()}
            conn.execute(update.values(parts), values)
        return Batch(rows[-1]["id"] if len(rows) == size else None, faults, kept, carried)

    def batches(self, conn: sa.Connection, *, since: datetime | None = None, write: bool = True) -> Iterator[Batch]:
        """All of them, in the transaction of this connection."""
        after: UUID | None = None
        while True:
            found = self.batch(conn, after, since=since, write=write)
            yield found
            after = found.after
            if after is None:
                return

    def all(self, conn: sa.Connection, *, since: datetime) -> list[Fault]:
        """Converts every row changed since then in this transaction, and empties what was emptied."""
        return [fault for batch in self.batches(conn, since=since) for fault in batch.faults]

    def _rows(self, after: UUID | None, since: datetime | None, size: int, write: bool) -> sa.Select[Any]:
        source = self.source.c
        parts = [source[name].label(f"from_{part}") for part, name in self.old.columns.items()]
        there = [sa.column(name, self.target.c[name].type) for name in self.new.columns.values()]
        if self.kept is not None:
            parts += [column.label(f"was_{part}") for column, part in zip(there, self.new.columns, strict=True)]
        statement = sa.select(source.id.label("id"), source.title, source.updated_at, *parts)
        statement = statement.order_by(source.id).limit(size)
        if since is not None:
            statement = statement.where(source.updated_at >= since)
        elif write or self.kept is not None:  # it may hold values of long ago, or of an attempt that was cut off
            statement = statement.where(sa.or_(source[stem(self.old)].is_not(None), there[0].is_not(None)))
        else:
            statement = statement.where(source[stem(self.old)].is_not(None))
        return statement.where(source.id > after) if after else statement

    def _decided(self, row: Any, edited: bool) -> Parts | Fault | None:
        """What the new column shall hold; None where it stays as it is."""
        parts = {part: row[f"from_{part}"] for part in self.old.columns}
        if self.kept is None:
            return self._carried(row, parts)
        was = {part: row[f"was_{part}"] for part in self.new.columns}
        if _is_empty(self.new, was):  # then a value of today is lost, unless it can be carried over
            return None if _is_empty(self.old, parts) else self._carried(row, parts)
        changed = not self.kept.is_older(row["updated_at"]) and self._is_changed(row, parts, was, edited)
        return self._carried(row, parts) if changed else None

    def _is_changed(self, row: Any, parts: Parts, was: Parts, edited: bool) -> bool:
        """Whether somebody edited the field since; `edited` is what the history of the record says."""
        back = self._as_then(row, was)
        if not isinstance(back, Fault):
            return not _same(self.old, parts, back)
        return edited if self.kept and self.kept.audited else not _is_empty(self.old, parts)

    def _as_then(self, row: Any, was: Parts) -> Parts | Fault:
        """What the old column would hold if nobody had touched it; a fault where that cannot be told."""
        if self.kept is None or not self.kept.direct or not convertible(self.new, self.old):
            return Fault(row["id"], None)
        back = {new: old for old, new in self.keys.items()}
        return _converted(row, self.new, self.old, was, self.language, back)

    def _carried(self, row: Any, parts: Parts) -> Parts | Fault:
        if _is_empty(self.old, parts):
            return self._empty(self.new)
        value = self.old.type.read(self.old, parts)
        if not convertible(self.old, self.new):
            return Fault(row["id"], self.old.type.export(self.old, value, self.language), row["title"])
        return _converted(row, self.old, self.new, parts, self.language, self.keys)

    @staticmethod
    def _empty(found: Field) -> Parts:
        return found.type.write(found, found.type.blank)


def _converted(
    row: Any, old: Field, new: Field, parts: Parts, language: str, keys: Mapping[str, str]
) -> Parts | Fault:
    value = old.type.read(old, parts)
    if value is None:
        return new.type.write(new, new.type.blank)
    shown = old.type.export(old, value, language)
    try:
        loaded = _loaded(new, _written(old, value, language, keys))
        back = {now: then for then, now in keys.items()}
        if not covered(old, new) and _loaded(old, _written(new, loaded, language, back)) != value:
            changed = say("It would become {value}.", value=new.type.export(new, loaded, language))
            return Fault(row["id"], shown, row["title"], changed)
    except ma.ValidationError as error:
        return Fault(row["id"], shown, row["title"], _first(error))
    return new.type.write(new, loaded)


def _written(found: Field, value: Any, language: str, keys: Mapping[str, str]) -> Any:
    """A value as it is exported, with options under the keys that they have on the other side."""
    several = isinstance(value, tuple)
    every = value if several else (value,)
    if not any(each in keys for each in every):
        return found.type.export(found, value, language)
    names = (keys.get(each) or found.type.export(found, (each,) if several else each, language) for each in every)
    return ",".join(names)


def _loaded(found: Field, shown: Any) -> Any:
    """The value of this field that an exported one of another becomes. Raises marshmallow's ValidationError.

    An option that is no longer offered stays on the records that have it.
    """
    takes = found.type.former(found) if found.choices else found.type.value(found)
    return takes.deserialize(found.type.from_text(found, shown))


def _first(error: ma.ValidationError) -> Message:
    found: Any = error.messages
    while isinstance(found, Mapping | list) and found:
        found = next(iter(found.values())) if isinstance(found, Mapping) else found[0]
    return found if isinstance(found, Message) else say("{reason}", reason=found)


def _is_empty(found: Field, parts: Parts) -> bool:
    value = found.type.read(found, parts)
    return value is None or bool(value == found.type.blank)


def _same(found: Field, one: Parts, other: Parts) -> bool:
    """Whether both are the same value of this field."""
    return bool(found.type.read(found, one) == found.type.read(found, other))


def examples(faults: Sequence[Fault], *, most: int = 3) -> Iterator[str]:
    """Some of the values that were refused, each once."""
    seen = dict.fromkeys(str(fault.value) for fault in faults)
    yield from list(seen)[:most]
