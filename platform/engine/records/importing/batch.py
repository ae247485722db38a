"""One batch of rows: from cells to records, with a few statements for all of them.

Cells become raw values, keys find the records that are there, and every value goes through the validator of
`records.values`. Nothing is written before the whole batch is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog.derived import is_derived
from hanok.engine.errors import Denied, Message, say
from hanok.engine.fields import Field, Linked
from hanok.engine.fields.text import fold
from hanok.engine.language.words import clip
from hanok.engine.records.around import Around
from hanok.engine.records.attachments import Files
from hanok.engine.records.deriving.suggesting import suggest
from hanok.engine.records.drafts import changed_draft, check_changing, check_creating, drawn, new_draft
from hanok.engine.records.importing.item import Item
from hanok.engine.records.importing.job import Fault, Job, Outcome
from hanok.engine.records.importing.keys import find_records
from hanok.engine.records.importing.ledger import Ledger
from hanok.engine.records.importing.lines import Lines, hold_above_lines, touch_above
from hanok.engine.records.importing.links import Links, names_of
from hanok.engine.records.importing.mapping import ID, Column
from hanok.engine.records.importing.sheet import Row, is_blank
from hanok.engine.records.importing.ties import Ties, write_ties
from hanok.engine.records.many import Looked, write_many
from hanok.engine.records.naming import title_of
from hanok.engine.records.values import Bound, Group, Loading, compared_groups


@dataclass(slots=True)
class Beside:
    """A `Lookup` of what is stored and of what the rows above did."""

    stored: Looked
    ledger: Ledger
    module: str

    def title(self, target: str, id: UUID) -> str | None:
        made = self.ledger.title(id) if target == self.module else None
        return made if made is not None else self.stored.title(target, id)

    @property
    def around(self) -> Around:
        return self.stored.around

    def files(self, ids: Iterable[UUID]) -> Files:
        return self.stored.files(ids)

    def holder(self, group: Group, wanted: Bound, but: UUID | None) -> str | None:
        made = self.ledger.holder(group, wanted)
        if made and made[0] != but:
            return made[1]
        holders = self.stored.holders[group].get(wanted, ())
        return next(
            (title for id, title in holders if id != but and not self.ledger.gave_up(group, wanted, id)), None
        )


@dataclass(slots=True)
class Batch:
    """The rows of a batch, and what the run knows. `write` is False where nothing may be written."""

    conn: sa.Connection
    job: Job
    ledger: Ledger
    write: bool
    ties: Ties = field(init=False)

    def run(self, rows: Sequence[Row]) -> list[Outcome]:
        """What becomes of each row, in their order."""
        items = [Item(row) for row in rows]
        for item in items:
            if item.row.fault:
                item.wrong("", item.row.fault)
        if self.write:
            hold_above_lines(self.conn, self.job, self.ledger, rows)
        find_records(self.conn, self.job, self.ledger, self._sound(items), lock=self.write)
        self._load(self._sound(items))
        self._check(self._sound(items))
        if self.write:
            sound = self._sound(items)
            drafts = [item.draft for item in sound if item.draft]
            write_many(self.conn, self.job.catalog, self.job.actor, self.job.module, drafts)
            write_ties(self.conn, self.job, sound)
            touch_above(self.conn, self.job, sound)
        places = {column.heading: column.place for column in self.job.columns}
        return [_outcome(item, places) for item in items]

    def _sound(self, items: Sequence[Item]) -> list[Item]:
        return [item for item in items if not item.faults]

    def _load(self, items: Sequence[Item]) -> None:
        """Every value by itself; a row may link to a record of a row above it."""
        job = self.job
        above = Ledger(self.ledger)
        links = Links(self.conn, job.catalog, job.actor, job.module, above)
        for column in job.links:
            links.prepare(column, {item.text(column) for item in items})
        self.ties = Ties(self.conn, job, links, items)
        names = job.names
        for item in items:
            self._load_one(item, links)
            if names is not None and item.loading and not item.faults:
                values = self._whole(item)
                title = title_of(job.catalog, job.module, values)
                above.titles[item.id] = title
                for name in names_of(names, title, values):
                    above.names.setdefault(name, set()).add(item.id)
        suggest(self.conn, job.catalog, [item.loading for item in self._sound(items) if item.loading])
        for item in items:
            if item.loading:
                self._take(item, item.loading)

    def _whole(self, item: Item) -> dict[str, Any]:
        """All values that the record will have, links with their titles as far as they are known."""
        assert item.loading is not None
        known = {column.field.key: item.linked.get(column.place) for column in self.job.links}
        linked = {key: value for key, value in known.items() if isinstance(value, Linked)}
        return {**(item.current.values if item.current else {}), **item.loading.values, **linked}

    def _load_one(self, item: Item, links: Links) -> None:
        job = self.job
        try:
            check_changing(item.current) if item.current else check_creating(job.catalog, job.actor, job.module)
        except Denied as error:
            item.wrong("", error.message)
            return
        raw = self._raw(item, links)
        loading = Loading(job.catalog, job.actor, job.module, raw, item.current, job.validators)
        loading.load(self.conn)
        item.loading = loading
        self._take(item, loading)

    def _raw(self, item: Item, links: Links) -> dict[str, Any]:
        """What the row says of each field, as the validator wants it."""
        raw: dict[str, Any] = {}
        for column in self.job.columns:
            cell, found = item.cell(column), column.field
            blank = is_blank(cell)
            if (blank and self.job.skip_blank) or found.key == ID:
                continue
            if is_derived(found):
                continue  # an export has it; here it is worked out again
            if found.type.generated:
                self._compare(item, column)
            elif found.type.apart:
                self.ties.say(item, column, raw)
            elif not found.targets:
                raw[found.key] = None if blank else found.type.from_text(found, cell)
            elif blank:
                raw.setdefault(found.key, None)
            else:
                self._link(item, column, links, raw)
        return raw

    def _link(self, item: Item, column: Column, links: Links, raw: dict[str, Any]) -> None:
        key = column.field.key
        if column.by != ID and self._said_by_id(item, column):
            return
        found = links.find(column, item.text(column))
        if isinstance(found, Message):
            item.wrong(column.heading, found)
            raw.pop(key, None)
        else:
            item.linked[column.place] = found
            raw[key] = found

    def _said_by_id(self, item: Item, column: Column) -> bool:
        """Whether another column of the row holds the id: then this one is only compared with it."""
        others = [other for other in self.job.links if other.field.key == column.field.key and other.by == ID]
        return any(not is_blank(item.cell(other)) for other in others)

    def _compare(self, item: Item, column: Column) -> None:
        """Generated values cannot be imported, only be the same as what is there."""
        cell, found = item.cell(column), column.field
        if is_blank(cell):
            return
        if item.current is None:
            item.wrong(column.heading, say("New records get this from the system: leave the cell empty."))
        elif not found.type.unchanged(found, found.type.from_text(found, cell), item.current.values.get(found.key)):
            item.wrong(column.heading, say("This cannot be changed."))

    def _take(self, item: Item, loading: Loading) -> None:
        """The validator's errors as faults of columns, but for fields that have one already."""
        faulty = {fault.heading for fault in item.faults}
        for key, messages in loading.errors.items():
            heading = self._heading(key)
            if heading not in faulty:
                item.faults += [Fault(heading, message) for message in messages]

    def _heading(self, key: str) -> str:
        columns = [column for column in self.job.columns if column.field.key == key]
        if columns:
            return columns[0].heading
        return self.job.module.field(key).label_in(self.job.catalog.app.languages[0]) if key else ""

    def _check(self, items: Sequence[Item]) -> None:
        """Every value against other records, in the order of rows; what is sound goes into the ledger."""
        job = self.job
        loadings = [item.loading for item in items if item.loading]
        looked = Looked(self.conn, job.catalog, job.actor, job.module, loadings)
        lookup = Beside(looked, self.ledger, job.module.key)
        places = Lines(self.conn, job, items, lock=self.write)
        for item in items:
            assert item.loading is not None
            item.loading.check(lookup)
            self._take(item, item.loading)
            self._compare_titles(item)
            self.ties.take(item)
            places.take(item)
            if not item.faults:
                self._draft(item)
            if not item.faults:
                self._note(item)

    def _compare_titles(self, item: Item) -> None:
        """Where a column holds ids, the one with titles beside it must mean the same records."""
        assert item.loading is not None
        for column in self.job.links:
            if column.by or item.faults or is_blank(item.cell(column)) or not self._said_by_id(item, column):
                continue
            present = item.current.values.get(column.field.key) if item.current else None
            linked = item.loading.values.get(column.field.key, present)
            title = linked.title if isinstance(linked, Linked) else ""
            if fold(title) != fold(item.text(column)):
                item.wrong(column.heading, say("The id beside it belongs to “{title}”, not to “{name}”.",
                                               title=title, name=clip(item.text(column))))  # fmt: skip

    def _draft(self, item: Item) -> None:
        job = self.job
        assert item.loading is not None
        values = item.loading.values
        try:
            if item.current:
                item.draft = changed_draft(job.catalog, job.actor, job.module, item.current, values)
                return
            numbers = drawn(self.conn, job.catalog, job.actor, job.module) if self.write else {}
            item.draft = new_draft(job.catalog, job.actor, job.module, {**values, **numbers}, id=item.id)
        except Denied as error:
            item.wrong("", error.message)

    def _note(self, item: Item) -> None:
        """What the rows below must know of this one."""
        draft, module, names = item.draft, self.job.module, self.job.names
        if draft is None:
            return
        assert item.loading is not None
        if names is not None:
            self.ledger.titles[item.id] = draft.title
            for name in names_of(names, draft.title, draft.own):
                self.ledger.names.setdefault(name, set()).add(item.id)
        before = item.current.values if item.current else {}
        for group in compared_groups(module):
            wanted = item.loading.wanted(group)
            if wanted is None and not any(key in draft.changes for key in group):
                continue
            held = _bound([(module.field(key), before.get(key)) for key in group])
            if held is not None and held != wanted:
                self.ledger.given_up.add((group, held, item.id))
            if wanted is not None:
                self.ledger.held[group, wanted] = (item.id, draft.title)


def _bound(pairs: Sequence[tuple[Field, Any]]) -> Bound | None:
    """What the columns of a unique group hold now; None when something is empty."""
    if any(value is None for _, value in pairs):
        return None
    return tuple(found.type.write(found, value)[found.type.compared(found)] for found, value in pairs)


def _outcome(item: Item, places: Mapping[str, int]) -> Outcome:
    """What became of the row; its faults in the order of columns."""
    row = item.row
    if item.faults:
        faults = sorted(item.faults, key=lambda fault: places.get(fault.heading, len(row.cells)))
        return Outcome(row.number, "failed", faults=tuple(faults), cells=row.cells)
    if item.draft is None and not item.retied:
        title = item.current.title if item.current else ""
        return Outcome(row.number, "unchanged", title, item.id, cells=row.cells)
    action = "changed" if item.current else "new"
    notes = tuple(item.loading.alike.values()) if item.loading else ()
    title = item.draft.title if item.draft else item.current.title if item.current else ""
    changes = {**(item.draft.changes if item.draft else {}), **item.retied}
    version = item.draft.version if item.draft else item.current.version if item.current else 0
    return Outcome(row.number, action, title, item.id, changes, cells=row.cells, notes=notes, version=version,
                   tied=item.tied)  # fmt: skip

