"""A whole database put into another one, of the same kind or not."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from hanok.engine.catalog import Catalog
from hanok.engine.deploy.ddl import DropTable, create_index
from hanok.engine.deploy.inventory import known_tables
from hanok.engine.deploy.physical import Physical, Present
from hanok.engine.deploy.planning import load_catalog
from hanok.engine.deploy.revisions import FINISHED, LIVE
from hanok.engine.errors import say
from hanok.engine.fields import FieldType
from hanok.engine.store import Store, live_revision, schema
from hanok.engine.store.copying import copy_rows, empty, system_tables
from hanok.engine.store.live import set_live
from hanok.engine.store.tables import metadata, revision, search_grams, step


def move(source: Store, target: Store, types: Mapping[str, FieldType], *, replace: bool = False) -> tuple[str, ...]:
    """Copies everything, in one transaction of the target; says which retired columns nobody can explain any more.

    The target is empty, or with `replace` whatever is there goes. Its search index is an open step of the live
    revision afterwards: run `finish`.
    """
    source.check_schema()
    catalog = load_catalog(source, types)
    with source.read() as theirs, target.write() as ours:
        if replace:
            clear(ours)
        schema.upgrade(ours)
        tables = system_tables()
        empty(ours, tables)
        for table in tables:
            copy_rows(theirs, ours, table)
        known, lost = known_tables(theirs, types, catalog)
        known.create_all(ours, checkfirst=False)
        for table in known.tables.values():
            copy_rows(theirs, ours, table)
        physical = Physical.of(catalog, target.dialect)
        for name in physical.indexes:
            ours.execute(create_index(physical.index(name)))
        number = live_revision(theirs)
        _ask_for_search(ours, catalog, number)
        set_live(ours, number)
    return lost


def clear(conn: sa.Connection) -> None:
    """Drops everything of ours."""
    system = [search_grams.name, *(table.name for table in reversed(metadata.sorted_tables)), schema.VERSION_TABLE]
    for name in (*Present.of(conn).columns, *system):
        conn.execute(DropTable(name))


def _ask_for_search(conn: sa.Connection, catalog: Catalog, number: int) -> None:
    """Notes for each module that its search entries have to be made."""
    last = conn.scalar(sa.select(sa.func.max(step.c.number)).where(step.c.revision == number)) or 0
    for at, key in enumerate(catalog.every, last + 1):
        said = say("Titles and search of “{module}” are brought up to date.", module=key)
        facts = {"module": key, "key": key, "text": said.text, "said": dict(said.facts)}
        conn.execute(step.insert().values(revision=number, number=at, kind="refresh", facts=facts))
    here = sa.and_(revision.c.id == number, revision.c.state == FINISHED)
    conn.execute(revision.update().where(here).values(state=LIVE))
