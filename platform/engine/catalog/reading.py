"""Conditions of a document, read into trees; what is wrong with them is reported where it stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hanok.engine.catalog.model import Module, OptionSet
from hanok.engine.catalog.report import Report, Source
from hanok.engine.catalog.scopes import ModuleScope
from hanok.engine.conditions import ConditionError, Every, Node, Scope, Some, parse
from hanok.engine.errors import Place
from hanok.engine.fields import FieldType

#: What always holds, and what never does.
ALWAYS, NEVER = Every(()), Some(())
RECORD = "$record."


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the conditions of one module's document."""

    source: Source
    module: Module
    modules: Mapping[str, Module]
    report: Report
    types: Mapping[str, FieldType]
    options: Mapping[str, OptionSet]
    now: datetime

    @property
    def here(self) -> ModuleScope:
        return ModuleScope(self.module, self.modules)

    def there(self, module: str) -> ModuleScope:
        return ModuleScope(self.modules[module], self.modules)

    def node(
        self, written: Any, *path: str | int, scope: Scope | None = None, record: Scope | None = None,
        allows: Collection[str] = (),
    ) -> Node | None:  # fmt: skip
        """The tree of a condition about this module, or about `scope`; None when it is faulty (and reported)."""
        return read(
            written, scope or self.here, lambda *below: self.source.place(*path, *below), self.report,
            record=record, allows=allows,
        )  # fmt: skip

    def when(self, written: Any, *path: str | int) -> Node | None:
        """The tree of what takes a flag or a condition: None for nothing and for `true`, NEVER for `false`."""
        if written is None or written is True:
            return None
        return NEVER if written is False else self.node(written, *path)


def read(
    written: Any, scope: Scope, place: Callable[..., Place], report: Report, *, record: Scope | None = None,
    allows: Collection[str] = (),
) -> Node | None:  # fmt: skip
    """The tree of a condition, or None when it is faulty, which is reported at its `place`."""
    try:
        return parse(written, scope, record=record, allows=allows)
    except ConditionError as error:
        for fault in error.faults:
            report.wrong(place(*fault.path), fault.message, code="condition")
        return None


def depends(written: Any) -> tuple[str, ...]:
    """The fields of the record at hand that a condition names by `$record`."""
    return tuple(dict.fromkeys(_referred(written)))


def _referred(written: Any) -> Iterator[str]:
    if isinstance(written, Mapping):
        for each in written.values():
            yield from _referred(each)
    elif isinstance(written, list):
        for each in written:
            yield from _referred(each)
    elif isinstance(written, str) and written.startswith(RECORD):
        yield written.removeprefix(RECORD).partition(".")[0]
