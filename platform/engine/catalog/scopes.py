"""Conditions over modules: the catalog's side of the `Scope` protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog.model import Module
from hanok.engine.catalog.report import Report, Source
from hanok.engine.conditions import ConditionError, Scope, parse
from hanok.engine.fields import Field


@dataclass(frozen=True, slots=True)
class ModuleScope:
    """The fields of one module, and through its links to one module those of others."""

    module: Module
    modules: Mapping[str, Module]

    @property
    def table(self) -> sa.Table:
        return self.module.table

    def find(self, key: str) -> Field | None:
        return self.module.field(key) if self.module.has(key) else None

    def follow(self, field: Field) -> Scope | None:
        if len(field.targets) != 1 or field.targets[0] not in self.modules:
            return None
        return ModuleScope(self.modules[field.targets[0]], self.modules)

    def names(self) -> list[str]:
        return [*self.module.fields, *self.module.system]


def check_conditions(source: Source, module: Module, modules: Mapping[str, Module], report: Report) -> None:
    """Reports what is wrong with the conditions of a module's filters, list and subpanels."""
    here = ModuleScope(module, modules)
    for key, found in module.saved_filters.items():
        _check(found.where, here, source, report, "saved_filters", key, "where")
    _check(module.views.list.where or {}, here, source, report, "views", "list", "where")
    for key, panel in module.subpanels.items():
        there = ModuleScope(modules[panel.module], modules)
        _check(panel.where or {}, there, source, report, "subpanels", key, "where")


def _check(where: Any, scope: ModuleScope, source: Source, report: Report, *path: str | int) -> None:
    try:
        parse(where, scope)
    except ConditionError as error:
        for fault in error.faults:
            report.wrong(source.place(*path, *fault.path), fault.message, code="condition")
