"""What is asked of a log, and which modules it may tell of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from hanok.engine.access import Actor, level
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Invalid, Message, say
from hanok.engine.fields import Field
from hanok.engine.records.trail import BESIDE

INPUT, CHANGES, OWNERS = "input", "changes", "owners"
#: The right by which a log is read, and that by which it is taken along as a file.
VIEW, EXPORT = "view", "export"
#: The logs, with the actions that each tells of.
LOGS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    INPUT: ("created",),
    CHANGES: ("changed", "deleted", "restored", "linked", "unlinked", "merged", "unmerged"),
    OWNERS: ("changed",),
})


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A question to a log; what is empty does not narrow it.

    `since` (included) and `until` (not) are aware moments. `words` stand in the titles of the records; `person` is
    who had a record before or has it now, in the log of owners. `record` asks for one record of the module.
    """

    log: str
    module: str = ""
    actor: UUID | None = None
    action: str = ""
    field: str = ""
    words: str = ""
    person: UUID | None = None
    record: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def narrowed(self) -> bool:
        """Whether it asks for less than all."""
        texts = self.module or self.action or self.field or self.words
        return bool(texts or self.actor or self.person or self.record or self.since or self.until)


def checked(catalog: Catalog, actor: Actor, search: Search, right: str = VIEW) -> Search:
    """The same question. Raises Invalid for what is not there, or not for this actor to see, or to export."""
    faults: dict[str, list[Message]] = {}
    if search.module and search.module not in {module.key for module in modules_of(catalog, actor, search.log, right)}:
        faults["module"] = [say("There is no module {module}.", module=search.module)]
    elif search.field and search.field not in fields_of(catalog, search.module):
        faults["field"] = [say("There is no field “{key}”.", key=search.field)]
    if search.action and search.action not in LOGS[search.log]:
        faults["action"] = [say("This log does not tell of “{action}”.", action=search.action)]
    if faults:
        raise Invalid(faults)
    return search


def modules_of(catalog: Catalog, actor: Actor, log: str, right: str = VIEW) -> tuple[Module, ...]:
    """The modules of whose records the actor may view (or export) any, and whose owners she sees where those are
    told."""
    return tuple(
        module for module in catalog.every.values()
        if level(catalog, actor, module.key, right) != "none" and (log != OWNERS or owner_of(catalog, module))
    )  # fmt: skip


def sees_all(catalog: Catalog, actor: Actor, modules: tuple[Module, ...]) -> bool:
    """Whether no entry is kept back: every module, every record, and nothing of a record."""
    every = len(modules) == len(catalog.whole.every) and actor.admin
    return every and all(level(catalog, actor, module.key, "view") == "all" for module in modules)


def owner_of(catalog: Catalog, module: Module) -> Field | None:
    """The field that says who owns a record, where this reader sees it in every record."""
    known = catalog.whole.every[module.key]
    found = (known.field(key) for key in known.owners if "" in known.field(key).columns)
    return next((one for one in found if one.audit and is_open(catalog, module, one.key)), None)


def fields_of(catalog: Catalog, module: str) -> tuple[str, ...]:
    """The keys that the trail may tell of in a module: of fields, of what is beside them, and of ends."""
    found = catalog.every.get(module)
    return tuple(_keys(catalog, found)) if found else ()


def _keys(catalog: Catalog, module: Module) -> Iterator[str]:
    yield from (key for key, one in module.fields.items() if one.audit and is_open(catalog, module, key))
    yield from (key for key in module.ends if key not in module.fields and is_open(catalog, module, key))
    yield from BESIDE


def is_open(catalog: Catalog, module: Module, key: str) -> bool:
    """Whether the reader sees this of every record that she sees."""
    there = module.has(key) or key in module.ends or key in BESIDE
    return there and (module.key, key) not in catalog.masks
