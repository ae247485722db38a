"""The variables of a module: its fields, those of the records that its links lead to, and of whoever writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as also

from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.expressed import RecordScope
from hanok.engine.expressions.kinds import Kind, Known, Scope
from hanok.engine.fields import Field, Labels

#: Whoever writes, as a record of the module of users; and the record itself.
SENDER, RECORD, USER = "sender", "record", "user"


@dataclass(frozen=True, slots=True)
class Variable:
    """One of them, as it is written between braces; `group` is the link that it stands behind ({} for none)."""

    path: str
    label: Labels
    group: Labels = also(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class LetterScope:
    """What may be named in a text about records of a module (None: about none)."""

    record: Scope
    more: Mapping[str, Kind]

    def find(self, name: str) -> Kind | None:
        return self.record.find(name) or self.more.get(name)

    def names(self) -> Iterable[str]:
        return (*self.record.names(), *self.more)


def scope_of(catalog: Catalog, module: Module | None) -> Scope:
    more = {SENDER: Kind("record", RecordScope(catalog.module(USER), catalog.modules))}
    if module is None:
        return LetterScope(Known({}), more)
    here = RecordScope(module, catalog.modules)
    return LetterScope(here, {**more, RECORD: Kind("record", here)})


def variables(catalog: Catalog, module: Module | None) -> tuple[Variable, ...]:
    """What can be picked; `catalog` is that of whoever picks, so that she is offered what she sees."""
    found = list(_fields(module, "", {})) if module is not None else []
    for link in _links(module):
        there = catalog.modules.get(link.targets[0])
        if there is not None:
            found += _fields(there, f"{link.key}.", link.label)
    user = catalog.modules.get(USER)
    return (*found, *(_fields(user, f"{SENDER}.", {"en": "Sender", "ko": "보내는 사람"}) if user else ()))


def _fields(module: Module, before: str, group: Labels) -> Iterator[Variable]:
    title = Variable(f"{before}title" if before else "title", module.label, group)
    yield title
    for key, field in module.fields.items():
        if not (field.type.secret or field.type.apart or field.type.holds_files or field.hidden):
            yield Variable(before + key, field.label, group)


def _links(module: Module | None) -> Iterator[Field]:
    for field in module.fields.values() if module is not None else ():
        if len(field.targets) == 1 and not field.hidden:
            yield field
