"""The next rows of somebody who sees her own records and those of her groups, in the order of time that a list has.

Her own records and those of each group stand in that order in an index each: a strand. The first rows of each strand
are taken, and of these the first of all: that takes as long whatever share of the records she sees, wherever they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor
from hanok.engine.access.levels import grant_of
from hanok.engine.access.rows import is_mixed, own_keys, tied
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields.columns import Moment, RecordId
from hanok.engine.records.cursor import Turn, decode
from hanok.engine.records.query import Query
from hanok.engine.store.gathering import Gathered
from hanok.engine.store.tables import group_record

#: The times that groups know of their records.
TIMES = ("updated_at", "created_at")
#: Whoever is in more groups is answered as in any other order: each group is a part of the statement.
MOST_GROUPS = 24
#: What else may be asked of a list is answered otherwise.
PLAIN = ("module", "action", "where", "asked", "sort", "columns", "size", "after", "before")
OTHERWISE = tuple(one for one in fields(Query) if one.name not in PLAIN)
TIE = group_record.alias("tie")
ME, SIZE = sa.bindparam("strand_me", type_=RecordId), sa.bindparam("strand_size", type_=sa.Integer)
HERE = sa.bindparam("strand_time", type_=Moment), sa.bindparam("strand_id", type_=RecordId)


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

    def first(self, wheres: Sequence[ColumnElement[bool]], *, down: bool, beyond: bool) -> sa.Select[Any]:
        """The first rows, from where the page begins."""
        time, id = self.columns
        found = sa.select(id.label("id"), time.label("time")).select_from(self.source).where(self.rule, *wheres)
        if beyond:
            columns, here = sa.tuple_(time, id), sa.tuple_(*HERE)
            found = found.where(columns < here if down else columns > here)
        sorted_by = [sa.func.coalesce(time, time), id] if self.gathered else [time, id]
        found = (found.distinct() if self.again else found).order_by(*_turned(sorted_by, down=down))
        return found.limit(SIZE)


@dataclass(frozen=True, slots=True)
class Braid:
    """The ids of the rows of a page, and the values that they are asked with."""

    ids: sa.Select[Any]
    values: Mapping[str, Any]


def braided(
    catalog: Catalog, actor: Actor, module: Module, query: Query, sort: Sequence[str], table: Any,
    wheres: Sequence[ColumnElement[bool]], turn: Turn,
) -> Braid | None:  # fmt: skip
    """The page of a list, by strands; None where they do not serve. Raises Invalid for a cursor that is none of ours.

    `wheres` narrow the list; the first one says whether deleted records are meant.
    """
    time, whole = _time(sort), catalog.whole.every[module.key]
    if time is None or time != _time(whole.views.list.sort) or not whole.owners:
        return None  # no index has her own records in this order (`deploy.indexes`)
    grant = grant_of(catalog, actor, module.key, query.action)
    if not is_mixed(catalog, actor, module, query.action) or not grant.group or grant.nodes:
        return None
    if not 0 < len(actor.groups) <= MOST_GROUPS or not _plain(whole, query):
        return None
    keys, beyond = tuple(own_keys(whole, query.action)), turn.here is not None
    values: dict[str, Any] = {ME.key: actor.id, SIZE.key: turn.size}
    values |= {f"strand_group{number}": group for number, group in enumerate(actor.groups)}
    if turn.here is not None:
        values |= dict(zip((each.key for each in HERE), decode(turn.here, length=2), strict=True))
    down = sort[0].startswith("-") != turn.backwards

    def made() -> sa.Select[Any]:
        strands = (*_own(actor, whole, keys, table, time), *_of_groups(len(actor.groups), whole, table, time))
        return _braid([one.first(wheres, down=down, beyond=beyond) for one in strands], down=down)

    if len(wheres) > 1 or any("" not in whole.field(key).columns for key in keys):
        return Braid(made(), values)
    kept, shape = module.table.info, ("strands", module.key, time, keys, len(actor.groups), down, beyond)
    if shape not in kept:
        kept[shape] = made()  # once: it costs more to make than to run
    return Braid(kept[shape], values)


def _braid(parts: Sequence[sa.Select[Any]], *, down: bool) -> sa.Select[Any]:
    some = [sa.select(part.cte(f"strand{number}")) for number, part in enumerate(parts)]
    every = (sa.union(*some) if len(some) > 1 else some[0]).subquery("every")
    return sa.select(every.c.id).order_by(*_turned([every.c.time, every.c.id], down=down)).limit(SIZE)


def _turned(columns: Sequence[ColumnElement[Any]], *, down: bool) -> list[ColumnElement[Any]]:
    return [column.desc() if down else column for column in columns]


def _time(sort: Sequence[str]) -> str | None:
    """The time that this order is of, where it is of one of them alone."""
    key = sort[0].removeprefix("-") if len(sort) == 1 else ""
    return key if key in TIMES else None


def _plain(module: Module, query: Query) -> bool:
    """Whether the list is asked for whole, or by what no index finds: that is looked for on the way along the strands.

    What an index finds, few records mostly, is found by it.
    """
    if any(getattr(query, one.name) != one.default for one in OTHERWISE):
        return False
    whole = not query.where or query.where == module.views.list.where
    return whole and not (query.asked and _indexed(module).intersection(query.asked))


def _indexed(module: Module) -> set[str]:
    """The fields by which records are found (`deploy.indexes`), and the words that join several conditions."""
    found = {"id", "any", "all", "not"} | {key for group in (*module.index, *module.unique) for key in group[:1]}
    found |= {key for one in module.saved_filters.values() for key in one.where}
    return found | {
        key for key, field in module.fields.items() if field.targets or field.unique or field.settings.get("index")
    }


def _own(actor: Actor, module: Module, keys: Sequence[str], table: Any, time: str) -> Iterator[Strand]:
    columns = table.c[time], table.c.id
    for key in keys:
        names = module.field(key).columns
        if "" in names:
            yield Strand(table, table.c[names[""]] == ME, columns)
        else:
            yield Strand(table, Gathered(table.c.id, tied(actor, module, key)), columns, gathered=True)


def _of_groups(count: int, module: Module, table: Any, time: str) -> Iterator[Strand]:
    source = TIE.join(table, table.c.id == TIE.c.record)
    for number in range(count):
        group = sa.bindparam(f"strand_group{number}", type_=RecordId)
        rule = sa.and_(TIE.c.group_id == group, TIE.c.module == module.key)
        yield Strand(source, rule, (TIE.c[time], TIE.c.record), again=True)
