"""A merge taken back, once: the records that went are there again, with what pointed at them and their values.

What somebody changed since stays as it is, and is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import POSITION
from hanok.engine.errors import Denied, Invalid, Message, NotFound, Refused, message_of, say, written
from hanok.engine.fields import in_language
from hanok.engine.records.around import Around
from hanok.engine.records.bulk import SINCE, raw_of
from hanok.engine.records.delete import restore
from hanok.engine.records.derived import settle_noted
from hanok.engine.records.deriving.changes import Changes
from hanok.engine.records.merging.asked import UNDONE, Merge, forget, mark
from hanok.engine.records.merging.beside import desks_back, files_back, leave_groups
from hanok.engine.records.merging.moving import OWN, TAKEN_OUT, tell
from hanok.engine.records.merging.run import leave_word
from hanok.engine.records.merging.tying import mark as mark_ties
from hanok.engine.records.merging.tying import mark_pair, restored, twice
from hanok.engine.records.merging.ways import (
    BACK,
    BATCH,
    KEPT,
    LEFT,
    LINES,
    LINK,
    MOVED,
    RIGHT,
    Way,
    moved,
    noted,
    ways_to,
)
from hanok.engine.records.read import get
from hanok.engine.records.save import update
from hanok.engine.records.sharing import inherit_anew
from hanok.engine.records.trail import kept as as_kept
from hanok.engine.store.merge_tables import merge_row

#: Records that are listed because they stay as they are.
MOST_LISTED = 100
#: What is listed: the module, the record, what it is called, and why it stays.
Left = tuple[str, UUID, str, Message]


@dataclass(slots=True)
class Undoing:
    """One merge on its way back. `catalog` is as the actor sees it; `back` are the records that came back."""

    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    plan: Merge
    module: Module
    at: datetime
    changes: Changes = field(default_factory=Changes)
    left: list[Left] = field(default_factory=list)
    back: list[UUID] = field(default_factory=list)
    title: str = ""

    def run(self) -> None:
        """Takes everything back. Raises NotFound, Denied and Refused."""
        stays = self.plan.wish.stays
        try:
            here = get(self.conn, self.catalog, self.actor, self.module.key, stays)
        except NotFound:
            raise Refused(say("The record that stayed is not there any more: restore it first.")) from None
        if not here.may_edit:
            raise Denied(say("You may see this record but not change it."))
        self.title = here.title
        links = {found.key for found in self.module.fields.values() if found.targets}
        changes: Mapping[str, Sequence[Any]] = self.plan.facts.get("changes", {})
        self._values({key: pair for key, pair in changes.items() if key not in links})
        self._restore()
        for way in reversed(ways_to(self.catalog, self.module)):
            if way.kind in (LINK, LINES):
                self._rows_back(way)
            else:
                self._ties_back(way)
        self._own_links()
        self._values({key: pair for key, pair in changes.items() if key in links})
        files_back(self.conn, self.plan)
        desks_back(self.conn, self.plan, self.back)
        leave_groups(self.conn, self.catalog, self.plan, self.module)
        forget(self.conn, self.module.key, self.plan.wish.goes)
        settle_noted(self.conn, self.catalog.whole, self.actor, self.changes)
        version = get(self.conn, self.catalog, self.actor, self.module.key, stays, action="").version
        leave_word(self.conn, self.catalog, self.actor, self.module, self.plan, "unmerged", at=self.at, version=version)

    def keep(self, module: str, id: UUID, title: str, why: Message) -> None:
        self.left.append((module, id, title, why))

    # -- the one that stayed ---------------------------------------------------------------------------------------
    def _values(self, changes: Mapping[str, Sequence[Any]]) -> None:
        """Gives back what its fields held; a field that somebody changed since keeps its value."""
        here = get(self.conn, self.catalog, self.actor, self.module.key, self.plan.wish.stays, action="")
        raw: dict[str, Any] = {}
        for key, (before, after) in changes.items():
            if not self.module.has(key):
                continue
            found = self.module.field(key)
            if _bare(as_kept(found, here.values.get(key))) != _bare(after):
                self._since(key)
            else:
                raw[key] = raw_of(self.module, key, before)
        while raw:
            try:
                with self.conn.begin_nested():
                    update(self.conn, self.catalog.whole, self.actor, self.module.key, here.id, raw,
                           version=here.version, despite_duplicates=True)  # fmt: skip
                return
            except Invalid as wrong:
                faulty = [key for key in raw if key in wrong.errors] or list(raw)
                for key in faulty:
                    del raw[key]
                    self._since(key, next(iter(wrong.errors.get(key, ())), wrong.message))

    def _since(self, key: str, why: Message = SINCE) -> None:
        label = in_language(self.module.field(key).label, self.actor.language or self.catalog.app.languages[0])
        self.keep(self.module.key, self.plan.wish.stays, f"{self.title} · {label}", why)

    def _own_links(self) -> None:
        """Its own links to records that went."""
        stays, table = self.plan.wish.stays, self.module.table
        for found in self.module.fields.values():
            if self.module.key not in found.targets or not found.columns:
                continue
            asked = sa.select(merge_row.c.former, merge_row.c.before).where(noted(self.plan.id, f"{OWN} {found.key}"))
            row = self.conn.execute(asked).first()
            if row is None:
                continue
            column = table.c[found.columns[""]]
            now = self.conn.scalar(sa.select(column).where(table.c.id == stays))
            after = UUID(row.before["after"]) if row.before["after"] else None
            around = bool(found.settings.get("tree")) and Around(self.conn, self.catalog).is_below(
                found, row.former, stays
            )
            if now != after or around:
                self._since(found.key)
                continue
            self.conn.execute(sa.update(table).where(table.c.id == stays).values({column: row.former}))
            pair = [{"module": self.module.key, "id": str(id), "title": ""} if id else None for id in (now, row.former)]
            self.changes.note(self.module, stays, {found.key: pair})

    # -- those that went -------------------------------------------------------------------------------------------
    def _restore(self) -> None:
        titles = self.plan.facts.get("titles", {})
        for id in self.plan.wish.goes:
            title = titles.get(str(id), "")
            try:
                with self.conn.begin_nested():
                    restore(self.conn, self.catalog.whole, self.actor, self.module.key, id)
                self.back.append(id)
            except NotFound:
                self.keep(self.module.key, id, title, say("It is not in the bin any more."))
            except (Denied, Refused) as no:
                self.keep(self.module.key, id, title, no.message)
        if not self.back:
            raise Refused(say("None of the records that went can come back: {why}", why=self.left[-1][3]))

    # -- what pointed at them --------------------------------------------------------------------------------------
    def _rows_back(self, way: Way) -> None:
        table, stays = way.table, self.plan.wish.stays
        offsets = self.plan.facts.get("offsets", {}).get(way.place, {})
        title = self.plan.facts.get("titles", {})
        for id in self.back:
            mine = sa.and_(noted(self.plan.id, way.place), merge_row.c.former == id)
            rows = sa.select(merge_row.c.record).where(mine)
            values: dict[Any, Any] = {way.column: id, table.c.version: table.c.version + 1}
            if way.kind == LINES:
                position = table.c[way.home.field(POSITION).columns[""]]
                values[position] = position - offsets.get(str(id), 0)
            done = sa.update(table).where(way.at([stays]), table.c.id.in_(rows))
            self.conn.execute(done.values(values))
            back = sa.select(table.c.id).where(way.at([id]))
            self._mark(mine, merge_row.c.record.in_(back))
        self._list(way, table)
        for some in moved(self.conn, self.plan.id, way.place, BACK):
            pairs = {row: {way.field.key: [self._linked(stays, self.title), self._linked(id, title.get(str(id), ""))]}
                     for row, id in some.items()}  # fmt: skip
            tell(self.conn, self.catalog.whole, self.actor, way.home, pairs, at=self.at)
            for row, changed in pairs.items():
                self.changes.note(way.home, row, changed)
            if way.home.parent is None:
                inherit_anew(self.conn, self.catalog.whole, way.home, sorted(some), {way.field.key})
        if way.kind == LINES:
            self._put_in_again(way)

    def _put_in_again(self, way: Way) -> None:
        """The lines of the one that stayed that gave way to another's."""
        table, place = way.table, f"{TAKEN_OUT} {way.home.key} {way.field.key}"
        for some in moved(self.conn, self.plan.id, place):
            ids = list(some)
            values = {"deleted_at": None, "deleted_by": None, "version": table.c.version + 1}
            here = (table.c.id.in_(ids), way.at([self.plan.wish.stays]))
            self.conn.execute(sa.update(table).where(*here).values(values))
            tell(self.conn, self.catalog.whole, self.actor, way.home, {id: {} for id in ids}, at=self.at,
                 action="restored")  # fmt: skip
            self.changes.come_or_gone(self.catalog.whole, way.home, ids)

    def _linked(self, id: UUID, title: str) -> dict[str, str]:
        return {"module": self.module.key, "id": str(id), "title": title}

    def _ties_back(self, way: Way) -> None:
        tie, stays = way.table, self.plan.wish.stays
        offsets = self.plan.facts.get("offsets", {}).get(way.place, {})
        for id in self.back:
            mine = sa.and_(noted(self.plan.id, way.place), merge_row.c.former == id)
            values: dict[Any, Any] = {way.column: id, tie.c.version: tie.c.version + 1}
            if way.kind == LEFT:
                values[tie.c.position] = tie.c.position - offsets.get(str(id), 0)
            rows = sa.select(merge_row.c.record).where(mine)
            self.conn.execute(sa.update(tie).where(way.at([stays]), tie.c.id.in_(rows)).values(values))
            self._mark(mine, merge_row.c.record.in_(sa.select(tie.c.id).where(way.at([id]))))
        for some in moved(self.conn, self.plan.id, way.place, BACK):
            mark_ties(self.conn, self.catalog.whole, way, self.changes, list(some), (stays, *self.back))
        self._list(way, None)
        self._twice_back(way)

    def _twice_back(self, way: Way) -> None:
        """Ties that fell together with others are there again, unless somebody made them anew."""
        tie = way.table
        asked = sa.select(merge_row.c.record, merge_row.c.before).where(
            noted(self.plan.id, twice(way)), merge_row.c.former.in_(self.back)
        )
        rows = [restored(way, row.record, row.before) for row in self.conn.execute(asked).all()]
        for start in range(0, len(rows), BATCH):
            some = [row for row in rows[start : start + BATCH] if not self._there(way, row)]
            if some:
                self.conn.execute(tie.insert(), some)
            for row in some:
                target = way.target if way.kind == RIGHT else row.get("right_module") or way.field.members[0]
                near = (self.plan.wish.stays, row[way.column.name])
                mark_pair(self.catalog.whole, way, self.changes, target, near, row[way.other.name])

    def _there(self, way: Way, row: Mapping[str, Any]) -> bool:
        tie = way.table
        same = [tie.c.left == row["left"], tie.c.right == row["right"]]
        if way.several:
            same.append(tie.c.right_module == row["right_module"])
        return self.conn.execute(sa.select(tie.c.id).where(*same)).first() is not None

    def _mark(self, mine: sa.ColumnElement[bool], back: sa.ColumnElement[bool]) -> None:
        """Says of each row that moved whether it came back."""
        self.conn.execute(merge_row.update().where(mine, back).values(state=BACK))
        self.conn.execute(merge_row.update().where(mine).values(state=KEPT))

    def _list(self, way: Way, table: sa.Table | None) -> None:
        """Lists records that stay because somebody changed their link since, of those that the actor may see."""
        room = MOST_LISTED - len(self.left)
        if table is None or room <= 0:
            return
        stayed = sa.select(merge_row.c.record).where(noted(self.plan.id, way.place, KEPT))
        rule = predicate(self.catalog, self.actor, self.catalog.every[way.home.key], "view", table)
        asked = sa.select(table.c.id, table.c.title).where(table.c.id.in_(stayed), table.c.deleted_at.is_(None), rule)
        for row in self.conn.execute(asked.order_by(table.c.id).limit(room)):
            self.keep(way.home.key, row.id, row.title, SINCE)


def undo(conn: sa.Connection, catalog: Catalog, actor: Actor, plan: Merge) -> Merge:
    """Takes it back, as far as nothing changed since. Raises NotFound, Denied, and Refused where nothing can be."""
    one = Undoing(conn, catalog, actor, plan, catalog.module(plan.wish.module), datetime.now(UTC))
    one.run()
    left = [[module, str(id), title, written(why)] for module, id, title, why in one.left]
    facts = {**plan.facts, "left": left, "back": [str(id) for id in one.back]}
    mark(conn, plan, facts, state=UNDONE, ended=datetime.now(UTC))
    return replace(plan, state=UNDONE, facts=facts)


def left_of(plan: Merge) -> tuple[Left, ...]:
    """What stayed as it was when the merge was taken back."""
    rows: Iterable[Sequence[Any]] = plan.facts.get("left", ())
    return tuple((module, UUID(id), title, message_of(why) or SINCE) for module, id, title, why in rows)


def _bare(value: Any) -> Any:
    if isinstance(value, dict) and "title" in value:
        return value["id"]
    return None if value in ([], (), "") else value


__all__ = ["MOVED", "left_of", "undo"]
