"""Records that stand under another: those at one of its ends, with what their ties say."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.catalog import Catalog, End
from hanok.engine.errors import NotFound, say
from hanok.engine.records.query import Under


def end_under(catalog: Catalog, under: Under) -> End:
    """The end that is asked for. Raises NotFound."""
    found = catalog.module(under.module).ends.get(under.end)
    if found is None:
        raise NotFound(say("There is no link “{key}” here.", key=under.end))
    return found


def standing(catalog: Catalog, under: Under, table: Any) -> ColumnElement[bool]:
    """Which rows of `table`, the module at that end, stand there."""
    end = end_under(catalog, under)
    if end.through is None:
        field = catalog.every[end.module].field(end.field)
        here: ColumnElement[bool] = table.c[field.columns[""]] == under.id
        return sa.and_(here, table.c[field.columns["module"]] == under.module) if "module" in field.columns else here
    tie = end.through.alias()
    near, far = _sides(end)
    tied: ColumnElement[bool] = table.c.id.in_(sa.select(tie.c[far]).where(*_where(end, under, tie, near)))
    return tied


def tie_of(catalog: Catalog, under: Under, table: Any) -> tuple[Any, ColumnElement[bool]] | None:
    """The alias of the ties of these rows and what joins it to `table`; None where they have no fields of their own."""
    end = end_under(catalog, under)
    if end.through is None or not end.own:
        return None
    tie = end.through.alias("tie")
    near, far = _sides(end)
    return tie, sa.and_(tie.c[far] == table.c.id, *_where(end, under, tie, near))


def _sides(end: End) -> tuple[str, str]:
    return ("left", "right") if end.forwards else ("right", "left")


def _where(end: End, under: Under, tie: Any, near: str) -> list[ColumnElement[bool]]:
    here = [tie.c[near] == under.id]
    if end.several:
        here.append(tie.c.right_module == (end.module if end.forwards else under.module))
    return here
