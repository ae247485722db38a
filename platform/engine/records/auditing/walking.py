"""The statements of the logs: a walk back along an index, bounded, and what of it the reader may see.

What narrows a log by the index (the log itself, the module, who did it, the time) is in the walk; what does not (the
reader's rights, words, one action or field) is asked of the rows that it comes by. The kinds of actions are written
into the statement, for partial indexes are chosen by what it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor, level, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.records.auditing.asking import INPUT, OWNERS, VIEW, Search, modules_of, sees_all
from hanok.engine.records.former import called
from hanok.engine.records.search import in_title
from hanok.engine.store.tables import audit

CREATED = sa.literal("created", sa.String(), literal_execute=True)
#: An id may have been made this much before or after the moment of its row.
SLACK = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Walk:
    """A search by an actor, as statements. `modules` are those that it may tell of, `right` is what asks for them."""

    catalog: Catalog
    actor: Actor
    search: Search
    modules: tuple[Module, ...]
    whole: bool
    right: str = VIEW

    @classmethod
    def of(cls, catalog: Catalog, actor: Actor, search: Search, right: str = VIEW) -> Walk:
        """The walk of a search that was checked."""
        every = modules_of(catalog, actor, search.log, right)
        asked = tuple(module for module in every if search.module in ("", module.key))
        plain = sees_all(catalog, actor, modules_of(catalog, actor, INPUT)) and not search.module
        return cls(catalog, actor, search, asked, plain, right)

    @property
    def branches(self) -> tuple[tuple[str, ...], ...]:
        """The keys of modules that are walked each by itself; one empty tuple: one walk through all."""
        search = self.search
        if self.whole or search.actor or search.record or search.log == OWNERS:
            return ((),)
        return tuple((key,) for module in self.modules for key in called(self.catalog, module.key))

    @property
    def sifted(self) -> bool:
        """Whether rows of the walk may be left out."""
        search = self.search
        if search.action or search.field or search.words or search.person:
            return True
        if self.whole:
            return False
        return self.branches == ((),) or any(not self._is_open(module) for module in self.modules)

    def rows(self, size: int, most: int, *, after: UUID | None = None, before: UUID | None = None) -> sa.Select[Any]:
        """So many rows, the newest first, of the next `most` behind `after`; the other way round before `before`."""
        walked = self._walked(size if not self.sifted else most, after, before)
        order = walked.c.id.asc() if before else walked.c.id.desc()
        return sa.select(walked).where(*self._sieve(walked)).order_by(order).limit(size)

    def end(self, most: int, *, after: UUID | None = None, before: UUID | None = None) -> sa.Select[Any]:
        """Id and moment of the last row of such a walk; nothing where there were fewer."""
        walked = self._walked(most, after, before, narrow=True)
        order = walked.c.id.asc() if before else walked.c.id.desc()
        return sa.select(walked.c.id, walked.c.at).order_by(order).offset(most - 1).limit(1)

    def counted(self, cap: int, most: int) -> sa.Select[Any]:
        """How many rows there are, up to the cap and within `most`."""
        walked = self._walked(most if self.sifted else cap, None, None)
        found = sa.select(walked.c.id).where(*self._sieve(walked)).limit(cap)
        return sa.select(sa.func.count()).select_from(found.subquery())

    # -- the walk --------------------------------------------------------------------------------------------------
    def _walked(self, most: int, after: UUID | None, before: UUID | None, *, narrow: bool = False) -> Any:
        columns = (audit.c.id, audit.c.at) if narrow else tuple(audit.c)
        order = audit.c.id.asc() if before else audit.c.id.desc()
        parts = [
            sa.select(*columns).where(*self._way(keys, after, before)).order_by(order).limit(most)
            for keys in self.branches
        ]
        if not parts:
            parts = [sa.select(*columns).where(sa.false()).limit(most)]
        if len(parts) == 1:
            return parts[0].subquery("walked")
        # a SELECT around each, for SQLite takes no LIMIT within a UNION
        each = [sa.select(*part.subquery(f"w{number}").c) for number, part in enumerate(parts)]
        all_ = sa.union_all(*each).subquery("branches")
        down = all_.c.id.asc() if before else all_.c.id.desc()
        return sa.select(all_).order_by(down).limit(most).subquery("walked")

    def _way(self, keys: Sequence[str], after: UUID | None, before: UUID | None) -> Iterator[ColumnElement[bool]]:
        search = self.search
        if search.log == OWNERS:
            yield sa.or_(audit.c.owner_from.is_not(None), audit.c.owner_to.is_not(None))
        elif search.record is None:
            yield audit.c.action == CREATED if search.log == INPUT else audit.c.action != CREATED
        if search.record is not None:
            yield audit.c.module.in_(called(self.catalog, search.module))
            yield audit.c.record == search.record
        elif keys:
            yield audit.c.module == keys[0]
        if search.actor is not None:
            yield audit.c.actor_id == search.actor
        if search.since is not None:
            yield sa.and_(audit.c.at >= search.since, audit.c.id >= first_id(search.since - SLACK))
        if search.until is not None:
            yield sa.and_(audit.c.at < search.until, audit.c.id < first_id(search.until + SLACK))
        if after is not None:
            yield audit.c.id < after
        if before is not None:
            yield audit.c.id > before

    # -- what of it is seen ----------------------------------------------------------------------------------------
    def _sieve(self, rows: Any) -> Iterator[ColumnElement[bool]]:
        search = self.search
        if search.record is not None:
            yield rows.c.action == "created" if search.log == INPUT else rows.c.action != "created"
        if search.action:
            yield rows.c.action == search.action
        if search.person is not None:
            yield sa.or_(rows.c.owner_from == search.person, rows.c.owner_to == search.person)
        if search.field:
            text = sa.type_coerce(rows.c.changes, sa.Text())
            yield sa.or_(*(text.contains(f'"{key}":[', autoescape=True) for key in self._formerly(search.field)))
        if not self.whole or search.words:
            yield sa.or_(sa.false(), *self._visible(rows))

    def _formerly(self, field: str) -> Iterator[str]:
        """What the trail may call a field."""
        yield field
        for old in self.catalog.names.formerly(f"{self.search.module}.{field}"):
            yield old.rpartition(".")[2]

    def _is_open(self, module: Module) -> bool:
        return level(self.catalog, self.actor, module.key, self.right) == "all"

    def _visible(self, rows: Any) -> Iterator[ColumnElement[bool]]:
        words = self.search.words
        plain = [key for module in self.modules if self._is_open(module) for key in called(self.catalog, module.key)]
        if plain and not words:
            yield rows.c.module.in_(plain)
        for module in self.modules:
            if words or module.key not in plain:
                there = module.table.alias()
                rule = predicate(self.catalog, self.actor, module, self.right, there)
                asked = [in_title(there, words)] if words else []
                found = sa.select(sa.literal(1)).where(there.c.id == rows.c.record, rule, *asked)
                yield sa.and_(rows.c.module.in_(called(self.catalog, module.key)), sa.exists(found))


def first_id(moment: datetime) -> UUID:
    """The smallest id that can be made at a moment (UUIDv7, RFC 9562: milliseconds in the first 48 bits)."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)
