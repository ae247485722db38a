"""Which indexes a module's table has: the one place where that is decided.

Unique values, both ends of links, the sorts of lists, saved filters and subpanels (behind what they filter by), the
first column of a list, which people sort by first, and what the document asks for. An index is named after what it
is, so another definition is another name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Field

LONGEST = 63
#: PostgreSQL takes keys of an index up to 2704 bytes; a text that may be longer than this is not sorted by one.
LONGEST_TEXT = 500
PREFIXES = ("i_", "u_")
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class Key:
    """One column of an index. Nullable ones are ordered with empty as the smallest."""

    column: str
    descending: bool = False
    nullable: bool = True

    def turned(self) -> Key:
        return Key(self.column, not self.descending, self.nullable)

    def on(self, table: sa.Table, dialect: str) -> sa.ColumnElement[Any]:
        found: sa.ColumnElement[Any] = table.c[self.column]
        found = found.desc() if self.descending else found
        if not self.nullable or dialect == "sqlite":
            return found
        return found.nulls_last() if self.descending else found.nulls_first()


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """An index of a table, over the records that are not deleted."""

    table: str
    keys: tuple[Key, ...]
    unique: bool = False

    @property
    def name(self) -> str:
        readable = "_".join([PREFIXES[self.unique] + self.table, *(key.column for key in self.keys)])
        mark = hashlib.sha256(repr((self.table, self.keys, self.unique)).encode()).hexdigest()[:8]
        return f"{readable[: LONGEST - 9]}_{mark}"

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(key.column for key in self.keys)

    def on(self, table: sa.Table, dialect: str) -> sa.Index:
        """The index, attached to this table."""
        kept = "deleted_at" in table.c
        living: dict[str, Any] = {f"{kind}_where": table.c.deleted_at.is_(None) for kind in KINDS if kept}
        return sa.Index(self.name, *(key.on(table, dialect) for key in self.keys), unique=self.unique, **living)


def wanted(catalog: Catalog) -> tuple[IndexSpec, ...]:
    """All indexes of all tables: of the modules in the order of the catalog, then of the links between them."""
    asked = {module.table.name: list(_of_module(module)) for module in _modules(catalog).values()}
    for module in catalog.modules.values():
        for panel in module.subpanels.values():
            there = catalog.every[panel.module]
            if there.has(panel.field) and there.field(panel.field).columns:
                behind = (panel.field, *(key for key in _equalities(there, panel.where or {}) if key != panel.field))
                asked[there.table.name] += _sorted(there, panel.sort, behind=behind)
    for table in catalog.metadata.tables.values():
        asked.setdefault(table.name, list(_of_links(table)))
    return tuple(spec for found in asked.values() for spec in _without_prefixes(found))


def _modules(catalog: Catalog) -> Mapping[str, Module]:
    return catalog.every


def unique_groups(module: Module) -> tuple[tuple[str, ...], ...]:
    """The fields whose values together occur once among the living records."""
    single = [(field.key,) for field in module.fields.values() if field.unique]
    return tuple(dict.fromkeys([*single, *module.unique]))


def _of_links(table: sa.Table) -> Iterator[IndexSpec]:
    """A pair occurs once; links are read from both ends, in their order where they have one."""
    if not {"left", "right"} <= set(table.c.keys()):
        return
    left, right = Key("left", nullable=False), Key("right", nullable=False)
    last = Key("id", nullable=False)
    yield IndexSpec(table.name, (left, right), unique=True)
    yield IndexSpec(table.name, (right, left, last))
    if "position" in table.c:
        yield IndexSpec(table.name, (left, Key("position", nullable=table.c.position.nullable or False), last))


def _of_module(module: Module) -> Iterator[IndexSpec]:
    for group in unique_groups(module):
        keys = [Key(_compared(module.field(key)), nullable=not module.field(key).system) for key in group]
        yield IndexSpec(module.table.name, tuple(keys), unique=True)
    shown = module.views.list
    always = tuple(_equalities(module, shown.where or {}))
    yield from _sorted(module, shown.sort, behind=always)
    yield from _sorted(module, ("title",))
    yield from _sorted(module, shown.columns[:1])
    for owner in (key for key in module.owners if "" in module.field(key).columns):
        yield from _sorted(module, shown.sort, behind=(owner,))
    for found in module.saved_filters.values():
        chosen = dict.fromkeys([*always, *_equalities(module, found.where)])
        yield from _sorted(module, found.sort or shown.sort, behind=tuple(chosen))
    for field in module.fields.values():
        if field.targets and "" in field.columns:
            yield IndexSpec(module.table.name, (Key(field.columns[""]),))
        if field.settings.get("index"):
            yield from _sorted(module, (), behind=(field.key,))
    if module.parent is not None and module.has("parent") and module.has("position"):
        yield from _sorted(module, ("position",), behind=("parent",))
    for group in module.index:
        yield from _sorted(module, (), behind=group)


def _sorted(module: Module, sort: Sequence[str], *, behind: Sequence[str] = ()) -> Iterator[IndexSpec]:
    """The index that serves this order (ending with the id) among the records that are equal in `behind`."""
    keys = [_key(module.field(key)) for key in behind]
    for written in sort:
        key = written.removeprefix("-")
        if not module.has(key) or (key in module.paths and module.paths[key].links):
            break
        field = module.field(key)
        if not _ordered_by_column(field):
            break
        sorted_by = _key(field)
        keys.append(sorted_by.turned() if written.startswith("-") else sorted_by)
    ordered = keys[len(behind) :]
    if not ordered and not behind:
        return
    tie = Key("id", descending=bool(ordered and ordered[0].descending), nullable=False)
    if ordered and ordered[0].descending:  # read from its other end, one index serves both directions
        ordered, tie = [key.turned() for key in ordered], tie.turned()
    yield IndexSpec(module.table.name, _once([*keys[: len(behind)], *ordered, tie]))


def _once(keys: Iterable[Key]) -> tuple[Key, ...]:
    """A column that is sorted by twice counts where it stands first."""
    kept: dict[str, Key] = {}
    for key in keys:
        kept.setdefault(key.column, key)
    return tuple(kept.values())


def _key(field: Field) -> Key:
    return Key(_compared(field), nullable=not field.system or field.key.endswith("_by"))


def _compared(field: Field) -> str:
    return field.columns[field.type.compared(field)]


def _ordered_by_column(field: Field) -> bool:
    """Whether the field's order is the order of one of its columns, short enough for an index."""
    if field.targets or not field.type.sortable or field.settings.get("length", 0) > LONGEST_TEXT:
        return False
    probe: sa.ColumnElement[Any] = sa.column("probe")
    return field.type.order(field, probe) is probe


def _equalities(module: Module, where: Mapping[str, Any]) -> Iterator[str]:
    """The fields that a condition compares with one value."""
    for key, test in where.items():
        plain = module.has(key) and not isinstance(test, Mapping | list) and test is not None
        if plain and _has_column(module.field(key)):
            yield key


def _has_column(field: Field) -> bool:
    """Whether one column says which records are equal in this field."""
    there = field.type.compared(field) in field.columns
    return there and bool(field.targets or field.type.sortable)


def _without_prefixes(specs: Iterable[IndexSpec]) -> list[IndexSpec]:
    """Leaves out an index that is the beginning of another one.

    One that ends with the id orders those that are equal in the rest, which a longer one does not.
    """
    every = list(dict.fromkeys(specs))

    def begins(spec: IndexSpec, other: IndexSpec) -> bool:
        return len(other.keys) > len(spec.keys) and other.keys[: len(spec.keys)] == spec.keys

    return [spec for spec in every if spec.unique or not any(begins(spec, other) for other in every)]
