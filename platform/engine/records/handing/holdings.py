"""What can be handed over: modules with an owner, and what of their records is past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access import Actor, context_of, may, predicate, seen
from hanok.engine.access.seeing import editable
from hanok.engine.catalog import Catalog, Module, ModuleScope
from hanok.engine.catalog.derived import is_derived
from hanok.engine.conditions import ConditionError, Node, Not, parse, to_sql
from hanok.engine.fields import Field

USER = "user"
#: The attribute of an option by which a record is finished.
CLOSED = "closed"
#: The part of a period that is over.
END = "end"


@dataclass(frozen=True, slots=True)
class Holding:
    """A module whose records are somebody's: `fields` are its owners of one user each, `past` says which records are
    finished (None: none ever is), `state` is the choice that decides that, or ""."""

    module: Module
    fields: tuple[str, ...]
    past: Node | None
    state: str

    def columns(self, table: Any) -> dict[str, Any]:
        """The owner columns of a table of the module, by field."""
        return {key: table.c[self.module.field(key).columns[""]] for key in self.fields}

    def owned(self, table: Any, people: Iterable[UUID]) -> ColumnElement[bool]:
        """The rows that are not deleted and belong to one of these people."""
        ids = list(people)
        mine = [column.in_(ids) for column in self.columns(table).values()]
        return sa.and_(table.c.deleted_at.is_(None), sa.or_(sa.false(), *mine))

    def is_past(self, catalog: Catalog, actor: Actor, table: Any) -> ColumnElement[bool]:
        """The rows that are finished: they stay with whom they are."""
        return sa.false() if self.past is None else to_sql(self.past, table, context_of(actor, catalog))

    def is_open(self, catalog: Catalog, actor: Actor, table: Any) -> ColumnElement[bool]:
        """The other rows, also those of which nobody says how they stand."""
        return sa.true() if self.past is None else to_sql(Not(self.past), table, context_of(actor, catalog))


def holdings(catalog: Catalog, actor: Actor) -> Mapping[str, Holding]:
    """What this actor may hand over at all: she sees such records in lists, edits some, and gives some to others."""
    found = (_holding(catalog.whole, actor, module) for module in catalog.whole.modules.values())
    return {one.module.key: one for one in found if one is not None}


def _holding(catalog: Catalog, actor: Actor, module: Module) -> Holding | None:
    if not all(may(catalog, actor, module.key, action) for action in ("list", "edit", "assign")):
        return None
    fields = tuple(key for key in module.owners if _is_handed(catalog, actor, module, key))
    if not fields or module.key not in seen(catalog, actor).modules:
        return None
    return Holding(module, fields, past_of(catalog, module), _state(module))


def _is_handed(catalog: Catalog, actor: Actor, module: Module, key: str) -> bool:
    """Whether the owner stands in a column that people write. Who made a record never changes."""
    found = module.fields.get(key)
    if found is None or found.targets != (USER,) or "" not in found.columns:
        return False
    fixed = is_derived(found) or found.settings.get("readonly") is True
    if fixed or found.unique or _is_who_she_is(catalog, module, key):
        return False
    return all(editable(catalog, actor, module.key, key))


def _is_who_she_is(catalog: Catalog, module: Module, key: str) -> bool:
    """Whether each user has at most one such record: it tells of her and is nobody else's, like that of an employee."""
    return any(end.single and end.comes_from(module.key, key) for end in catalog.every[USER].ends.values())


def _closes(found: Field) -> bool:
    """Whether a choice of one option says that a record is finished."""
    plain = "in" in found.type.operators and "" in found.columns
    return plain and any(choice.attributes.get(CLOSED) is True for choice in found.choices)


def _state(module: Module) -> str:
    return next((found.key for found in module.fields.values() if _closes(found)), "")


def past_of(catalog: Catalog, module: Module) -> Node | None:
    """Which records of a module are finished, as metadata says it; None where none ever is."""
    state = _state(module)
    nodes: list[Mapping[str, Any]] = [{state: {CLOSED: True}}] if state else []
    nodes += [{key: {"lt": "today"}} for key in _ends(module, state)]
    try:
        return parse({"any": nodes}, ModuleScope(module, catalog.every)) if nodes else None
    except ConditionError:
        return parse(nodes[0], ModuleScope(module, catalog.every)) if state else None


def _ends(module: Module, state: str) -> Iterator[str]:
    """When records of a calendar are over: at the end of their period; at the other field where no state says it."""
    view = module.views.calendar
    if view is None:
        return
    by = module.field(view.by)
    if by.type.part_field(by, END) is not None:
        yield f"{view.by}.{END}"
    elif view.until and not state:
        yield view.until


def hers_to_give(catalog: Catalog, actor: Actor, holding: Holding, table: Any) -> ColumnElement[bool]:
    """The rows that the actor may hand over."""
    asked = (predicate(catalog, actor, holding.module, action, table) for action in ("view", "edit", "assign"))
    return sa.and_(*asked)
