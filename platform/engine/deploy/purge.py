"""Purge: the one place where columns and tables are dropped, and only those that nothing live uses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from hanok.engine.deploy.ddl import DropColumn, DropTable, drop_index
from hanok.engine.deploy.leftovers import Leftover, leftovers
from hanok.engine.deploy.physical import Present
from hanok.engine.deploy.planning import load_catalog
from hanok.engine.deploy.progress import Progress, silent
from hanok.engine.deploy.revisions import PREPARED, current, open_steps
from hanok.engine.deploy.telling import tell_purge
from hanok.engine.deploy.waiting import alone, change_tables, limit_waiting
from hanok.engine.errors import Refused, say
from hanok.engine.fields import FieldType
from hanok.engine.store import Store, live_revision
from hanok.engine.store.live import hold_alone
from hanok.engine.store.search import drop_module
from hanok.engine.store.tables import revision

#: So long after a deploy some server may still be reading with the catalog before it.
SETTLING = timedelta(seconds=30)


def plan_purge(store: Store, types: Mapping[str, FieldType]) -> tuple[Leftover, ...]:
    """What a purge could drop. Writes nothing."""
    catalog = load_catalog(store, types)
    with store.read() as conn:
        return leftovers(conn, catalog)


def purge(
    store: Store, types: Mapping[str, FieldType], found: Sequence[Leftover], *, accept: Collection[str] = (),
    progress: Progress = silent, now: datetime | None = None, by: str = "",
) -> None:  # fmt: skip
    """Drops what was found, all of it or nothing.

    Raises Refused while something of it is needed by a revision that one could go back to, unless its key is in
    `accept`; while a deploy is under way or unfinished, or was just now; and when a deploy came in between.
    """
    missing = [left.key for left in found if left.needed and left.key not in accept]
    if missing:
        raise Refused(say("A rollback would miss these values. Accept it for: {keys}", keys=", ".join(missing)))
    with alone(store) as mine:
        if not mine:
            raise Refused(say("Another deploy is under way. Wait until it is done."))
        catalog = load_catalog(store, types)
        change_tables(lambda: _drop(store, catalog.revision, found, progress, now or datetime.now(UTC), by))


def _drop(
    store: Store, live: int, found: Sequence[Leftover], progress: Progress, now: datetime, by: str
) -> None:
    with store.write() as conn:
        limit_waiting(conn)
        if hold_alone(conn) != live:
            raise Refused(say("Somebody else deployed in the meantime. Look at the plan again."))
        _check(conn, now)
        conn.execute(revision.delete().where(revision.c.state == PREPARED))  # whoever prepared them begins anew
        present = Present.of(conn)
        for done, left in enumerate(found):
            progress("purge", say("“{key}” is dropped.", key=left.key), done, len(found))
            if left.columns:
                _drop_columns(conn, present, left)
            else:
                conn.execute(DropTable(left.table))
                drop_module(conn, left.key)
        tell_purge(conn, [left.key for left in found], live=live, by=by)


def _check(conn: sa.Connection, now: datetime) -> None:
    if open_steps(conn):
        raise Refused(say("The last deploy is not finished. Run: hanok deploy"))
    last = current(conn)
    if last and live_revision(conn) > 1 and now - last.at < SETTLING:
        raise Refused(say("The last deploy was just now; servers may still read what it retired. Wait half a minute."))


def _drop_columns(conn: sa.Connection, present: Present, left: Leftover) -> None:
    """On SQLite no index may know the column; no table is copied, so nothing that refers to its rows is touched."""
    for index in sa.inspect(conn).get_indexes(left.table):
        if set(index["column_names"]) & set(left.columns) and index["name"]:
            conn.execute(drop_index(index["name"], left.table))
    for column in left.columns:
        if column in present.columns.get(left.table, ()):
            conn.execute(DropColumn(left.table, column))
