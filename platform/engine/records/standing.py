"""Records that stand under another: those at one of its ends, with what their ties say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.catalog import Catalog, End
from hanok.engine.catalog.ends import sides
from hanok.engine.errors import NotFound, say
from hanok.engine.records.query import Under


def end_under(catalog: Catalog, under: Under) -> End:
    """The end that is asked for: the last one of a path. Raises NotFound."""
    return _ends(catalog, under)[-1]


def _ends(catalog: Catalog, under: Under) -> list[End]:
    module, found = under.module, []
    for key in under.end.split("."):
        end = catalog.module(module).ends.get(key)
        if end is None:
            raise NotFound(say("There is no link “{key}” here.", key=under.end))
        found.append(end)
        module = end.module
    return found


def standing(catalog: Catalog, under: Under, table: Any) -> ColumnElement[bool]:
    """Which rows of `table`, the module at that end, stand there.

    Along a path (quotes.lines) they stand at records that stand there themselves.
    """
    ends = _ends(catalog, under)
    module, here = under.module, _Here(under.id)
    for end in ends[:-1]:
        between = catalog.every[end.module].table.alias()
        stands = _stands(catalog, end, module, here, between)
        ids = sa.select(between.c.id).where(stands, between.c.deleted_at.is_(None))
        module, here = end.module, _Here(ids)
    return _stands(catalog, ends[-1], module, here, table)


@dataclass(frozen=True, slots=True)
class _Here:
    """The record that others stand under, or a selection of such records."""

    ids: UUID | sa.Select[Any]

    def is_(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column == self.ids if isinstance(self.ids, UUID) else column.in_(self.ids)
        return found


def _stands(catalog: Catalog, end: End, module: str, here: _Here, table: Any) -> ColumnElement[bool]:
    if end.ways:
        return sa.or_(*(_stands(catalog, way, module, here, table) for way in end.ways))
    if end.through is None:
        field = catalog.every[end.module].field(end.field)
        stands = here.is_(table.c[field.columns[""]])
        return sa.and_(stands, table.c[field.columns["module"]] == module) if "module" in field.columns else stands
    tie = end.through.alias()
    near, far = sides(end)
    wheres = _where(end, module, tie, here.is_(tie.c[near]))
    tied: ColumnElement[bool] = table.c.id.in_(sa.select(tie.c[far]).where(*wheres))
    return tied


def tie_of(catalog: Catalog, under: Under, table: Any) -> tuple[Any, ColumnElement[bool]] | None:
    """The alias of the ties of these rows and what joins it to `table`; None where they have no fields of their own."""
    end = end_under(catalog, under)
    if end.through is None or not end.own or "." in under.end:
        return None
    tie = end.through.alias("tie")
    near, far = sides(end)
    return tie, sa.and_(tie.c[far] == table.c.id, *_where(end, under.module, tie, tie.c[near] == under.id))


def _where(end: End, module: str, tie: Any, tied: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    return [tied, tie.c.right_module == (end.module if end.forwards else module)] if end.several else [tied]
