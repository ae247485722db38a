"""Conditions over modules: the catalog's side of the `Scope` protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as also
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog.ends import Rows, rows
from hanok.engine.catalog.model import End, Module
from hanok.engine.catalog.report import Report, Source
from hanok.engine.conditions import ConditionError, parse
from hanok.engine.fields import Field


@dataclass(frozen=True, slots=True)
class ModuleScope:
    """The fields of one module, through its links those of others, and the records at its ends.

    `modules` are those that links may lead to; `own` are fields of the tie by which an end leads here.
    """

    module: Module
    modules: Mapping[str, Module]
    own: Mapping[str, Field] = also(default_factory=dict)

    @property
    def table(self) -> sa.Table:
        return self.module.table

    def find(self, key: str) -> Field | None:
        return self.own.get(key) or (self.module.field(key) if self.module.has(key) else None)

    def end(self, key: str) -> ModuleEnd | None:
        found = self.module.ends.get(key)
        known = found is not None and all(each.module in self.modules for each in found.each())
        return ModuleEnd(found, self) if found is not None and known else None

    def follow(self, field: Field, module: str = "") -> ModuleScope | None:
        targets = [key for key in field.targets if module in ("", key)]
        if len(targets) != 1 or targets[0] not in self.modules:
            return None
        return ModuleScope(self.modules[targets[0]], self.modules)

    def names(self) -> list[str]:
        return [*self.own, *self.module.fields, *self.module.ends, *self.module.system]


@dataclass(frozen=True, slots=True)
class ModuleEnd:
    """An end of the module of `home`, as conditions ask about it."""

    end: End
    home: ModuleScope

    @property
    def key(self) -> str:
        return self.end.key

    @property
    def single(self) -> bool:
        return self.end.single

    def each(self) -> tuple[ModuleEnd, ...]:
        return tuple(ModuleEnd(way, self.home) for way in self.end.ways) if self.end.kind == "union" else (self,)

    @property
    def scope(self) -> ModuleScope:
        return ModuleScope(self.home.modules[self.end.module], self.home.modules, self.end.own)

    def rows(self, here: Any) -> Rows:
        return rows(self.end, self.home.modules, here, home=self.home.module.key)


def check_conditions(source: Source, module: Module, modules: Mapping[str, Module], report: Report) -> None:
    """Reports what is wrong with the conditions of a module's filters and of its list."""
    here = ModuleScope(module, modules)
    for key, found in module.saved_filters.items():
        _check(found.where, here, source, report, "saved_filters", key, "where")
    _check(module.views.list.where or {}, here, source, report, "views", "list", "where")


def _check(where: Any, scope: ModuleScope, source: Source, report: Report, *path: str | int) -> None:
    try:
        parse(where, scope)
    except ConditionError as error:
        for fault in error.faults:
            report.wrong(source.place(*path, *fault.path), fault.message, code="condition")
