"""The steps that renames take: none of a module's tables changes, only rows that hold keys as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.deploy.physical import modules_of
from hanok.engine.deploy.plan import FINISH, SWITCH, Step
from hanok.engine.deploy.sides import Sides, place_of
from hanok.engine.errors import say
from hanok.engine.fields import Field
from hanok.engine.store import tables

BATCH = 500
Keys = Mapping[str, str]


def rename_steps(sides: Sides) -> Iterator[Step]:
    """A step for each module and field that is called otherwise now, and for stored options that are."""
    known = modules_of(sides.new)
    for new, old in sides.new.names.moved.items():
        if new in known and old in sides.old_modules:
            yield _module(sides, known[new], old)
    moves = tuple(_field_moves(sides))
    for module in known.values():
        for field in module.fields.values():
            was = sides.field_before(field)
            if was is not None and was.key != field.key:
                yield _field(sides, module, field, was, moves)
                moves = ()
    yield from _recodings(sides)


def _module(sides: Sides, module: Module, old: str) -> Step:
    rows = sides.rows(module.table.c.id)
    sentence = say("The module “{old}” is called “{new}” now; its records stay: {rows}.",
                   old=old, new=module.key, rows=rows)  # fmt: skip
    updates = (_homes(old, module.key), *_system_rows(old, module.key))
    return Step(SWITCH, "rename_module", module.key, sentence, rows=rows, facts={"old": old}, statements=updates)


def _field(sides: Sides, module: Module, field: Field, was: Field, moves: tuple[sa.Executable, ...]) -> Step:
    rows = sides.values(module, field) if all(sides.present.has(module.table.c[name]) for name in
                                              field.columns.values()) else 0  # fmt: skip
    sentence = say("The field “{old}” is called “{new}” now; its values stay: {rows}.",
                   old=place_of(was), new=place_of(field), rows=rows)  # fmt: skip
    return Step(SWITCH, "rename_field", place_of(field), sentence, rows=rows, facts={"old": place_of(was)},
                statements=moves)  # fmt: skip


def _field_moves(sides: Sides) -> Iterator[sa.Executable]:
    """Counters and files go along with their fields: those of today, and retired ones that step aside or come back.

    Where one takes the key of another, that other goes first.
    """
    left: dict[str, str] = {}
    for new, old in sides.new.names.moved.items():
        home, _, key = new.rpartition(".")
        if home and key != old.rpartition(".")[2]:
            left[f"{home}.{old.rpartition('.')[2]}"] = new
    while left:
        free = [old for old, new in left.items() if new not in left]
        if free:
            yield from _along(free[0], left.pop(free[0]))
        else:  # they go round in a circle
            old, new = left.popitem()
            left[f"{old}$between"] = new
            yield from _along(old, f"{old}$between")


def _along(old: str, new: str) -> Iterator[sa.Executable]:
    home, _, key = old.rpartition(".")
    file = tables.file
    yield _homes(old, new)
    here = sa.and_(file.c.module == home, file.c.field == key)
    yield file.update().where(here).values(field=new.rpartition(".")[2])


def _homes(old: str, new: str) -> Any:
    """Counters go on under the new place."""
    counter = tables.counter
    taken = counter.alias()
    rest = sa.func.substr(counter.c.key, len(old) + 1)
    moved = sa.literal(new) + rest
    there = sa.exists().where(taken.c.key == moved)
    inside = sa.or_(counter.c.key == old, counter.c.key.startswith(f"{old}.", autoescape=True))
    return counter.update().where(inside, sa.not_(there)).values(key=moved)


def _system_rows(old: str, new: str) -> Iterator[Any]:
    """Rows of system tables that name the module; the history stays as it was written, and is read by all names."""
    for table in tables.metadata.tables.values():
        if "module" in table.c and table is not tables.audit:
            yield table.update().where(table.c.module == old).values(module=new)


# -- options ---------------------------------------------------------------------------------------------------------
def _recodings(sides: Sides) -> Iterator[Step]:
    for table, field in _stored(sides.new):
        was = _option_field_before(sides, field)
        keys = _recoded(sides, was, field)
        if not keys:
            continue
        column = table.c[field.columns[""]]
        rows = _count(sides, field, column, keys)
        if not rows and was is not None and was.columns != field.columns:
            continue  # nothing came back from long ago
        sentence = say("Options of “{field}” are called otherwise now ({keys}); values that follow: {rows}.",
                       field=place_of(field), keys=", ".join(f"{old} → {new}" for old, new in keys.items()),
                       rows=rows)  # fmt: skip
        facts = {"table": table.name, "column": column.name, "keys": dict(keys)}
        yield Step(FINISH, "recode", place_of(field), sentence, rows=rows, facts=facts)


def _stored(catalog: Catalog) -> Iterator[tuple[sa.Table, Field]]:
    """The fields with options, of modules and of ties, each with its table."""
    for module in modules_of(catalog).values():
        for field in module.fields.values():
            if field.choices and "" in field.columns:
                yield module.table, field
            if field.own and field.type.embedded(field.settings) is None:
                table = catalog.metadata.tables[catalog.names.links[place_of(field)][0].stem]
                yield from ((table, own) for own in field.own.values() if own.choices)


def _option_field_before(sides: Sides, field: Field) -> Field | None:
    """The field as it is live: of a module, or of a tie."""
    was = sides.field_before(field)
    if was is not None:
        return was
    tie, _, key = sides.new.names.before(place_of(field)).rpartition(".")
    home, _, name = tie.rpartition(".")
    module = sides.old_modules.get(home)
    return module.fields[name].own.get(key) if module and name in module.fields else None


def _recoded(sides: Sides, was: Field | None, field: Field) -> Keys:
    """What has to follow in the field's column.

    Where the field changes its type, its values follow on their way there: only what comes back from long ago has keys
    that are no more.
    """
    if sides.old is None or was is None:
        return {}
    if was.columns == field.columns:
        return options_now(sides.old, sides.new, was, field)
    there = sides.new.renames.options_of(field)
    return {old: new for old, new in there.items() if field.choice(old) is None}


def options_now(before: Catalog, now: Catalog, was: Field, field: Field) -> Keys:
    """The options that were live under other keys; going back to an old revision, those of today."""
    if not was.choices or not field.choices:
        return {}
    live, after = {choice.key for choice in was.choices}, {choice.key for choice in field.choices}
    there = {old: new for old, new in now.renames.options_of(field).items() if old in live}
    back = before.renames.options_of(was).items()
    return there or {new: old for old, new in back if new not in after and old in after and old not in live}


def _count(sides: Sides, field: Field, column: sa.Column[Any], keys: Keys) -> int:
    if not sides.present.has(column):
        return 0
    statement = sa.select(sa.func.count()).select_from(column.table).where(_holds(field, column, keys))
    return sides.conn.scalar(statement) or 0


def _holds(field: Field, column: sa.Column[Any], keys: Keys) -> sa.ColumnElement[bool]:
    """Which rows have one of these options, asked as the type asks for any option."""
    return field.type.operator("in").sql(column, [field.type.comparable(field, key) for key in keys])


def recode(
    conn: sa.Connection, catalog: Catalog, facts: Mapping[str, Any], *, after: UUID | None = None, size: int = BATCH
) -> UUID | None:
    """The next records with old options get the new ones; the last id done, None when all are. May be repeated."""
    found = _field_at(catalog, facts)
    if found is None:
        return None  # the field was retired since
    table, field = found
    columns = [table.c[name].label(part or "value") for part, name in field.columns.items()]
    held = sa.select(table.c.id, *columns).where(_holds(field, table.c[facts["column"]], facts["keys"]))
    held = held.where(table.c.id > after) if after else held
    rows = conn.execute(held.order_by(table.c.id).limit(size)).mappings().all()
    for row in rows:
        value = field.type.read(field, {part: row[part or "value"] for part in field.columns})
        written = field.type.write(field, _now(value, facts["keys"]))
        values = {name: written[part] for part, name in field.columns.items()}
        conn.execute(table.update().where(table.c.id == row["id"]).values(values))
    return rows[-1]["id"] if len(rows) == size else None


def _now(value: Any, keys: Keys) -> Any:
    """The option of today for one, or for each of several."""
    if isinstance(value, tuple):
        return tuple(sorted({keys.get(each, each) for each in value}))
    return keys.get(value, value)


def _field_at(catalog: Catalog, facts: Mapping[str, Any]) -> tuple[sa.Table, Field] | None:
    here = (each for each in _stored(catalog) if each[0].name == facts["table"])
    return next((each for each in here if each[1].columns[""] == facts["column"]), None)
