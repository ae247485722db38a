"""Ties of n-n links: which records belong to one, in which order, with which fields of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, End, Module
from hanok.engine.fields import Field, Tie
from hanok.engine.records.query import Record
from hanok.engine.store import new_id


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that ties: its id, version and position, what it leads to, and whether the actor sees that."""

    id: UUID
    version: int
    position: int
    tie: Tie
    visible: bool


@dataclass(frozen=True, slots=True)
class Retied:
    """What a save changed: the ties that came and the ones that went."""

    linked: tuple[Tie, ...] = ()
    unlinked: tuple[Tie, ...] = ()
    changed: bool = False


def end_of(module: Module, field: Field) -> End:
    """The first end that an n-n field makes; its table is that of all of them."""
    return next(end for end in module.ends.values() if end.forwards and end.field == field.key)


def ties(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID, field: Field
) -> tuple[Tie, ...]:
    """What is tied now, in order: records that are not deleted; a title is "" where the actor may not see it."""
    return tuple(kept.tie for kept in kept_ties(conn, catalog, actor, module, id, field) if kept.tie.title is not None)


def with_ties(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, found: Sequence[Record], keys: Iterable[str]
) -> tuple[Record, ...]:
    """The records of a page with what is tied to them by those of the keys that name links to many; one statement
    each. Records that stay closed have none."""
    wanted = [module.fields[key] for key in keys if key in module.fields and module.fields[key].members
              and module.fields[key].type.embedded(module.fields[key].settings) is None]  # fmt: skip
    for field in wanted if found else ():
        some = ties_of_many(conn, catalog, actor, module, [one.id for one in found if one.may_view], field)
        found = [replace(one, values={**one.values, field.key: some.get(one.id, ())}) for one in found]
    return tuple(found)


def ties_of_many(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, ids: Iterable[UUID], field: Field
) -> dict[UUID, tuple[Tie, ...]]:
    """The same of many records at once, by their ids; those without any are left out."""
    tie, found = _table(module, field).alias("tie"), dict[UUID, list[Tie]]()
    for row in _rows(conn, catalog, actor, field, tie, tie.c.left.in_(list(ids))):
        kept = _kept(field, row)
        if kept.tie.title is not None:
            found.setdefault(row["left"], []).append(kept.tie)
    return {id: tuple(some) for id, some in found.items()}


def kept_ties(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID, field: Field
) -> list[Kept]:
    """All rows of a record, those of deleted records too (their title is None)."""
    tie = _table(module, field).alias("tie")
    return [_kept(field, row) for row in _rows(conn, catalog, actor, field, tie, tie.c.left == id)]


def _rows(
    conn: sa.Connection, catalog: Catalog, actor: Actor, field: Field, tie: Any, where: sa.ColumnElement[bool]
) -> Iterable[Any]:
    """The rows of ties in their order, with the title of what each leads to and whether the actor sees that."""
    source: Any = tie
    titles, seen, colors = [], [], list[Any]()
    for number, key in enumerate(field.members):
        target = catalog.every[key]
        there = target.table.alias(f"t{number}")
        here = sa.and_(there.c.id == tie.c.right, there.c.deleted_at.is_(None))
        if len(field.members) > 1:
            here = sa.and_(here, tie.c.right_module == key)
        source = source.outerjoin(there, here)
        rule = predicate(catalog, actor, target, "view", there)
        titles.append(sa.case((there.c.id.is_(None), sa.null()), (rule, there.c.title), else_=""))
        seen.append(sa.and_(there.c.id.is_not(None), rule))
        chip = _chip(catalog, field)
        if chip is not None:
            colors.append(sa.case((rule, there.c[chip.columns[""]]), else_=sa.null()))
    title = titles[0] if len(titles) == 1 else sa.func.coalesce(*titles)
    statement = (
        sa.select(tie, title.label("shown_title"), sa.or_(sa.false(), *seen).label("shown"),
                  (colors[0] if colors else sa.null()).label("shown_color"))
        .select_from(source)
        .where(where)
        .order_by(tie.c.left, tie.c.position, tie.c.id)
    )
    chip = _chip(catalog, field)
    known = {one.key: one.color for one in chip.choices} if chip else {}
    for row in conn.execute(statement).mappings():
        yield {**row, "shown_color": known.get(row["shown_color"], "")}


def _chip(catalog: Catalog, field: Field) -> Field | None:
    """The choice of the other module in whose colours its records are shown."""
    key = field.settings.get("chips") if len(field.members) == 1 else None
    found = catalog.every[field.members[0]].fields.get(key) if key else None
    return found if found is not None and found.choices and "" in found.columns else None


def _kept(field: Field, row: Any) -> Kept:
    own = {
        key: found.type.read(found, {part: row[name] for part, name in found.columns.items()})
        for key, found in field.own.items()
    }
    tie = Tie(row["right"], row["right_module"] if len(field.members) > 1 else "", row["shown_title"], own,
              row["shown_color"])  # fmt: skip
    return Kept(row["id"], row["version"], row["position"], tie, bool(row["shown"]))


def _table(module: Module, field: Field) -> sa.Table:
    through = end_of(module, field).through
    assert through is not None, "an n-n link has a table"
    return through


def retie(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID, field: Field,
    wanted: Sequence[Tie], *, at: datetime,
) -> Retied:  # fmt: skip
    """Makes `wanted` what the record is tied to, in this order.

    Ties to records that are deleted, or that the actor may not see, stay: nobody takes away what she does not see.
    Own fields that are not given keep their values.
    """
    present = {_key(kept.tie): kept for kept in kept_ties(conn, catalog, actor, module, id, field)}
    asked = {_key(tie): tie for tie in wanted}
    gone = [kept for key, kept in present.items() if key not in asked and kept.visible]
    new = [tie for key, tie in asked.items() if key not in present]
    table = _table(module, field)
    if gone:
        conn.execute(sa.delete(table).where(table.c.id.in_([kept.id for kept in gone])))
    changed = False
    for place, (key, tie) in enumerate(asked.items()):
        if key in present:
            changed |= _touch(conn, table, field, present[key], tie, place)
    if new:
        places = {key: place for place, key in enumerate(asked)}
        rows = [_row(field, actor, id, tie, places[_key(tie)], at) for tie in new]
        conn.execute(sa.insert(table), rows)
    return Retied(tuple(new), tuple(kept.tie for kept in gone), changed)


def tie_one(
    conn: sa.Connection, actor: Actor, module: Module, id: UUID, field: Field, tie: Tie, *, at: datetime
) -> bool:
    """Adds one tie behind the others; False when it is there already."""
    table = _table(module, field)
    there = conn.execute(sa.select(table.c.id).where(*_pair(table, field, id, tie))).first()
    if there is not None:
        return False
    last = conn.scalar(sa.select(sa.func.max(table.c.position)).where(table.c.left == id))
    conn.execute(sa.insert(table), [_row(field, actor, id, tie, 0 if last is None else last + 1, at)])
    return True


def untie_one(conn: sa.Connection, module: Module, id: UUID, field: Field, tie: Tie) -> bool:
    """Takes one tie away; False when there is none."""
    table = _table(module, field)
    return conn.execute(sa.delete(table).where(*_pair(table, field, id, tie))).rowcount == 1


def _pair(table: sa.Table, field: Field, id: UUID, tie: Tie) -> list[Any]:
    module = [table.c.right_module == tie.module] if len(field.members) > 1 else []
    return [table.c.left == id, table.c.right == tie.id, *module]


def _touch(conn: sa.Connection, table: sa.Table, field: Field, kept: Kept, tie: Tie, place: int) -> bool:
    own = {key: value for key, value in tie.own.items() if value != kept.tie.own.get(key)}
    if not own and kept.position == place:
        return False
    values = _own(field, own) | {"position": place, "version": kept.version + 1}
    conn.execute(sa.update(table).where(table.c.id == kept.id).values(values))
    return bool(own)


def _row(field: Field, actor: Actor, id: UUID, tie: Tie, place: int, at: datetime) -> dict[str, Any]:
    module = {"right_module": tie.module} if len(field.members) > 1 else {}
    values = {key: tie.own.get(key, default_of_tie(found)) for key, found in field.own.items()}
    return {
        "id": new_id(), "left": id, "right": tie.id, **module, "position": place, "version": 1, "tied_at": at,
        "tied_by": actor.id, **_own(field, values),
    }  # fmt: skip


def default_of_tie(field: Field) -> Any:
    """What a new tie has where nothing was said."""
    written = field.type.default(field)
    now = datetime.now(UTC)
    if isinstance(written, str):
        span = field.type.relative(field, written, now=now, zone="UTC")
        if span is not None:
            return span[0]
    return field.type.value(field).deserialize(written)


def _own(field: Field, values: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for key, value in values.items():
        found = field.own[key]
        row |= {found.columns[part]: bound for part, bound in found.type.write(found, value).items()}
    return row


def _key(tie: Tie) -> tuple[str, UUID]:
    return tie.module, tie.id


def titled(found: Iterable[Tie], titles: Mapping[tuple[str, UUID], str]) -> tuple[Tie, ...]:
    """The ties with these titles beside them."""
    return tuple(replace(tie, title=titles.get(_key(tie), tie.title)) for tie in found)
