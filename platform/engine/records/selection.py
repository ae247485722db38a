"""The columns of a statement: the parts of the wanted fields, and the titles of their links by join."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor, Grant, allows, grant_of, level, predicate
from hanok.engine.access.levels import is_own, owners, tells
from hanok.engine.access.rows import field_rule
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.paths import find_path
from hanok.engine.fields import Field
from hanok.engine.records.closing import VIEW, closes, without_details
from hanok.engine.records.query import Record, Under
from hanok.engine.records.standing import end_under, tie_of

ALWAYS = ("id", "title", "version")
#: What a record says of itself: whether the actor may do this to it.
DONE_TO_ONE = ("edit", "delete", "assign")


@dataclass(slots=True)
class Selection:
    """Collects columns over an alias of the module's table; `record` reads a row of the result back."""

    catalog: Catalog
    actor: Actor
    module: Module
    keys: tuple[str, ...]
    action: str = ""
    table: Any = None
    columns: list[ColumnElement[Any]] = field(default_factory=list)
    places: dict[str, tuple[Field, dict[str, int]]] = field(default_factory=dict)
    masked: set[str] = field(default_factory=set)
    joins: list[tuple[Any, ColumnElement[bool]]] = field(default_factory=list)
    walked: dict[tuple[str, ...], Any] = field(default_factory=dict)
    titled: dict[tuple[str, ...], list[Any]] = field(default_factory=dict)
    tied: tuple[Any, ColumnElement[bool]] | None = None
    own: dict[str, tuple[Field, dict[str, int]]] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.table = alias_of(self.module, "r")
        mine = (key for key in owners(self.module) if self.module.has(key) and self.module.field(key).columns)
        for key in dict.fromkeys((*ALWAYS, *mine, *self.keys)):
            self._take(key)
        if self.module.parent is None:
            self._ask()
        if closes(self.catalog, self.actor, self.module, self.action):
            self.asked[VIEW] = self.add(predicate(self.catalog, self.actor, self.module, VIEW, self.table))

    def _ask(self) -> None:
        """Asks the row where its values do not tell; what several actions have alike, once."""
        places: dict[tuple[Any, ...], int] = {}
        for action in DONE_TO_ONE:
            grant = self.grants[action] = grant_of(self.catalog, self.actor, self.module.key, action)
            if not tells(self.catalog, self.actor, self.module, action):
                said = (grant.owner, grant.group, *map(id, grant.nodes))
                if said not in places:
                    places[said] = self.add(predicate(self.catalog, self.actor, self.module, action, self.table))
                self.asked[action] = places[said]

    def _take(self, key: str) -> None:
        links, found = self._way(key)
        here = self._walk(links)
        rule = self._mask(found, here)
        places = {
            part: self.add(_masked(here.c[column], rule)) for part, column in found.columns.items() if part != "folded"
        }
        if found.targets:
            places["title"] = self.add(_masked(self.titles(found, "title", links), rule))
        self.places[key] = found, places
        if rule is not None:
            self.masked.add(key)

    def _mask(self, found: Field, here: Any) -> ColumnElement[bool] | None:
        """Where the actor sees this field, which she does not see everywhere; None for all others."""
        key = (found.module, found.key.partition(".")[0])
        grant = self.catalog.masks.get(key) if self.catalog.masks else None
        if grant is None:
            return None
        return field_rule(self.catalog, self.actor, self.catalog.every[found.module], grant, here)

    def _way(self, key: str) -> tuple[tuple[Field, ...], Field]:
        """The links that lead to what this key names, and the field there."""
        if "." not in key:
            return (), self.module.field(key)
        path = find_path(key, self.module, self.catalog.every)
        if path is None:
            raise KeyError(key)
        return path.links, path.last

    def _walk(self, links: tuple[Field, ...]) -> Any:
        """The table at the end of these links: a record that the actor may not see is as if it were not there."""
        here = self.table
        keys: tuple[str, ...] = ()
        for link in links:
            keys = (*keys, link.key)
            if keys not in self.walked:
                target = self.catalog.every[link.targets[0]]
                there = self._alias(target)
                rule = predicate(self.catalog, self.actor, target, "view", there)
                self._join(there, here.c[link.columns[""]], rule)
                self.walked[keys] = there
            here = self.walked[keys]
        return here

    def _alias(self, target: Module) -> Any:
        return alias_of(target, f"j{len(self.joins)}")

    def _join(self, there: Any, link: ColumnElement[Any], rule: ColumnElement[bool]) -> None:
        self.joins.append((there, sa.and_(there.c.id == link, there.c.deleted_at.is_(None), rule)))

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

    def titles(self, found: Field, column: str, links: tuple[Field, ...] = ()) -> ColumnElement[Any]:
        """The target's title: empty when the actor may not view it, NULL when it is deleted or there is none."""
        keys = (*(link.key for link in links), found.key)
        if keys not in self.titled:
            self.titled[keys] = self._targets(found, links)
        columns = [
            self._visible(target, there, column)
            for target, there in zip(found.targets, self.titled[keys], strict=True)
        ]
        return columns[0] if len(columns) == 1 else sa.func.coalesce(*columns)

    def _targets(self, found: Field, links: tuple[Field, ...]) -> list[Any]:
        """The tables of what a link points to, joined to the one where it stands."""
        if len(found.targets) == 1 and level(self.catalog, self.actor, found.targets[0], "view") == "all":
            return [self._walk((*links, found))]
        here, tables = self._walk(links), []
        for target in found.targets:
            there = self._alias(self.catalog.every[target])
            self._join(there, here.c[found.columns[""]], sa.true())
            tables.append(there)
        return tables

    def _visible(self, target: str, there: Any, column: str) -> ColumnElement[Any]:
        plain: ColumnElement[Any] = there.c[column]
        if level(self.catalog, self.actor, target, "view") == "all":
            return plain
        rule = predicate(self.catalog, self.actor, self.catalog.every[target], "view", there)
        return sa.case((there.c.id.is_(None), sa.null()), (rule, plain), else_="")

    def find(self, key: str) -> Field | None:
        """What a key names here: a tie's own field, a field, or what a path leads to; None when it names nothing."""
        return self.own[key][0] if key in self.own else field_at(self.catalog, self.module, key)

    def order(self, key: str) -> ColumnElement[Any]:
        """What a list sorts by for this field: a link's title, a type's own order, else the compared part."""
        if key in self.own and self.tied is not None:
            found = self.own[key][0]
            return found.type.order(found, self.tied[0].c[found.columns[found.type.compared(found)]])
        links, found = self._way(key)
        if found.targets:
            return self.titles(found, "title$folded", links)
        return found.type.order(found, self._walk(links).c[found.columns[found.type.compared(found)]])

    def statement(self) -> sa.Select[Any]:
        source: Any = self.table
        for there, tied in self.joins:
            source = source.outerjoin(there, tied)
        if self.tied is not None:
            source = source.join(*self.tied)
        unique = [column.label(f"c{number}") for number, column in enumerate(self.columns)]
        return sa.select(*unique).select_from(source)

    def record(self, row: Any) -> Record:
        values = {key: self._value(key, found, places, row) for key, (found, places) in self.places.items()}
        said = {
            key: found.type.read(found, {part: row[place] for part, place in places.items()})
            for key, (found, places) in self.own.items()
        }
        found = Record(
            self.module.key, values["id"], values["version"], values["title"] or "", {**values, **said},
            may_edit=self._allows("edit", values, row), may_delete=self._allows("delete", values, row),
            may_assign=self._allows("assign", values, row),
            may_view=VIEW not in self.asked or bool(row[self.asked[VIEW]]),
        )  # fmt: skip
        return found if found.may_view else without_details(self.module, found, self.own)

    def _allows(self, action: str, values: Mapping[str, Any], row: Any) -> bool:
        """What the values tell, or, where they do not, what the row says."""
        if action in self.asked:
            return bool(row[self.asked[action]])
        grant = self.grants.get(action)
        if grant is None:
            return allows(self.catalog, self.actor, self.module, action, values)
        return grant.every or (grant.owner and is_own(self.actor, self.module, values))

    def _value(self, key: str, found: Field, places: Mapping[str, int], row: Any) -> Any:
        parts = {part: row[place] for part, place in places.items()}
        if key in self.masked and all(part is None for part in parts.values()):
            return None  # also of a type that is never empty
        if found.targets and parts["title"] is None:
            return None
        return found.type.read(found, parts)


def _masked(column: ColumnElement[Any], rule: ColumnElement[bool] | None) -> ColumnElement[Any]:
    return column if rule is None else sa.case((rule, column), else_=sa.null())


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


def known_keys(catalog: Catalog, module: Module, keys: Iterable[str]) -> tuple[str, ...]:
    """Those of the keys and paths that lead to values of one record; all fields where none does."""
    found = ((key, field_at(catalog, module, key)) for key in keys)
    return tuple(key for key, field in found if field is not None and not field.type.apart) or every_key(module)


def field_at(catalog: Catalog, module: Module, key: str) -> Field | None:
    """What a key or a dotted path names; None when it names nothing."""
    if module.has(key):
        return module.field(key)
    path = find_path(key, module, catalog.every) if "." in key else None
    return path.field if path else None
