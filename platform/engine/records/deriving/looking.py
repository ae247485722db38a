"""Records as expressions look at them: a tree of names, read with a statement for each link and each end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, End, Module
from hanok.engine.catalog.derived import Needs
from hanok.engine.catalog.ends import POSITION, rows
from hanok.engine.expressions import View, value_of
from hanok.engine.fields import Field

#: Ids that one statement names.
BATCH = 500
#: What a link has without its record.
BARE = frozenset({"id", "title", "module"})


@dataclass(frozen=True, slots=True)
class Looked:
    """One record: its fields' own values, and what expressions see of it."""

    raw: dict[str, Any] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looking:
    """`hold` keeps records from changing until the transaction ends (on PostgreSQL): these, and what they link to.

    Those at their ends are kept by holding these: whoever changes one of them holds these first.
    """

    conn: sa.Connection
    catalog: Catalog
    hold: bool = False

    def records(
        self, module: Module, ids: Iterable[UUID], needs: Needs, *, also: Collection[str] = (), deleted: bool = False
    ) -> dict[UUID, Looked]:
        """The records of these ids with what is needed of them; `also` are fields whose own values are wanted.

        Deleted ones are left out unless `deleted`.
        """
        found: dict[UUID, Looked] = {}
        for batch in batches(ids):
            found |= self._batch(module, batch, needs, also, deleted)
        return found

    def _batch(
        self, module: Module, ids: list[UUID], needs: Needs, also: Collection[str], deleted: bool
    ) -> dict[UUID, Looked]:
        fields = [one for key in dict.fromkeys((*needs, *also)) if (one := _stored(module, key)) is not None]
        found = self._rows(module.table, module.table.c.id.in_(ids), fields, deleted)
        language = self.catalog.app.languages[0]
        for one in fields:
            below = needs.get(one.key)
            if below is None:
                continue
            if one.targets:
                self._follow(one, below, found)
                continue
            for looked in found.values():
                looked.seen[one.key] = value_of(one, looked.raw[one.key], language=language, names=below)
        for key, below in needs.items():
            if _stored(module, key) is None and key in module.ends:
                self._gather(module, module.ends[key], below, found)
        return found

    def _rows(
        self, table: sa.Table, where: sa.ColumnElement[bool], fields: Iterable[Field], deleted: bool
    ) -> dict[UUID, Looked]:
        wanted = list(fields)
        names = [name for one in wanted for part, name in one.columns.items() if part != "folded"]
        columns = [table.c[name].label(f"c{at}") for at, name in enumerate(names)]
        statement = sa.select(table.c.id.label("row_id"), *columns).where(where)
        if not deleted:
            statement = statement.where(table.c.deleted_at.is_(None))
        if self.hold and self.conn.dialect.name == "postgresql":
            statement = statement.order_by(table.c.id).with_for_update(read=True)
        return {row[0]: Looked(_read(wanted, row[1:])) for row in self.conn.execute(statement)}

    def _follow(self, link: Field, below: Needs, found: Mapping[UUID, Looked]) -> None:
        """Puts a view of the linked record in its place; nothing where that one is deleted."""
        wanted: dict[str, set[UUID]] = defaultdict(set)
        for looked in found.values():
            value = looked.raw[link.key]
            if value is not None:
                wanted[value.module].add(value.id)
        views = {target: self.views(target, ids, below) for target, ids in wanted.items()}
        for looked in found.values():
            value = looked.raw[link.key]
            looked.seen[link.key] = None if value is None else views[value.module].get(value.id)

    def views(self, module: str, ids: Iterable[UUID], below: Needs) -> dict[UUID, View]:
        """Records as they stand behind a dot."""
        there = self.catalog.every[module]
        needs = {key: deeper for key, deeper in below.items() if key not in BARE}
        found = self.records(there, ids, needs, also=("title",))
        return {id: _view(module, id, looked) for id, looked in found.items()}

    def _gather(self, module: Module, end: End, below: Needs, found: Mapping[UUID, Looked]) -> None:
        """Puts the records at an end in its place, in their order."""
        near = module.table.alias("near")
        tied = rows(end, self.catalog.every, near, home=module.key)
        own = [end.own[key] for key in below if key in end.own]
        names = [name for one in own for part, name in one.columns.items() if part != "folded"]
        columns = [tied.columns.c[name].label(f"t{at}") for at, name in enumerate(names)]
        statement = (
            sa.select(near.c.id.label("near_id"), tied.table.c.id.label("there_id"), *columns)
            .select_from(near.join(tied.source, tied.where))
            .where(near.c.id.in_(list(found)))
            .order_by(*_order(end, self.catalog.every[end.module], tied))
        )
        pairs = self.conn.execute(statement).all()
        needs = {key: deeper for key, deeper in below.items() if key not in end.own}
        views = replace(self, hold=False).views(end.module, {pair[1] for pair in pairs}, needs)
        listed: dict[UUID, list[View]] = defaultdict(list)
        for near_id, there_id, *parts in pairs:
            if there_id in views:
                listed[near_id].append(self._tied(views[there_id], own, _read(own, parts)))
        for id, looked in found.items():
            items = tuple(listed.get(id, ()))
            looked.seen[end.key] = next(iter(items), None) if end.single else items

    def _tied(self, view: View, own: list[Field], raw: Mapping[str, Any]) -> View:
        if not own:
            return view
        language = self.catalog.app.languages[0]
        values = {one.key: value_of(one, raw[one.key], language=language) for one in own}
        return View(view.text, view.key, {**view.values, **values})


def _stored(module: Module, key: str) -> Field | None:
    found = module.fields.get(key) or module.system.get(key)
    return found if found is not None and found.columns and not found.type.apart else None


def _read(fields: Iterable[Field], row: Iterable[Any]) -> dict[str, Any]:
    """The fields' values from the columns of their parts, in order."""
    cells = iter(row)
    found = {}
    for one in fields:
        parts = {part: next(cells) for part in one.columns if part != "folded"}
        found[one.key] = one.type.read(one, parts)
    return found


def _view(module: str, id: UUID, looked: Looked) -> View:
    title = looked.raw["title"] or ""
    return View(title, id, {**looked.seen, "id": id, "title": title, "module": module})


def _order(end: End, there: Module, tied: Any) -> list[Any]:
    if tied.tie is not None:
        return [tied.tie.c.position, tied.tie.c.id]
    lines = [tied.table.c[there.field(POSITION).columns[""]]] if end.kind == "lines" else []
    return [*lines, tied.table.c.id]


def batches(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """The ids in order, so many at a time."""
    ordered = iter(sorted(set(ids)))
    while batch := list(islice(ordered, BATCH)):
        yield batch


