"""What a change of many records tells people: one notice for each of them, whatever the number of records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.access.assigning import owner_keys
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say
from hanok.engine.records.telling.kinds import ASSIGNED, CHANGED
from hanok.engine.records.telling.notices import tell
from hanok.engine.store.desk_tables import follow

GIVEN = say("{by} gave you records: {count} × {module}.")
FOLLOWED = say("{by} changed records that you follow: {count} × {module}.")


def told_given(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, records: sa.Select[Any], *, key: str
) -> None:
    """Tells those whom some records of a module belong to now; `records` selects their ids."""
    known = catalog.whole.every[module]
    for owner in owner_keys(known)[:1]:
        column = known.table.c[known.field(owner).columns[""]]
        asked = sa.select(column, sa.func.count()).where(known.table.c.id.in_(records), column.is_not(None))
        counts = {row[0]: row[1] for row in conn.execute(asked.group_by(column))}
        _tell(conn, actor, counts, ASSIGNED, GIVEN, known.plural, key=f"{key}:{module}")


def told_followers(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, records: sa.Select[Any], *, key: str
) -> None:
    """Tells those who follow some of these records."""
    asked = sa.select(follow.c.user_id, sa.func.count()).where(follow.c.module == module, follow.c.record.in_(records))
    counts = {row[0]: row[1] for row in conn.execute(asked.group_by(follow.c.user_id))}
    _tell(conn, actor, counts, CHANGED, FOLLOWED, catalog.whole.every[module].plural, key=f"{key}:{module}")


def _tell(
    conn: sa.Connection, actor: Actor, counts: Mapping[UUID, int], kind: str, text: Message, plural: Any, *, key: str
) -> None:
    for user, count in sorted(counts.items()):
        if user != actor.id:
            said = Message(text.text, {"count": count, "module": dict(plural)})
            tell(conn, [user], kind, said, by=actor.id, key=key)
