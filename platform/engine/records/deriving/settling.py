"""Keeps what is worked out true: after each write, everything that follows from it is worked out again.

It happens in the write's own transaction, in the order of the graph, a few statements for each module however many
records follow. On PostgreSQL the records are held first, in the order of their ids, so that two who change what one
record follows from wait for each other (SQLite lets only one write at all).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import TITLE, Derivation, Hop, Needs, Read, Rollup
from hanok.engine.catalog.ends import sides
from hanok.engine.expressions import Template, taken
from hanok.engine.records import index
from hanok.engine.records.deriving.changes import Changes
from hanok.engine.records.deriving.looking import Looked, Looking, batches
from hanok.engine.records.deriving.rolling import totals
from hanok.engine.records.deriving.working import here, seen, work_out
from hanok.engine.records.naming import shortened, titled
from hanok.engine.records.trail import differences, leave

Group = tuple[int, str]


@dataclass(slots=True)
class Settling:
    """`dirty` are by group (stage and module) the records to work out, by the key of what is to be.

    `quiet` are records whose history somebody else writes.
    """

    conn: sa.Connection
    catalog: Catalog
    actor: Actor
    quiet: frozenset[UUID] = frozenset()
    dirty: dict[Group, dict[str, set[UUID]]] = field(default_factory=dict)

    def start(self, module: str, ids: Iterable[UUID]) -> None:
        """Everything of these records that does not follow from themselves alone."""
        found = set(ids)
        for derivation in self.catalog.derived.elsewhere(module):
            self._add(derivation, found)

    def mark(self, changes: Changes, *, within: Group | None = None) -> None:
        """What follows from the changes; `within` is the group that has just been worked out."""
        for place, ids in changes.keys.items():
            for derivation, read in self.catalog.derived.asking.get(place, ()):
                if read.hops or _group(derivation) != within:
                    self._add(derivation, self._askers(read, ids, changes.left.get(place, ())))

    def run(self) -> None:
        while self.dirty:
            group = min(self.dirty)
            asked = self.dirty.pop(group)
            for batch in batches(set().union(*asked.values())):
                self.mark(self.work(group, batch, asked), within=group)

    def _add(self, derivation: Derivation, ids: set[UUID]) -> None:
        if ids:
            self.dirty.setdefault(_group(derivation), {}).setdefault(derivation.key, set()).update(ids)

    # -- who follows -------------------------------------------------------------------------------------------
    def _askers(self, read: Read, ids: set[UUID], left: Iterable[UUID]) -> set[UUID]:
        """The records that look at these ones: the hops, backwards. `left` are records that were linked before."""
        found, also = set(ids), set(left)
        for hop in reversed(read.hops):
            found = self._before(hop, found)
            if hop.many and also and hop is read.hops[-1]:
                found |= also
        return found

    def _before(self, hop: Hop, ids: set[UUID]) -> set[UUID]:
        """The records from which a hop leads to these ones."""
        every, found = self.catalog.every, set[UUID]()
        for batch in batches(ids):
            statement = _backwards(every, hop, batch)
            found |= {id for id in self.conn.scalars(statement) if id is not None}
        return found

    # -- working out -------------------------------------------------------------------------------------------
    def work(self, group: Group, ids: list[UUID], asked: Mapping[str, set[UUID]]) -> Changes:
        """Works out a group for some records, writes what differs, and says what that is."""
        module = self.catalog.every[group[1]]
        steps = [step for step in self.catalog.derived.elsewhere(module.key) if step.stage == group[0]]
        self.hold(module, ids)
        due = [step for step in steps if not isinstance(step.how, Rollup) or step.key in asked]
        return self.write(module, ids, due, deleted=False)

    def write(self, module: Module, ids: list[UUID], steps: list[Derivation], *, deleted: bool) -> Changes:
        keys = [step.key for step in steps]
        looked = Looking(self.conn, self.catalog, hold=True).records(
            module, ids, together(steps), also=(*keys, TITLE), deleted=deleted
        )
        rolled = {
            step.key: totals(self.conn, self.catalog, module, step.how, ids)
            for step in steps
            if isinstance(step.how, Rollup)
        }
        changes, updates = Changes(), list[tuple[UUID, dict[str, Any]]]()
        for id, one in looked.items():
            after = self._after(module, steps, one, {key: found[id] for key, found in rolled.items()})
            differs = differences(module, one.raw, after)
            if differs:
                updates.append((id, {key: after[key] for key in differs}))
                changes.note(module, id, differs)
                self._trail(module, id, differs)
        self._update(module, updates)
        self._index(module, updates)
        return changes

    def _after(
        self, module: Module, steps: list[Derivation], one: Looked, rolled: Mapping[str, Any]
    ) -> dict[str, Any]:
        known, after = dict(one.seen), dict[str, Any]()
        place = here(self.catalog, known)
        for step in steps:
            if isinstance(step.how, Template):
                value: Any = shortened(self.catalog, module, step.how.render(place))
            elif isinstance(step.how, Rollup):
                value = taken(module.fields[step.key], rolled[step.key], place)
            else:
                value = work_out(self.catalog, module, step, place)
            after[step.key] = value
            known |= seen(self.catalog, module, {step.key: value})
        return after

    def hold(self, module: Module, ids: Iterable[UUID]) -> None:
        """Holds the rows of these records, in the order of their ids, until the transaction ends."""
        hold(self.conn, module, ids)

    def _update(self, module: Module, updates: list[tuple[UUID, dict[str, Any]]]) -> None:
        table = module.table
        rows = [(id, _columns(module, values)) for id, values in updates]
        rows.sort(key=lambda row: (sorted(row[1]), row[0]))
        for names, alike in groupby(rows, lambda row: sorted(row[1])):
            bound = {table.c[name]: sa.bindparam(f"v{at}", type_=table.c[name].type) for at, name in enumerate(names)}
            statement = sa.update(table).where(table.c.id == sa.bindparam("b_id")).values(bound)
            given = [{"b_id": id} | {f"v{at}": row[name] for at, name in enumerate(names)} for id, row in alike]
            self.conn.execute(statement, given)

    def _trail(self, module: Module, id: UUID, differs: Mapping[str, Any]) -> None:
        """The history of what says `audit: true`; the record's version stays, so nobody's edit meets a conflict."""
        told = {key: pair for key, pair in differs.items() if key != TITLE and module.field(key).audit}
        if told and id not in self.quiet:
            version = self.conn.scalar(sa.select(module.table.c.version).where(module.table.c.id == id)) or 1
            at = datetime.now(UTC)
            leave(self.conn, self.catalog, self.actor, module, id, "changed", told, at=at, version=version)

    def _index(self, module: Module, updates: list[tuple[UUID, dict[str, Any]]]) -> None:
        """The search entries of records whose title, or a searched field, was worked out anew."""
        searched = {TITLE, *(found.key for found in module.searched)}
        ids = [id for id, values in updates if searched & set(values)]
        if ids and module.parent is None:
            index.put_stored(self.conn, self.catalog, module, ids)


def hold(conn: sa.Connection, module: Module, ids: Iterable[UUID], *, read: bool = False) -> None:
    """Holds the rows of these records on PostgreSQL, in the order of their ids; `read` lets others hold them, too."""
    if conn.dialect.name == "postgresql":
        table = module.table
        for batch in batches(ids):
            wanted = sa.select(table.c.id).where(table.c.id.in_(batch)).order_by(table.c.id)
            conn.execute(wanted.with_for_update(read=read))


def _group(derivation: Derivation) -> Group:
    return derivation.stage, derivation.module


def _backwards(every: Mapping[str, Module], hop: Hop, ids: list[UUID]) -> sa.Executable:
    home, there = every[hop.module], every[hop.to].table
    if not hop.many:
        link, table = home.field(hop.key), home.table
        statement = sa.select(table.c.id).where(table.c[link.columns[""]].in_(ids))
        return statement.where(table.c[link.columns["module"]] == hop.to) if "module" in link.columns else statement
    found: list[sa.Select[Any]] = []
    for end in home.ends[hop.key].each():
        if end.through is None:
            link = every[hop.to].field(end.field)
            found.append(sa.select(there.c[link.columns[""]]).where(there.c.id.in_(ids)))
        else:
            near, far = sides(end)
            found.append(sa.select(end.through.c[near]).where(end.through.c[far].in_(ids)))
    return sa.union(*found) if len(found) > 1 else found[0].distinct()


def together(steps: Iterable[Derivation]) -> Needs:
    """What several derivations look at, as one tree."""
    tree: dict[str, Any] = {}
    for step in steps:
        _merge(tree, step.needs)
    return tree


def _merge(tree: dict[str, Any], needs: Needs) -> None:
    for key, below in needs.items():
        _merge(tree.setdefault(key, {}), below)


def _columns(module: Module, values: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in values.items():
        if key == TITLE:
            row |= titled(value)
            continue
        found = module.fields[key]
        row |= {found.columns[part]: bound for part, bound in found.type.write(found, value).items()}
    return row

