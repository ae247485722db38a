"""A list of ids that is gathered first: rows are looked up by them, not met on the way along some other index."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.visitors import InternalTraversal


class Gathered(ColumnElement[bool]):
    """Whether a column is one of the ids of a selection.

    SQLite takes IN for a list to look up. PostgreSQL takes it for a join, in any order that seems cheap to it, and is
    far out where a limit stands above; an array it can only look up.
    """

    _traverse_internals = [("column", InternalTraversal.dp_clauseelement), ("ids", InternalTraversal.dp_clauseelement)]
    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, column: ColumnElement[Any], ids: sa.Select[Any]) -> None:
        self.column = column
        self.ids = ids.scalar_subquery()

    def self_group(self, against: Any = None) -> Any:
        """As it is: a plain column would be compared with 1, and no index helps with that."""
        return self


@compiles(Gathered)
def _in(element: Gathered, compiler: Any, **named: Any) -> str:
    return f"{compiler.process(element.column, **named)} IN {compiler.process(element.ids, **named)}"


@compiles(Gathered, "postgresql")
def _any(element: Gathered, compiler: Any, **named: Any) -> str:
    return f"{compiler.process(element.column, **named)} = ANY(ARRAY{compiler.process(element.ids, **named)})"
