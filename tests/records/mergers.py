"""A small model in which every kind of thing leads to a firm, and a picture of all that is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record, get
from hanok.engine.records.merging import asked, run, undoing
from hanok.engine.records.merging.asked import Merge, Wish
from hanok.engine.records.merging.ways import LINES, ways_to
from hanok.engine.store import Store
from hanok.engine.store.desk_tables import favourite, follow, recent
from hanok.engine.store.tables import file, group_record
from tests.builders import OWNER_ONLY

FIRM = """
label: {en: Firm, ko: 회사}
traits: [owned]
fields:
  name: {type: text, required: true, search: true}
  code: {type: text, unique: true}
  phone: {type: phone}
  worth: {type: money}
  paper: {type: file}
  papers: {type: files}
  secret: {type: encrypted}
  kinds: {type: choices, options: {big: {en: Big}, far: {en: Far}}}
  above: {type: link, to: firm, tree: true, reverse: below}
  rival: {type: link, to: firm, reverse: rivals}
  partners: {type: links, to: firm, reverse: partner_of, fields: {since: {type: date}}}
  humans: {type: links, to: human, reverse: firms, primary: chief, fields: {role: {type: text}}}
  chief: {type: link, to: human}
  rows: {type: lines, of: {what: {type: text, required: true}, price: {type: decimal}, from: {type: link, to: firm}}}
  total: {type: decimal, rollup: {sum: rows.price}}
  people: {type: integer, rollup: {count: staff}}
duplicates:
  same: {match: [name, phone]}
  code: {match: [code], then: refuse}
"""
HUMAN = """
label: {en: Human, ko: 사람}
fields:
  name: {type: text, required: true}
  firm: {type: link, to: firm, reverse: staff, inherit: true}
  about: {type: link, to: [firm, human], reverse: told, on_delete: restrict}
  kin: {type: links, to: [firm, human], reverse: kin_of}
  firm_phone: {type: text, formula: firm.phone}
  ward: {type: link, to: firm, reverse: {key: warden, one: true}}
"""
MODEL: Mapping[str, str] = {
    "modules/firm.yaml": FIRM, "modules/human.yaml": HUMAN, "roles/owner_only.yaml": OWNER_ONLY,
}  # fmt: skip
#: What a merge that was taken back may leave behind.
PASSING = frozenset({"version", "updated_at", "updated_by", "deleted_at", "deleted_by"})


def merged(
    store: Store, catalog: Catalog, actor: Actor, stays: Record, goes: Sequence[Record],
    take: Mapping[str, Record] | None = None, lines: Mapping[str, str] | None = None,
) -> Merge:  # fmt: skip
    with store.write() as conn:
        versions = {one.id: get(conn, catalog, actor, one.module, one.id).version for one in (stays, *goes)}
        wish = Wish(stays.module, stays.id, tuple(one.id for one in goes), versions,
                    {key: one.id for key, one in (take or {}).items()}, lines or {})  # fmt: skip
        return run.merge(conn, catalog, actor, asked.begin(conn, catalog, actor, wish))


def undone(store: Store, catalog: Catalog, actor: Actor, plan: Merge) -> Merge:
    with store.write() as conn:
        return undoing.undo(conn, catalog, actor, asked.begin_undo(conn, actor, plan.id))


def everything(store: Store, catalog: Catalog) -> dict[str, list[Any]]:
    """All rows of all modules and ties, of desks, files and groups, but times and versions; whether they are there."""
    found: dict[str, list[Any]] = {}
    with store.read() as conn:
        for table in (*catalog.metadata.sorted_tables, favourite, follow, recent, group_record, file):
            rows = conn.execute(sa.select(table)).mappings().all()
            found[table.name] = sorted(repr(_plain(row)) for row in rows)
    return found


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if key not in PASSING and not key.startswith("until")}
    return {**kept, "there": row.get("deleted_at") is None}


def pointing(store: Store, catalog: Catalog, module: str, ids: Sequence[UUID]) -> dict[str, int]:
    """How many rows point at these records, by the way; lines that went with them count for nothing."""
    found: dict[str, int] = {}
    with store.read() as conn:
        for way in ways_to(catalog, catalog.module(module)):
            where = [way.at(ids)]
            if way.kind == LINES:
                where.append(way.table.c.deleted_at.is_(None))
            number = conn.scalar(sa.select(sa.func.count()).select_from(way.table).where(*where)) or 0
            if number:
                found[way.place] = number
        for table in (favourite, follow, recent):
            here = (table.c.module == module, table.c.record.in_(list(ids)))
            number = conn.scalar(sa.select(sa.func.count()).select_from(table).where(*here)) or 0
            if number:
                found[table.name] = number
    return found
