"""What a save writes beside the row of a record: its ties and its lines, told at both ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.access.seeing import editable
from hanok.engine.catalog import Catalog, End, Module
from hanok.engine.errors import Denied, Message, NotFound, say
from hanok.engine.fields import Field, Linked, Tie
from hanok.engine.fields.links import own_values
from hanok.engine.records.derived import settle_changes, settle_ties
from hanok.engine.records.lines import Lines, lines, load_lines, titles_of, write_lines
from hanok.engine.records.query import Record
from hanok.engine.records.read import get, identity
from hanok.engine.records.telling.tied import told_tied
from hanok.engine.records.ties import Retied, end_of, retie, tie_one, ties, untie_one
from hanok.engine.records.trail import leave, tell_end
from hanok.engine.records.values import Loading
from hanok.engine.store.holding import held


@dataclass(slots=True)
class Related:
    """The ties and lines of one save: loaded before the row is written, written after it."""

    module: Module
    ties: dict[str, tuple[Tie, ...]] = field(default_factory=dict)
    lines: dict[str, Lines] = field(default_factory=dict)
    errors: dict[str, list[Message]] = field(default_factory=dict)
    changes: dict[str, list[Any]] = field(default_factory=dict)
    came: dict[str, tuple[Tie, ...]] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        return bool(self.ties or self.lines)

    def write(self, conn: sa.Connection, catalog: Catalog, actor: Actor, here: Linked, *, at: datetime) -> bool:
        """Writes all of it; whether any line differs (ties are not the record's own: they do not count)."""
        for key, wanted in self.ties.items():
            found = self.module.fields[key]
            done = retie(conn, catalog, actor, self.module, here.id, found, wanted, at=at)
            _tell(conn, catalog, actor, self.module, here, found, done, at=at)
            self.came[key] = done.linked
        differs = False
        for key, loaded in self.lines.items():
            if write_lines(conn, catalog, actor, here, loaded, at=at):
                after = lines(conn, catalog, self.module, here.id, key)
                self.changes[key] = [titles_of(list(loaded.present.values())), titles_of(after)]
                differs = True
        return differs


def load_related(
    conn: sa.Connection, catalog: Catalog, actor: Actor, loading: Loading
) -> Related:
    """Takes the ties and lines out of the loaded values and validates the lines."""
    module, id = loading.module, loading.current.id if loading.current else None
    found = Related(module)
    for key in [key for key in loading.values if key in module.fields and module.fields[key].type.apart]:
        value, one = loading.values.pop(key), module.fields[key]
        if id is None and not value:
            continue
        if one.type.embedded(one.settings) is None:
            found.ties[key] = value
            _mind_primary(loading, one, value)
        else:
            found.lines[key] = load_lines(conn, catalog, actor, module, one, value, id)
            found.errors |= found.lines[key].errors
    _tie_primaries(loading, found)
    return found


def _mind_primary(loading: Loading, field: Field, wanted: tuple[Tie, ...]) -> None:
    """The primary one is one of them: another takes its place when it goes, the first one when there was none."""
    key = field.settings.get("primary")
    if key is None or key in loading.raw:
        return
    present = loading.current.values.get(key) if loading.current else None
    ids = [tie.id for tie in wanted]
    if present is None or (present.id not in ids and present.title):  # one without a title is tied, and not seen
        first = wanted[0] if wanted else None
        loading.values[key] = None if first is None else Linked(field.members[0], first.id, first.title or "")


def _tie_primaries(loading: Loading, found: Related) -> None:
    """A primary one that was chosen by itself becomes one of them, the first."""
    for one in found.module.fields.values():
        key = one.settings.get("primary") if one.members else None
        chosen = loading.values.get(key) if key else None
        if isinstance(chosen, Linked) and one.key in found.ties:
            wanted = found.ties[one.key]
            if chosen.id not in [tie.id for tie in wanted]:
                found.ties[one.key] = (Tie(chosen.id, "", chosen.title), *wanted)


def tie_primaries(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, here: Linked, values: Mapping[str, Any], *,
    at: datetime,
) -> None:  # fmt: skip
    """Ties the primary ones that a save chose, where the ties themselves were not given."""
    for found in module.fields.values():
        key = found.settings.get("primary") if found.members else None
        chosen = values.get(key) if key else None
        if isinstance(chosen, Linked):
            tie = Tie(chosen.id, "", chosen.title)
            if tie_one(conn, actor, module, here.id, found, tie, at=at):
                _tell(conn, catalog, actor, module, here, found, Retied((tie,)), at=at)


def related(
    conn: sa.Connection, catalog: Catalog, actor: Actor, record: Record, *, keys: tuple[str, ...] = ()
) -> dict[str, Any]:
    """By field key, the ties (`Tie`s) and lines (records) of a record that the actor may see."""
    module, found = catalog.module(record.module), dict[str, Any]()
    for key, one in module.fields.items():
        if not one.type.apart or (keys and key not in keys):
            continue
        embedded = one.type.embedded(one.settings) is not None
        if embedded:
            found[key] = lines(conn, catalog, module, record.id, key, actor=actor)
        else:
            found[key] = ties(conn, catalog, actor, module, record.id, one)
    return found


def _tell(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, here: Linked, field: Field, done: Retied, *,
    at: datetime,
) -> None:  # fmt: skip
    settle_ties(conn, catalog, actor, _tied_ends(conn, catalog, actor, module, here, field, done))
    for action, changed in (("linked", done.linked), ("unlinked", done.unlinked)):
        for tie in changed:
            there = Linked(tie.module or field.members[0], tie.id, tie.title or "")
            key = _key_here(module, field, there.module)
            tell_end(conn, catalog, actor, here, key, there, action, at=at)
            back = back_end(catalog, module, field, there.module)
            if back is not None:
                tell_end(conn, catalog, actor, there, back.key, here, action, at=at)


def _tied_ends(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, here: Linked, field: Field, done: Retied
) -> dict[tuple[str, str], set[UUID]]:
    """Whose ends changed: this record's, and those of the records that came, went, or have another tie by now."""
    if not (done.linked or done.unlinked or done.changed):
        return {}
    rest = ties(conn, catalog, actor, module, here.id, field) if done.changed else ()
    found: dict[tuple[str, str], set[UUID]] = {}
    for tie in (*done.linked, *done.unlinked, *rest):
        target = tie.module or field.members[0]
        found.setdefault((module.key, _key_here(module, field, target)), set()).add(here.id)
        back = back_end(catalog, module, field, target)
        if back is not None:
            found.setdefault((target, back.key), set()).add(tie.id)
    return found


def _key_here(module: Module, field: Field, target: str) -> str:
    return next(
        end.key for end in module.ends.values() if end.forwards and end.field == field.key and end.module == target
    )


def back_end(catalog: Catalog, module: Module, field: Field, target: str) -> End | None:
    """What the target of a link calls it, None where it has no name for it."""
    ends = catalog.every[target].ends.values()
    return next((end for end in ends if end.comes_from(module.key, field.key)), None)


def link(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, end: str, other: UUID | str, *,
    own: Mapping[str, Any] | None = None, quiet: bool = False,
) -> bool:  # fmt: skip
    """Ties a record to one at the other side of an n-n end; False where it was tied already.

    `own` are raw values of the tie's own fields; of many at once nobody is told (`quiet`). Whoever may edit the record
    may do it, for what she may see. Raises NotFound, Denied or marshmallow's ValidationError for `own`.
    """
    record, there, found = _both(conn, catalog, actor, module, id, end, other)
    home, left, right, field = _sides(catalog, record, there, found)
    loaded = own_values(field, own or {})
    tie = Tie(right.id, right.module if found.several else "", right.title, loaded)
    at = datetime.now(UTC)
    done = tie_one(conn, actor, home, left.id, field, tie, at=at)
    if done:
        here = Linked(left.module, left.id, left.title)
        _tell(conn, catalog, actor, home, here, field, Retied((tie,)), at=at)
        if not quiet:
            told_tied(conn, catalog, actor, home, here, {field.key: (tie,)}, at=at)
    return done


def unlink(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, end: str, other: UUID | str
) -> bool:
    """Takes a tie away; False where there is none. Raises NotFound or Denied."""
    record, there, found = _both(conn, catalog, actor, module, id, end, other)
    home, left, right, field = _sides(catalog, record, there, found)
    primary = field.settings.get("primary")
    if primary and not left.may_edit and getattr(left[primary], "id", None) == right.id:
        raise Denied(say("You may see this record but not change it."))
    tie, at = Tie(right.id, right.module if found.several else "", right.title), datetime.now(UTC)
    done = untie_one(conn, home, left.id, field, tie)
    if done:
        here = Linked(left.module, left.id, left.title)
        _tell(conn, catalog, actor, home, here, field, Retied((), (tie,)), at=at)
        _clear_primary(conn, catalog, actor, home, left, field, tie, at=at)
    return done


def _clear_primary(
    conn: sa.Connection, catalog: Catalog, actor: Actor, home: Module, left: Record, field: Field, tie: Tie, *,
    at: datetime,
) -> None:  # fmt: skip
    """Another takes the place of a primary one that went."""
    key = field.settings.get("primary")
    if key is None:
        return
    column = home.table.c[home.field(key).columns[""]]
    rest = ties(conn, catalog, actor, home, left.id, field)
    values = {column: rest[0].id if rest else None, home.table.c.version: home.table.c.version + 1}
    done = conn.execute(sa.update(home.table).where(home.table.c.id == left.id, column == tie.id).values(values))
    if done.rowcount:
        before = {"module": field.members[0], "id": str(tie.id), "title": tie.title}
        after = {"module": field.members[0], "id": str(rest[0].id), "title": rest[0].title} if rest else None
        leave(conn, catalog, actor, home, left.id, "changed", {key: [before, after]}, at=at, version=left.version + 1)
        settle_changes(conn, catalog, actor, home, left.id, {key: [before, after]})


def _both(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID | str, end: str, other: UUID | str
) -> tuple[Record, Record, End]:
    asked = catalog.module(module).ends.get(end)
    found = next((way for way in asked.each() if way.kind == "links"), None) if asked else None
    if asked is None or asked.kind == "union" or found is None:
        raise NotFound(say("There is no link “{key}” here.", key=end))
    if not all(editable(catalog, actor, found.home, found.field)):
        raise NotFound(say("There is no link “{key}” here.", key=end))
    record = get(conn, catalog, actor, module, identity(id))
    if not record.may_edit:
        raise Denied(say("You may see this record but not change it."))
    there = get(conn, catalog, actor, found.module, identity(other))
    for one in (record, there):
        _hold(conn, catalog, one)
    return record, there, found


def _hold(conn: sa.Connection, catalog: Catalog, record: Record) -> None:
    """Holds a record that a tie is about to lead to. Raises NotFound where it went meanwhile."""
    table = catalog.every[record.module].table
    there = sa.select(table.c.id).where(table.c.id == record.id, table.c.deleted_at.is_(None))
    statement = held(conn, there, table)
    if statement is not there and conn.scalar(statement) is None:
        raise NotFound(say("There is no such record, or you may not see it."))


def _sides(catalog: Catalog, record: Record, there: Record, end: End) -> tuple[Module, Record, Record, Field]:
    home = catalog.every[end.home]
    left, right = (record, there) if end.forwards else (there, record)
    return home, left, right, home.fields[end.field]


__all__ = ["Related", "back_end", "end_of", "link", "load_related", "related", "tie_primaries", "unlink"]
