"""Making a plan: compiles the layers and compares the result with what is live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module, Names, compile_catalog
from hanok.engine.catalog.renames import returned
from hanok.engine.deploy.asking import questions
from hanok.engine.deploy.comparing import steps
from hanok.engine.deploy.indexes import LONGEST_TEXT, unique_groups
from hanok.engine.deploy.physical import Physical, Present, modules_of
from hanok.engine.deploy.plan import FINISH, SWITCH, Plan, Step
from hanok.engine.deploy.revisions import checksum, code_version, known_names, layers_of, names_of, open_steps
from hanok.engine.deploy.sides import Sides
from hanok.engine.deploy.waits import with_waits
from hanok.engine.errors import Message, say
from hanok.engine.fields import FieldType
from hanok.engine.language import Layer
from hanok.engine.store import Store, live_revision


def make_plan(
    store: Store, layers: Sequence[Layer], types: Mapping[str, FieldType], *, rehearse: bool = True,
    then: Names | None = None, before: Catalog | None = None,
) -> Plan:  # fmt: skip
    """What deploying these layers (all of them, the lowest first) would do. Raises MetadataError. Writes nothing.

    It tries every value that would be converted; without `rehearse` it doesn't, and cannot say which are refused.
    `then` are the names of the revision that these layers come from: what was renamed since is called so again.
    What did not change since the catalog `before`, any other one, is taken from there.
    """
    with store.read() as conn:
        base = live_revision(conn)
        live = layers_of(conn, base)
        old = _live(conn, live, types, base, before) if base else None
        names = known_names(conn)
        new = compile_catalog(layers, types, names=returned(names, then) if then else names, before=old or before)
        sides = Sides(conn, old, new, Physical.of(new, store.dialect), Present.of(conn), rehearse)
        under_way = {(step.kind, step.key) for step in open_steps(conn)}
        found = [
            step
            for step in (*_documents(live, layers), *with_waits(sides, steps(sides)))
            if not (step.phase == FINISH and (step.kind, step.key) in under_way)
        ]
        blockers = tuple(_blockers(sides))
        asked = tuple(questions(sides))
    return Plan(
        base, tuple(layers), checksum(layers), code_version(), tuple(found), blockers, old, new, types, asked, then
    )


def _live(
    conn: sa.Connection, layers: Sequence[Layer], types: Mapping[str, FieldType], number: int, before: Catalog | None
) -> Catalog:
    """What is live, as far as this program understands it: there must be a way on from what it refuses."""
    return compile_catalog(layers, types, names=names_of(conn, number), revision=number, tolerant=True, before=before)


def load_catalog(store: Store, types: Mapping[str, FieldType], *, before: Catalog | None = None) -> Catalog:
    """The catalog of the live revision, compiled; one without modules before the first deploy.

    What did not change since `before`, another one, is taken from there.
    """
    with store.read() as conn:
        number = live_revision(conn)
        layers, names = layers_of(conn, number), names_of(conn, number)
    return compile_catalog(layers, types, names=names, revision=number, before=before)


def _documents(before: Sequence[Layer], after: Sequence[Layer]) -> Iterator[Step]:
    """The files that came, changed or went, layer by layer."""
    known = {layer.name: layer for layer in before}
    layers = {layer.name: layer for layer in (*after, *before)} | {layer.name: layer for layer in after}
    wanted = {layer.name for layer in after}
    for name, layer in layers.items():
        old = known[name].files if name in known else {}
        new = layer.files if name in wanted else {}
        for file in dict.fromkeys([*new, *old]):
            if old.get(file) != new.get(file):
                sentence = _said(layer.shown(file), came=file not in old, went=file not in new)
                yield Step(SWITCH, "document", f"{name}:{file}", sentence)


def _said(file: str, *, came: bool, went: bool) -> Message:
    if came:
        return say("{file} is new.", file=file)
    return say("{file} is gone.", file=file) if went else say("{file} has changed.", file=file)


def _blockers(sides: Sides) -> Iterator[Message]:
    """Values that occur more than once where they shall be unique, and values too long for an index."""
    for module in modules_of(sides.new).values():
        before = sides.before(module)
        for group in unique_groups(module):
            if any(module.field(key).settings.get("length", 0) > LONGEST_TEXT for key in group):
                facts = {"fields": ", ".join(group), "module": module.key, "length": LONGEST_TEXT}
                yield say("“{fields}” of “{module}” cannot be unique: it may be longer than {length}.", **facts)
                continue
            columns = [_compared(module, key) for key in group]
            if before and all(map(sides.present.has, columns)) and group not in unique_groups(before):
                yield from _repeated(sides, module, group, columns)


def _repeated(
    sides: Sides, module: Module, group: Sequence[str], columns: Sequence[sa.Column[object]]
) -> Iterator[Message]:
    table = module.table
    statement = (
        sa.select(*columns)
        .where(table.c.deleted_at.is_(None), *(column.is_not(None) for column in columns))
        .group_by(*columns)
        .having(sa.func.count() > 1)
    )
    found = sides.conn.execute(statement.limit(1)).first()
    if found:
        yield say(
            "“{fields}” of “{module}” cannot be unique: some values occur more than once, such as {example}.",
            fields=", ".join(group), module=module.key, example=" / ".join(map(str, found)),
        )  # fmt: skip


def _compared(module: Module, key: str) -> sa.Column[object]:
    field = module.field(key)
    return module.table.c[field.columns[field.type.compared(field)]]
