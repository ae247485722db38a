"""The records around the one that is saved, as conditions of metadata ask for them: all of them, whoever saves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM
from hanok.engine.access.assigning import USER, assignable
from hanok.engine.catalog import Catalog
from hanok.engine.conditions import Context, Node, to_sql
from hanok.engine.conditions.tree import End
from hanok.engine.errors import NotFound
from hanok.engine.fields import Field, Linked
from hanok.engine.records.read import get

Values = Mapping[str, Any]


@dataclass(slots=True)
class Around:
    """Reads what conditions ask for; a linked record once."""

    conn: sa.Connection
    catalog: Catalog
    known: dict[tuple[str, UUID], Values | None] = field(default_factory=dict)
    given: dict[tuple[str, UUID], bool] = field(default_factory=dict)

    def follow(self, found: Field, value: Any) -> Values | None:
        """The values of the record that a link leads to."""
        if value is None:
            return None
        linked = isinstance(value, Linked)
        asked = (value.module if linked else found.targets[0], value.id if linked else value)
        if asked not in self.known:
            self.known[asked] = self._read(*asked)
        return self.known[asked]

    def _read(self, module: str, id: UUID) -> Values | None:
        try:
            return get(self.conn, self.catalog, SYSTEM, module, id).values
        except NotFound:
            return None

    def members(self, end: End, values: Values) -> Iterable[Values]:
        """The values of the stored records at an end of the record with these values; of a tie its own fields too."""
        if values.get("id") is None:
            return ()
        home: Any = end
        here = self.catalog.every[home.home.module.key].table.alias()
        rows = end.rows(here)
        scope = home.scope
        every = {**scope.module.system, **scope.module.fields, **scope.own}
        kept = {key: found for key, found in every.items() if not found.type.apart}
        places = [(key, part, rows.columns.c[column]) for key, found in kept.items()
                  for part, column in found.columns.items()]  # fmt: skip
        columns = [column.label(f"c{number}") for number, (_, _, column) in enumerate(places)]
        tied = sa.select(*columns).select_from(rows.source, here).where(here.c.id == values["id"], rows.where)
        return [_read(kept, places, row) for row in self.conn.execute(tied)]

    def may_be_given(self, user: UUID, module: str) -> bool:
        """Whether records of the module may be given to this user."""
        if (module, user) not in self.given:
            users = self.catalog.whole.module(USER).table.alias()
            wanted = sa.select(users.c.id).where(users.c.id == user, assignable(self.catalog, module, users))
            self.given[module, user] = self.conn.execute(wanted).first() is not None
        return self.given[module, user]

    def is_below(self, found: Field, id: UUID, top: UUID) -> bool:
        """Whether the record `id` is `top` or stands somewhere below it in the tree that this link makes."""
        table = self.catalog.every[found.module].table
        link = found.columns[""]
        above = sa.select(table.c.id, table.c[link].label("up")).where(table.c.id == id).cte("above", recursive=True)
        higher = table.alias()
        above = above.union(sa.select(higher.c.id, higher.c[link]).where(higher.c.id == above.c.up))
        return self.conn.execute(sa.select(above.c.id).where(above.c.id == top).limit(1)).first() is not None

    def fits(self, module: str, ids: Sequence[UUID], node: Node, context: Context) -> set[UUID]:
        """Those of the records for which the condition holds."""
        table = self.catalog.every[module].table.alias()
        wanted = sa.select(table.c.id).where(table.c.id.in_(ids), to_sql(node, table, context))
        return set(self.conn.scalars(wanted))


def _read(fields: Mapping[str, Field], places: Sequence[tuple[str, str, Any]], row: Any) -> Values:
    parts: dict[str, dict[str, Any]] = {key: {} for key in fields}
    for (key, part, _), value in zip(places, row, strict=True):
        parts[key][part] = value
    return {key: fields[key].type.read(fields[key], found | {"title": ""}) for key, found in parts.items()}
