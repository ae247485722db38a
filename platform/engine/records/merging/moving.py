"""What points at the records that go, pointed at the one that stays: links, lines and ties, by statements for sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import POSITION
from hanok.engine.errors import Refused, say
from hanok.engine.fields.lines import MOST as MOST_LINES
from hanok.engine.records.deriving.changes import Changes
from hanok.engine.records.merging.asked import ALL, MINE, Merge
from hanok.engine.records.merging.tying import move_ties
from hanok.engine.records.merging.ways import LINES, LINK, MOVED, Way, moved, note, ways_to
from hanok.engine.records.sharing import inherit_anew
from hanok.engine.records.trail import leave, trace
from hanok.engine.store.merge_tables import merge_row
from hanok.engine.store.tables import audit, outbox

#: What the record that stays itself said of those that go.
OWN = "own"
#: Lines of the one that stays that gave way to those of another.
TAKEN_OUT = "out"


@dataclass(slots=True)
class Moving:
    """One merge under way. `catalog` is the whole one; `changes` is what other values follow from; `titles` are those
    of the records; of the fields `keeps` the one that stays keeps its lines; `offsets` say by place and record how far
    back its ties or lines were put."""

    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    plan: Merge
    module: Module
    at: datetime
    titles: Mapping[UUID, str]
    keeps: frozenset[str] = frozenset()
    changes: Changes = field(default_factory=Changes)
    counts: dict[str, int] = field(default_factory=dict)
    offsets: dict[str, dict[str, int]] = field(default_factory=dict)

    def run(self) -> None:
        """Moves everything. Raises Refused for what cannot move."""
        self._let_go()
        for way in ways_to(self.catalog, self.module):
            if way.kind == LINK:
                self._links(way)
            elif way.kind == LINES:
                self._lines(way)
            else:
                counted, offsets = move_ties(self.conn, self.catalog, self.plan, way, self.changes)
                self._count(way, counted)
                self.offsets[way.place] = offsets

    def _count(self, way: Way, rows: int) -> None:
        if rows:
            self.counts[way.place] = rows

    # -- links -----------------------------------------------------------------------------------------------------
    def _links(self, way: Way) -> None:
        wish = self.plan.wish
        wheres = [way.at(wish.goes)]
        if way.home.key == self.module.key:
            wheres.append(way.table.c.id != wish.stays)
        self._check_single(way)
        self._count(way, note(self.conn, self.plan.id, way, wheres))
        if way.place in self.counts:
            self._point(way, wheres, {})
            self._tell(way)

    def _check_single(self, way: Way) -> None:
        """Of a link by which at most one record leads to each, only one may be left."""
        if not way.field.unique:
            return
        alive = (way.at(self.plan.wish.all), way.table.c.deleted_at.is_(None))
        if (self.conn.scalar(sa.select(sa.func.count()).select_from(way.table).where(*alive)) or 0) > 1:
            raise Refused(say("Only one record of “{module}” may lead to each of these by “{field}”, and there are "
                              "several. Change or delete one of them first.", module=way.home.label,
                              field=way.field.label))  # fmt: skip

    def _point(self, way: Way, wheres: Sequence[sa.ColumnElement[bool]], more: Mapping[Any, Any]) -> None:
        """Points rows at the record that stays; their version says that they changed."""
        values = {way.column: self.plan.wish.stays, way.table.c.version: way.table.c.version + 1, **more}
        try:
            with self.conn.begin_nested():
                self.conn.execute(sa.update(way.table).where(*wheres).values(values))
        except sa.exc.IntegrityError as error:
            raise Refused(say("Records of “{module}” cannot move together: two of them have values that only one may "
                              "have.", module=way.home.label)) from error  # fmt: skip

    def _tell(self, way: Way) -> None:
        """The trail of each row that moved, what follows from it, and the groups that it inherits."""
        after = self._linked(self.plan.wish.stays)
        for some in moved(self.conn, self.plan.id, way.place):
            pairs = {id: {way.field.key: [self._linked(former), after]} for id, former in some.items()}
            tell(self.conn, self.catalog, self.actor, way.home, pairs, at=self.at)
            for id, changed in pairs.items():
                self.changes.note(way.home, id, changed)
            if way.home.parent is None:
                inherit_anew(self.conn, self.catalog, way.home, sorted(some), {way.field.key})

    def _linked(self, id: UUID) -> dict[str, str]:
        return {"module": self.module.key, "id": str(id), "title": self.titles[id]}

    # -- lines -----------------------------------------------------------------------------------------------------
    def _lines(self, way: Way) -> None:
        assert way.home.parent is not None, "lines stand in a record"
        wanted = self.plan.wish.lines.get(way.home.parent.field, ALL)
        if wanted == MINE or way.home.parent.field in self.keeps:
            return
        if wanted != ALL:
            self._take_out(way)
        goes = self.plan.wish.goes if wanted == ALL else [id for id in self.plan.wish.goes if str(id) == wanted]
        offsets = self.offsets.setdefault(way.place, {})
        position = way.table.c[way.home.field(POSITION).columns[""]]
        total = 0
        for id in goes:
            wheres = [way.at([id]), way.table.c.deleted_at.is_(None)]
            offsets[str(id)] = behind(self.conn, position, [way.at([self.plan.wish.stays])])
            found = note(self.conn, self.plan.id, way, wheres)
            if found:
                self._point(way, wheres, {position: position + offsets[str(id)]})
            total += found
        here = (way.at([self.plan.wish.stays]), way.table.c.deleted_at.is_(None))
        if (self.conn.scalar(sa.select(sa.func.count()).select_from(way.table).where(*here)) or 0) > MOST_LINES:
            raise Refused(say("A record has at most {most} lines.", most=MOST_LINES))
        self._count(way, total)
        if total:
            self._tell(way)

    def _take_out(self, way: Way) -> None:
        """The lines of the one that stays go; another's take their place."""
        table, wish = way.table, self.plan.wish
        here = (way.at([wish.stays]), table.c.deleted_at.is_(None))
        rows = self.conn.execute(sa.select(table.c.id, table.c.version).where(*here)).all()
        if not rows:
            return
        place = f"{TAKEN_OUT} {way.home.key} {way.field.key}"
        self.conn.execute(merge_row.insert(), [
            {"merge": self.plan.id, "place": place, "record": row.id, "former": wish.stays, "state": MOVED}
            for row in rows
        ])  # fmt: skip
        gone = {"deleted_at": self.at, "deleted_by": self.actor.id, "version": table.c.version + 1}
        self.conn.execute(sa.update(table).where(*here).values(gone))
        for row in rows:
            leave(self.conn, self.catalog, self.actor, way.home, row.id, "deleted", {}, at=self.at,
                  version=row.version + 1)  # fmt: skip
        self.changes.come_or_gone(self.catalog, way.home, [row.id for row in rows])

    # -- what the one that stays said of them ----------------------------------------------------------------------
    def _let_go(self) -> None:
        """Links of the one that stays to those that go: in a tree it takes the place of the highest of them above it;
        elsewhere it leads nowhere."""
        wish, table = self.plan.wish, self.module.table
        for found in self.module.fields.values():
            if self.module.key not in found.targets or not found.columns:
                continue
            column = table.c[found.columns[""]]
            before = self.conn.scalar(sa.select(column).where(table.c.id == wish.stays))
            tree = bool(found.settings.get("tree"))
            after = self._above(column) if tree else None if before in wish.goes else before
            if after == before:
                continue
            row = {"merge": self.plan.id, "place": f"{OWN} {found.key}", "record": wish.stays, "former": before,
                   "state": MOVED, "before": {"after": str(after) if after else None}}  # fmt: skip
            self.conn.execute(merge_row.insert().values(row))
            self.conn.execute(sa.update(table).where(table.c.id == wish.stays).values({column: after}))
            pair = [{"module": self.module.key, "id": str(id), "title": self.titles.get(id, "")} if id else None
                    for id in (before, after)]  # fmt: skip
            self.changes.note(self.module, wish.stays, {found.key: pair})

    def _above(self, column: sa.Column[Any]) -> UUID | None:
        """What stands above the record that stays once those that go are out of the way."""
        wish, table, way = self.plan.wish, self.module.table, list[UUID | None]()
        here: UUID | None = wish.stays
        while here is not None and here not in way[:-1]:
            here = self.conn.scalar(sa.select(column).where(table.c.id == here))
            way.append(here)
        highest = max((at for at, id in enumerate(way) if id in wish.goes), default=-1)
        return way[highest + 1] if highest + 1 < len(way) else None


def tell(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, pairs: Mapping[UUID, Mapping[str, Any]], *,
    at: datetime, action: str = "changed",
) -> None:  # fmt: skip
    """Writes into the trail what changed in each of these records, whose rows are written."""
    table = module.table
    asked = sa.select(table.c.id, table.c.version).where(table.c.id.in_(list(pairs)))
    versions = {row.id: row.version for row in conn.execute(asked)}
    traces = [trace(catalog, actor, module, id, action, pairs[id], at=at, version=version)
              for id, version in versions.items()]  # fmt: skip
    if traces:
        conn.execute(audit.insert(), [kept for kept, _ in traces])
        conn.execute(outbox.insert(), [event for _, event in traces])


def behind(conn: sa.Connection, position: sa.Column[Any], wheres: Sequence[sa.ColumnElement[bool]]) -> int:
    """The position behind the last of these rows."""
    last = conn.scalar(sa.select(sa.func.max(position)).where(*wheres))
    return 0 if last is None else int(last) + 1


__all__ = ["OWN", "TAKEN_OUT", "Moving", "behind", "tell"]
