"""What somebody opened last: noted in this process, written together by a clock, shown as far as she may view it."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.records.desk import AtHand, Place, at_hand
from hanok.engine.store import Store
from hanok.engine.store.desk_tables import recent

MOST = 50


class Openings:
    """Who opened what, remembered in this process and written together.

    `note` is called when a page of a record is made and costs nothing; `write` by a clock. Until then `of` tells what
    is not written yet. A crash forgets at most what was noted since.
    """

    def __init__(self) -> None:
        self._noted: dict[UUID, dict[Place, datetime]] = {}
        self._lock = Lock()

    def note(self, user: UUID, module: str, id: UUID, *, now: datetime | None = None) -> None:
        with self._lock:
            own = self._noted.setdefault(user, {})
            own.pop((module, id), None)
            own[module, id] = now or datetime.now(UTC)
            if len(own) > MOST:
                del own[next(iter(own))]

    def of(self, user: UUID) -> tuple[Place, ...]:
        """The latest first."""
        with self._lock:
            return tuple(reversed(self._noted.get(user, {})))

    def write(self, store: Store) -> int:
        """Writes what was noted, in one transaction and only when there is something; returns how many."""
        with self._lock:
            noted = {user: dict(own) for user, own in self._noted.items()}
        if not noted:
            return 0
        with store.write() as conn:
            for user, own in sorted(noted.items()):
                _write(conn, user, own)
        with self._lock:
            for user, own in noted.items():
                self._forget(user, own)
        return sum(map(len, noted.values()))

    def _forget(self, user: UUID, written: dict[Place, datetime]) -> None:
        left = {place: at for place, at in self._noted.get(user, {}).items() if written.get(place) != at}
        self._noted.pop(user, None)
        if left:
            self._noted[user] = left


def recently_viewed(
    conn: sa.Connection, catalog: Catalog, actor: Actor, noted: tuple[Place, ...] = (), *, size: int = MOST
) -> tuple[AtHand, ...]:
    """The records that she opened last and may still view; `noted` are those that are not written yet."""
    kept = (
        sa.select(recent.c.module, recent.c.record)
        .where(recent.c.user_id == actor.id).order_by(recent.c.at.desc(), recent.c.record).limit(MOST)
    )  # fmt: skip
    written = [(row.module, row.record) for row in conn.execute(kept)]
    places = list(dict.fromkeys((*noted, *written)))[:MOST]
    return at_hand(conn, catalog, actor, places)[:size]


def _write(conn: sa.Connection, user: UUID, own: dict[Place, datetime]) -> None:
    """Puts these in and drops what is beyond the latest."""
    insert: Any = sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert
    rows = [{"user_id": user, "module": module, "record": id, "at": at} for (module, id), at in own.items()]
    row = insert(recent)
    keys = [recent.c.user_id, recent.c.module, recent.c.record]
    conn.execute(row.on_conflict_do_update(index_elements=keys, set_={"at": row.excluded.at}), rows)
    hers = recent.c.user_id == user
    oldest = sa.select(recent.c.at).where(hers).order_by(recent.c.at.desc()).offset(MOST - 1).limit(1)
    conn.execute(recent.delete().where(hers, recent.c.at < oldest.scalar_subquery()))
