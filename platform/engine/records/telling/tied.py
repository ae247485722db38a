"""Who counts as an owner by a tie, like whoever is invited to a meeting: told when she comes to be one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.access.assigning import USER, owner_keys
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import say
from hanok.engine.fields import Linked, Tie
from hanok.engine.records.telling.followers import follow_by_itself
from hanok.engine.records.telling.kinds import ASSIGNED
from hanok.engine.records.telling.notices import tell
from hanok.engine.store.ids import NOW

ADDED = say("{by} added you to {record}.")


def told_tied(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, here: Linked,
    came: Mapping[str, Sequence[Tie]], *, at: datetime,
) -> None:  # fmt: skip
    """Tells the users whom a record of the module was tied to just now, by the key of each field that names owners.

    Whose record it is already is told of that, and not of this; nobody is told of what she does herself.
    """
    if actor.id is None or datetime.now(UTC) - at > NOW:
        return
    found = {
        tie.id for key in module.owners if key in came for tie in came[key]
        if (tie.module or module.field(key).members[0]) == USER
    } - {actor.id}  # fmt: skip
    if not found:
        return
    columns = [module.table.c[module.field(key).columns[""]] for key in owner_keys(module)]
    if columns:
        row = conn.execute(sa.select(*columns).where(module.table.c.id == here.id)).first()
        found -= set(row or ())
    about = (module.key, here.id)
    tell(conn, found, ASSIGNED, ADDED, about=about, by=actor.id, key=f"tied:{here.id}:{at.isoformat()}")
    follow_by_itself(conn, catalog, *about, maker=None, given=found, at=at)
