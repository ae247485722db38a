"""The columns of a statement: the parts of the wanted fields, and the titles of their links by join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor, allows, level, predicate
from hanok.engine.access.levels import owners
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Field
from hanok.engine.records.query import Record, Under
from hanok.engine.records.standing import end_under, tie_of

ALWAYS = ("id", "title", "version")


@dataclass(slots=True)
class Selection:
    """Collects columns over an alias of the module's table; `record` reads a row of the result back."""

    catalog: Catalog
    actor: Actor
    module: Module
    keys: tuple[str, ...]
    table: Any = None
    columns: list[ColumnElement[Any]] = field(default_factory=list)
    places: dict[str, dict[str, int]] = field(default_factory=dict)
    joins: dict[str, list[Any]] = field(default_factory=dict)
    tied: tuple[Any, ColumnElement[bool]] | None = None
    own: dict[str, tuple[Field, dict[str, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.table = alias_of(self.module, "r")
        for key in dict.fromkeys((*ALWAYS, *owners(self.module), *self.keys)):
            self._take(self.module.field(key))

    def _take(self, found: Field) -> None:
        places = {part: self.add(self.table.c[column]) for part, column in found.columns.items() if part != "folded"}
        if found.targets:
            places["title"] = self.add(self.titles(found, "title"))
        self.places[found.key] = places

    def stand(self, under: Under) -> None:
        """Takes the own fields of the ties to the record that these stand under."""
        self.tied = tie_of(self.catalog, under, self.table)
        if self.tied is not None:
            for key, found in end_under(self.catalog, under).own.items():
                columns = {part: self.tied[0].c[name] for part, name in found.columns.items()}
                self.own[key] = found, {part: self.add(column) for part, column in columns.items()}

    def add(self, column: ColumnElement[Any]) -> int:
        """Takes one more column and says its position in the row."""
        self.columns.append(column)
        return len(self.columns) - 1

    def titles(self, found: Field, column: str) -> ColumnElement[Any]:
        """The target's title: empty when the actor may not view it, NULL when it is deleted or there is none."""
        if found.key not in self.joins:
            start = sum(map(len, self.joins.values()))
            self.joins[found.key] = [
                alias_of(self.catalog.every[target], f"j{start + number}")
                for number, target in enumerate(found.targets)
            ]
        columns = [
            self._visible(target, there, column)
            for target, there in zip(found.targets, self.joins[found.key], strict=True)
        ]
        return columns[0] if len(columns) == 1 else sa.func.coalesce(*columns)

    def _visible(self, target: str, there: Any, column: str) -> ColumnElement[Any]:
        plain: ColumnElement[Any] = there.c[column]
        if level(self.catalog, self.actor, target, "view") == "all":
            return plain
        rule = predicate(self.catalog, self.actor, self.catalog.every[target], "view", there)
        return sa.case((there.c.id.is_(None), sa.null()), (rule, plain), else_="")

    def order(self, key: str) -> ColumnElement[Any]:
        """What a list sorts by for this field: a link's title, a type's own order, else the compared part."""
        found = self.module.field(key)
        if found.targets:
            return self.titles(found, "title$folded")
        return found.type.order(found, self.table.c[found.columns[found.type.compared(found)]])

    def statement(self) -> sa.Select[Any]:
        source: Any = self.table
        for key, tables in self.joins.items():
            link = self.table.c[self.module.field(key).columns[""]]
            for there in tables:
                source = source.outerjoin(there, sa.and_(there.c.id == link, there.c.deleted_at.is_(None)))
        if self.tied is not None:
            source = source.join(*self.tied)
        unique = [column.label(f"c{number}") for number, column in enumerate(self.columns)]
        return sa.select(*unique).select_from(source)

    def record(self, row: Any) -> Record:
        actor = self.actor
        values = {key: self._value(self.module.field(key), places, row) for key, places in self.places.items()}
        said = {
            key: found.type.read(found, {part: row[place] for part, place in places.items()})
            for key, (found, places) in self.own.items()
        }
        return Record(
            self.module.key, values["id"], values["version"], values["title"] or "", {**values, **said},
            may_edit=allows(self.catalog, actor, self.module, "edit", values),
            may_delete=allows(self.catalog, actor, self.module, "delete", values),
        )  # fmt: skip

    def _value(self, found: Field, places: Mapping[str, int], row: Any) -> Any:
        parts = {part: row[place] for part, place in places.items()}
        if found.targets and parts["title"] is None:
            return None
        return found.type.read(found, parts)


def alias_of(module: Module, name: str) -> Any:
    """The alias of this name of a module's table: made once, for it costs as much as all else of a statement."""
    kept = module.table.info
    key = ("alias", name)
    if key not in kept:
        kept.setdefault(key, module.table.alias(name))
    return kept[key]


def every_key(module: Module) -> tuple[str, ...]:
    """All fields of a module, own and system, whose values stand in its table."""
    return (*(key for key, found in module.fields.items() if not found.type.apart), *module.system)


def known_keys(module: Module, keys: Iterable[str]) -> tuple[str, ...]:
    known = tuple(key for key in keys if module.has(key) and not module.field(key).type.apart)
    return known or every_key(module)
