"""Everything that a catalog holds as text, so that two of them can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, ModuleScope
from hanok.engine.catalog.derived import Derivation
from hanok.engine.catalog.expressed import RecordScope
from hanok.engine.catalog.scopes import ModuleEnd
from hanok.engine.errors import Message, Place
from hanok.engine.expressions import Expression, Template
from hanok.engine.fields import FieldType

APART = frozenset(("kept", "work", "metadata", "revision"))


def rendered(catalog: Catalog) -> list[str]:
    """A line for each value, with the way that leads to it. What a catalog keeps for the next one is left out."""
    render = _Render()
    lines = [
        line
        for each in fields(catalog)
        if each.name not in APART
        for line in render.lines(getattr(catalog, each.name), each.name)
    ]
    tables = {name: catalog.metadata.tables[name] for name in sorted(catalog.metadata.tables)}
    return [*lines, *render.lines(tables, "metadata")]


class _Render:
    def lines(self, value: Any, at: str) -> Iterator[str]:
        plain = self._plain(value)
        if plain is not None:
            yield f"{at} = {plain}"
        elif isinstance(value, Mapping):
            yield f"{at} = {list(value)}"
            for key, each in value.items():
                yield from self.lines(each, f"{at}.{key}")
        elif isinstance(value, list | tuple):
            yield f"{at} = {len(value)}"
            for number, each in enumerate(value):
                yield from self.lines(each, f"{at}[{number}]")
        elif isinstance(value, set | frozenset):
            yield f"{at} = {sorted(value)}"
        else:
            yield f"{at} = {type(value).__name__}"
            for each in fields(value):
                yield from self.lines(getattr(value, each.name), f"{at}.{each.name}")

    def _plain(self, value: Any) -> str | None:
        """The text of what is not looked into any further."""
        if isinstance(value, sa.Table):
            return repr([(value.name, *((each.name, repr(each.type), each.nullable) for each in value.columns))])
        if isinstance(value, ModuleScope | RecordScope):
            module = value.module
            return repr((module.key, list(module.fields), list(module.ends), module.table.name, list(value.own)))
        if isinstance(value, ModuleEnd):
            return f"{value.end.home}.{value.end.key} {self._plain(value.scope)}"
        if isinstance(value, FieldType):
            return f"{type(value).__name__} {value.key}"
        if isinstance(value, Expression):
            return f"{value!r} {value.kind.name} {sorted(value.reads)}"
        if isinstance(value, Template):
            return f"{value!r} {sorted(value.reads)}"
        if isinstance(value, Message | Place):
            return str(value)
        if isinstance(value, Derivation):
            return f"{value.place} {value.own} {value.stage} {value.needs} {value.reads} {self._how(value)}"
        whole = isinstance(value, Mapping | list | tuple | set | frozenset) or is_dataclass(value)
        return None if whole else repr(value)

    def _how(self, found: Derivation) -> list[str]:
        return list(self.lines(found.how, ""))
