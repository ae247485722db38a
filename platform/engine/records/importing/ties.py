"""N-n links in files: several records in one cell, with ";" between them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

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


def prepare_ties(job: Job, links: Links, items: Sequence[Item]) -> None:
    """Asks for what the cells of n-n links may name."""
    for column in job.ties:
        asking = [item for item in items if not leads(job, item, column)]
        links.prepare(column, {name for item in asking for name in names_in(item, column)})


def leads(job: Job, item: Item, column: Column) -> bool:
    """Whether another column of the row holds the ids: then this one is for readers, and only compared with them."""
    others = [other for other in job.ties if other.field.key == column.field.key and other.by == ID]
    return column.by != ID and any(not is_blank(item.cell(other)) for other in others)


def say_ties(job: Job, item: Item, column: Column, links: Links, raw: dict[str, Any]) -> None:
    """Puts what a cell names into the raw values."""
    if leads(job, item, column):
        return
    found = [links.find(column, name) for name in names_in(item, column)]
    faults = [each for each in found if isinstance(each, Message)]
    for message in faults:
        item.wrong(column.heading, message)
    if faults:
        raw.pop(column.field.key, None)
    else:
        raw[column.field.key] = found


class Ties:
    """The n-n links that are stored of the records of a batch, to compare with what its rows say."""

    def __init__(self, conn: sa.Connection, job: Job, items: Sequence[Item]) -> None:
        self.conn = conn
        self.job = job
        ids = [item.id for item in items if item.current]
        fields = {column.field.key: column.field for column in job.ties} if ids else {}
        self.present = {
            key: ties_of_many(conn, job.catalog, job.actor, job.module, ids, found) for key, found in fields.items()
        }

    def take(self, item: Item) -> None:
        """Takes the n-n links out of the checked values of a row, and says what differs from what is stored."""
        assert item.loading is not None
        _compare_titles(self.job, item)
        item.beside = load_related(self.conn, self.job.catalog, self.job.actor, item.loading)
        for key, wanted in list(item.beside.ties.items()):
            before = self.present.get(key, {}).get(item.id, ())
            if _ids(wanted) == _ids(before):
                del item.beside.ties[key]
            else:
                item.retied[key] = [written_titles(before), written_titles(wanted)]


def _ids(ties: Sequence[Tie]) -> list[tuple[str, Any]]:
    return [(tie.module, tie.id) for tie in ties]


def _compare_titles(job: Job, item: Item) -> None:
    """Where a column holds ids, the one with titles beside it must mean the same records."""
    assert item.loading is not None
    for column in job.ties:
        if is_blank(item.cell(column)) or not leads(job, item, column) or column.field.key not in item.loading.values:
            continue
        meant = written_titles(item.loading.values[column.field.key]) or ""
        if not item.faults and fold(meant) != fold(item.text(column)):
            item.wrong(column.heading, say("The id beside it belongs to “{title}”, not to “{name}”.",
                                           title=clip(meant), name=clip(item.text(column))))  # fmt: skip


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
