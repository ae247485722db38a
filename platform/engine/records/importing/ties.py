"""N-n links in files: several records in one cell, with ";" between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
import sqlalchemy as sa

from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, Linked, Tie
from hanok.engine.fields.text import fold
from hanok.engine.language.words import clip
from hanok.engine.records.importing.item import Item
from hanok.engine.records.importing.job import Job
from hanok.engine.records.importing.links import Links
from hanok.engine.records.importing.mapping import ID, Column
from hanok.engine.records.importing.sheet import is_blank
from hanok.engine.records.related import load_related, tie_primaries
from hanok.engine.records.ties import ties_of_many

BETWEEN = ";"


def written_ids(ties: Sequence[Tie]) -> str | None:
    """The records that are tied as a cell names them: by ids, with their module where several are possible."""
    return f"{BETWEEN} ".join(f"{tie.module}:{tie.id}" if tie.module else str(tie.id) for tie in ties) or None


def written_titles(ties: Sequence[Tie]) -> str | None:
    return f"{BETWEEN} ".join(tie.title for tie in ties) or None


def names_in(item: Item, column: Column) -> list[str]:
    """What a cell names, one by one."""
    return [name for each in item.text(column).split(BETWEEN) if (name := each.strip())]


def leads(job: Job, item: Item, column: Column) -> bool:
    """Whether another column of the row leads: of two that say something the one with ids, the other is compared."""
    others = [other for other in job.ties if other.field.key == column.field.key and other is not column]
    said = any(not is_blank(item.cell(other)) for other in others)
    return said and (column.by != ID or is_blank(item.cell(column)))


class Ties:
    """The n-n links of a batch: what its cells name, and what is stored of its records."""

    def __init__(self, conn: sa.Connection, job: Job, links: Links, items: Sequence[Item]) -> None:
        self.conn = conn
        self.job = job
        self.links = links
        for column in job.ties:
            asking = [item for item in items if not leads(job, item, column)]
            links.prepare(column, {name for item in asking for name in names_in(item, column)})
        ids = [item.id for item in items if item.current]
        fields = {column.field.key: column.field for column in job.ties} if ids else {}
        self.stored = {
            key: ties_of_many(conn, job.catalog, job.actor, job.module, ids, found) for key, found in fields.items()
        }

    def present(self, item: Item, key: str) -> Sequence[Tie]:
        return self.stored.get(key, {}).get(item.id, ())

    def say(self, item: Item, column: Column, raw: dict[str, Any]) -> None:
        """Puts what a cell names into the raw values, unless it is what is stored."""
        if leads(self.job, item, column):
            return
        found, key = [self.links.find(column, name) for name in names_in(item, column)], column.field.key
        faults = [each for each in found if isinstance(each, Message)]
        for message in faults:
            item.wrong(column.heading, message)
        if faults or (item.current and self._unchanged(item, column.field, found)):
            raw.pop(key, None)
        else:
            raw[key] = found

    def _unchanged(self, item: Item, field: Field, raw: Sequence[Any]) -> bool:
        try:
            wanted = field.type.value(field).deserialize(raw)
        except ma.ValidationError:
            return False
        return _ids(wanted) == _ids(self.present(item, field.key))

    def take(self, item: Item) -> None:
        """Takes the n-n links out of the checked values of a row, and says how they differ from what is stored."""
        assert item.loading is not None
        self._compare_titles(item, item.loading.values)
        item.beside = load_related(self.conn, self.job.catalog, self.job.actor, item.loading)
        for key, wanted in item.beside.ties.items():
            present = self.present(item, key)
            item.retied[key] = [written_titles(present), written_titles(wanted)]
            item.tied[key] = (written_ids(present) or "").split(f"{BETWEEN} ") if present else []

    def _compare_titles(self, item: Item, values: Mapping[str, Any]) -> None:
        """Where a column holds ids, the one with titles beside it must mean the same records."""
        for column in self.job.ties:
            if is_blank(item.cell(column)) or item.faults or not leads(self.job, item, column):
                continue
            key = column.field.key
            meant = written_titles(values[key] if key in values else self.present(item, key)) or ""
            if fold(meant) != fold(item.text(column)):
                item.wrong(column.heading, say("The id beside it belongs to “{title}”, not to “{name}”.",
                                               title=clip(meant), name=clip(item.text(column))))  # fmt: skip


def _ids(ties: Sequence[Tie]) -> list[tuple[str, Any]]:
    return [(tie.module, tie.id) for tie in ties]


def write_ties(conn: sa.Connection, job: Job, items: Sequence[Item]) -> None:
    """Writes the n-n links of rows whose records are written."""
    primary = _primaries(job)
    for item in items:
        draft, at = item.draft, datetime.now(UTC)
        title = draft.title if draft else item.current.title if item.current else ""
        here = Linked(job.module.key, item.id, title)
        if item.beside is not None and item.beside.ties:
            item.beside.write(conn, job.catalog, job.actor, here, at=at)
        if draft is not None and any(draft.own.get(key) is not None for key in primary):
            tie_primaries(conn, job.catalog, job.actor, job.module, here, draft.own, at=at)


def _primaries(job: Job) -> list[str]:
    fields: list[Field] = [found for found in job.module.fields.values() if found.type.apart]
    return [str(found.settings["primary"]) for found in fields if found.settings.get("primary")]
