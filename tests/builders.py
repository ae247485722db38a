"""Builders: small models, catalogs and records for tests, written as a user would write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog, compile_catalog
from hanok.engine.language import Layer, read_folder
from hanok.engine.store import Store
from hanok.engine.store.tables import group_record
from tests.fields.fields import TYPES

CORE: Layer = read_folder(Path(str(resources.files("hanok.engine.catalog") / "core")), name="core", root="core")

COMPANY = """
label: {en: Company, ko: 회사}
traits: [owned]
fields:
  name:    {type: text, required: true, unique: true, search: true, length: 40}
  size:    {type: integer, min: 0}
  rate:    {type: decimal, places: 3}
  active:  {type: boolean, default: true}
  stage:   {type: choice, options: stage, default: new}
  founded: {type: date}
  story:   {type: long_text, search: true}
  parent:  {type: link, to: company, reverse: children}
"""
PERSON = """
label: {en: Person, ko: 사람}
traits: [owned]
title: "{{ person_name(family, given) }}"
fields:
  family:  {type: text, required: true, search: true}
  given:   {type: text, search: true}
  company: {type: link, to: company, reverse: people}
"""
STAGE = """
label: {en: Stage, ko: 단계}
attributes: {closed: {type: boolean}}
options:
  new:  {label: {en: New, ko: 신규}, color: blue}
  open: {label: {en: Open, ko: 진행}}
  won:  {label: {en: Won, ko: 성공}, closed: true, color: green}
  old:  {label: {en: Old, ko: 옛것}, retired: true}
"""
OWNER_ONLY = """
label: {en: Owner only, ko: 본인만}
default: {list: owner, view: owner, create: all, edit: owner, delete: owner}
"""
SMALL: Mapping[str, str] = {
    "modules/company.yaml": COMPANY,
    "modules/person.yaml": PERSON,
    "options/stage.yaml": STAGE,
    "roles/owner_only.yaml": OWNER_ONLY,
}


def a_layer(files: Mapping[str, str] = SMALL, *, name: str = "site") -> Layer:
    return Layer(name, dict(files), root=name)


def a_catalog(files: Mapping[str, str] = SMALL, **options: Any) -> Catalog:
    """The catalog of the core layer and one more with these files."""
    return compile_catalog([CORE, a_layer(files)], TYPES, **options)


def an_administrator(**changes: Any) -> Actor:
    return replace(Actor(id=None, username="admin", title="Admin", admin=True, roles=(ADMINISTRATOR,)), **changes)


def an_actor(id: UUID, *roles: str) -> Actor:
    return Actor(id=id, username="somebody", title="Somebody", roles=roles)


def with_tables(store: Store, catalog: Catalog) -> Store:
    """The store with the catalog's tables in it, as a deploy would leave them."""
    with store.write() as conn:
        catalog.metadata.create_all(conn)
    return store


def a_record(store: Store, catalog: Catalog, module: str, actor: Actor | None = None, **raw: Any) -> records.Record:
    with store.write() as conn:
        return records.create(conn, catalog, actor or an_administrator(), module, raw)


def a_user(store: Store, catalog: Catalog, username: str, *roles: str) -> Actor:
    """A stored user, as the actor that she would be after logging in."""
    made = a_record(store, catalog, "user", username=username, last_name=username, email=f"{username}@example.com")
    return Actor(id=made.id, username=username, title=made.title, roles=roles)


def put_in_group(conn: sa.Connection, catalog: Catalog, module: str, record: UUID, group: UUID) -> None:
    """Puts a record into a group by hand, whoever may; as it is written down."""
    table = catalog.every[module].table
    times = conn.execute(sa.select(table.c.created_at, table.c.updated_at).where(table.c.id == record)).one()
    row = {"module": module, "record": record, "group_id": group, "via": "hand", **times._mapping}
    conn.execute(group_record.insert().values(row))


def times_that_differ(conn: sa.Connection, catalog: Catalog) -> list[tuple[str, UUID]]:
    """The records of groups beside which other times stand than their own."""
    found = []
    for key, module in catalog.every.items():
        table = module.table
        mine = sa.select(group_record.c.record).outerjoin(table, table.c.id == group_record.c.record)
        times = (table.c[name] != group_record.c[name] for name in ("created_at", "updated_at"))
        other = sa.or_(table.c.id.is_(None), *times)
        found += [(key, id) for id in conn.scalars(mine.where(group_record.c.module == key, other))]
    return found


class Statements:
    """Counts the statements that a store's connections run."""

    def __init__(self, store: Store) -> None:
        self.texts: list[str] = []
        for engine in store.engines:
            sa.event.listen(engine, "before_cursor_execute", self._seen)

    def _seen(self, conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        self.texts.append(statement)

    @property
    def queries(self) -> list[str]:
        return [text for text in self.texts if text.lstrip().upper().startswith(("SELECT", "WITH"))]
