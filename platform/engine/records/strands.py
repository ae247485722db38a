"""The next rows of somebody who sees her own records and those of her groups, in the order of time that a list has.

Her own records and those of each group stand in that order in an index each: a strand. The first rows of each strand
are taken, and of these the first of all: that takes as long whatever share of the records she sees, wherever they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor
from hanok.engine.access.levels import grant_of
from hanok.engine.access.rows import is_mixed, own_keys, owns, tied
from hanok.engine.catalog import Catalog, Module
from hanok.engine.records.cursor import Key, Turn
from hanok.engine.store.gathering import Gathered
from hanok.engine.store.tables import group_record

#: The times that groups know of their records.
TIMES = ("updated_at", "created_at")
#: Whoever is in more groups is answered as in any other order: each group is a part of the statement.
MOST_GROUPS = 24
TIE = group_record.alias("tie")


@dataclass(frozen=True, slots=True)
class Strand:
    """Rows that stand in order in one index: where they are read from, which they are, and the columns of the order.

    `again`: a record may stand there several times, one after the other. `gathered`: they are found by their ids and
    sorted then, for no index has their order.
    """

    source: Any
    rule: ColumnElement[bool]
    columns: tuple[ColumnElement[Any], ColumnElement[Any]]
    again: bool = False
    gathered: bool = False

    def keys(self, keys: Sequence[Key]) -> list[Key]:
        """The keys of the list, of this strand's columns."""
        return [replace(key, column=column) for key, column in zip(keys, self.columns, strict=True)]

    def first(self, keys: Sequence[Key], wheres: Sequence[ColumnElement[bool]], turn: Turn) -> sa.Select[Any]:
        """The first rows from where the page begins."""
        (time, id), own = self.columns, self.keys(keys)
        found = sa.select(id.label("id"), time.label("time")).select_from(self.source)
        found = found.where(self.rule, *wheres, *turn.beyond(own)).order_by(*turn.order(own, apart=self.gathered))
        return (found.distinct() if self.again else found).limit(turn.size)


def strands(
    catalog: Catalog, actor: Actor, module: Module, action: str, table: Any, sort: Sequence[str]
) -> tuple[Strand, ...]:
    """The strands of all rows that the actor may see in this order; none where rows are found in another way."""
    time, whole = _time(sort), catalog.whole.every[module.key]
    if time is None or time != _time(whole.views.list.sort) or not whole.owners:
        return ()  # no index has her own records in this order (`deploy.indexes`)
    grant = grant_of(catalog, actor, module.key, action)
    if not is_mixed(catalog, actor, module, action) or not grant.group or grant.nodes:
        return ()
    if not 0 < len(actor.groups) <= MOST_GROUPS:
        return ()
    return (*_own(actor, whole, action, table, time), *_of_groups(actor, whole, table, time))


def _time(sort: Sequence[str]) -> str | None:
    """The time that this order is of, where it is of one of them alone."""
    key = sort[0].removeprefix("-") if len(sort) == 1 else ""
    return key if key in TIMES else None


def _own(actor: Actor, module: Module, action: str, table: Any, time: str) -> Iterator[Strand]:
    columns = table.c[time], table.c.id
    for key in own_keys(module, action):
        if "" in module.field(key).columns:
            yield Strand(table, owns(actor, module, key, table), columns)
        else:
            yield Strand(table, Gathered(table.c.id, tied(actor, module, key)), columns, gathered=True)


def _of_groups(actor: Actor, module: Module, table: Any, time: str) -> Iterator[Strand]:
    source = TIE.join(table, table.c.id == TIE.c.record)
    for group in actor.groups:
        rule = sa.and_(TIE.c.group_id == group, TIE.c.module == module.key)
        yield Strand(source, rule, (TIE.c[time], TIE.c.record), again=True)


def braided(
    found: Sequence[Strand], keys: Sequence[Key], wheres: Sequence[ColumnElement[bool]], turn: Turn
) -> sa.Select[Any]:
    """The ids of the rows of a page: the first ones of all strands."""
    parts = (one.first(keys, wheres, turn).cte(f"strand{number}") for number, one in enumerate(found))
    some = [sa.select(part) for part in parts]
    every = (sa.union(*some) if len(some) > 1 else some[0]).subquery("every")
    here = [replace(key, column=column) for key, column in zip(keys, (every.c.time, every.c.id), strict=True)]
    return sa.select(every.c.id).order_by(*turn.order(here)).limit(turn.size)
