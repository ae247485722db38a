"""What metadata demands of a record as it will be: what is shown, asked for and fixed, what may be picked, its rules.

Conditions of metadata look at every record, whoever saves. A value that is invisible is nobody's to write: what was
sent for it is left aside and the stored one stays. Only where `new` alone hides it (`visible: {new: false}`) it is
taken, so that an import can bring it along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol
from uuid import UUID

from hanok.engine.access import Actor, context_of
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.behaviour import Dynamic, Pick, Rule
from hanok.engine.conditions import Context, Every, Node, Not, Some, holds
from hanok.engine.conditions.tree import Against, Through, named
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field, Linked
from hanok.engine.fields.parts import value_of
from hanok.engine.records.around import Around
from hanok.engine.records.deriving.working import own_values
from hanok.engine.records.query import Record

EMPTY: tuple[Any, ...] = (None, [], (), "")
FIXED, NEEDED, UNFIT = say("This cannot be changed."), say("This is required."), say("This cannot be picked here.")


class Loaded(Protocol):
    """A validation whose values were loaded (`values.Loading`)."""

    catalog: Catalog
    actor: Actor
    module: Module
    raw: Mapping[str, Any]
    current: Record | None
    values: dict[str, Any]
    errors: dict[str, list[Message]]

    def wrong(self, key: str, message: Message) -> None: ...

    def fallback(self, found: Field) -> Any:
        """What the field holds when nothing is sent: the stored value, or the default of a new record."""


def obey(loaded: Loaded, around: Around) -> None:
    """Leaves out what is invisible, and says everything that metadata does not allow."""
    module = loaded.module
    if not (module.dynamic or module.picks or module.rules):
        return
    obeying = _Obeying(loaded, around, _context(loaded))
    for key, said in module.dynamic.items():
        obeying.leave_out(module.fields[key], said)
    for key, said in module.dynamic.items():
        obeying.demand(module.fields[key], said)
    for key, pick in module.picks.items():
        obeying.picked(module.fields[key], pick)
    for rule in module.rules.values():
        obeying.rule(rule)


def _context(loaded: Loaded) -> Context:
    before = loaded.current.values if loaded.current else None
    return replace(context_of(loaded.actor, loaded.catalog), before=before, new=loaded.current is None)


@dataclass(slots=True)
class _Obeying:
    loaded: Loaded
    around: Around
    context: Context
    known: dict[str, Any] | None = None

    def after(self) -> Mapping[str, Any]:
        """The values of the record as it will be, with those that follow from them by formulas."""
        if self.known is None:
            current, module = self.loaded.current, self.loaded.module
            values = {**(current.values if current else {}), **self.loaded.values}
            self.known = values | own_values(self.loaded.catalog, module, values)
        return self.known

    def holds(self, node: Node, *, new: bool | None = None) -> bool:
        context = self.context if new is None else replace(self.context, new=new)
        return holds(node, self.after(), context, follow=self.around.follow, members=self.around.members)

    # -- fields ------------------------------------------------------------------------------------------------
    def leave_out(self, found: Field, said: Dynamic) -> None:
        if found.key not in self.loaded.raw or said.visible is None or found.made:
            return
        if self.holds(said.visible) or self.holds(said.visible, new=False):
            return
        self.known = None
        self.loaded.errors.pop(found.key, None)
        if self.loaded.current is not None:
            self.loaded.values.pop(found.key, None)
        else:
            self.loaded.values[found.key] = self.loaded.fallback(found)

    def demand(self, found: Field, said: Dynamic) -> None:
        """A fixed value stays; a needed one is there, where the form shows it."""
        key = found.key
        if said.readonly is not None and self._differs(found) and self.holds(said.readonly):
            self.loaded.wrong(key, FIXED)
        if key in self.loaded.errors or found.made or not self._touched(found, said):
            return
        needed = found.required or (said.required is not None and self.holds(said.required))
        if needed and self.after().get(key) in EMPTY and self._shown(said):
            self.loaded.wrong(key, NEEDED)

    def _differs(self, found: Field) -> bool:
        given = found.key in self.loaded.values
        return given and _plain(self.loaded.values[found.key]) != _plain(self.loaded.fallback(found))

    def _shown(self, said: Dynamic) -> bool:
        return all(node is None or self.holds(node) for node in (said.visible, said.placed))

    def _touched(self, found: Field, said: Dynamic) -> bool:
        """Whether the value, or something that decides whether it is needed, is new: what stays is not refused."""
        if self.loaded.current is None or found.key in self.loaded.values:
            return True
        if found.type.apart:
            return False
        nodes = (node for node in (said.required, said.visible, said.placed) if node is not None)
        return any(key in self.loaded.values for node in nodes for key in _own(self.loaded.module, node))

    # -- picks -------------------------------------------------------------------------------------------------
    def picked(self, found: Field, pick: Pick) -> None:
        """What was picked fits, when it or what the limit depends on is new."""
        key, given = found.key, (found.key, *pick.depends)
        if key in self.loaded.errors or not any(name in self.loaded.values for name in given):
            return
        after = self.after()
        value = after.get(key)
        if value not in EMPTY and not self._fits(found, pick, value, after):
            self.loaded.wrong(key, UNFIT)

    def _fits(self, found: Field, pick: Pick, value: Any, after: Mapping[str, Any]) -> bool:
        context = replace(self.context, record=after)
        if "" in pick.nodes:
            return all(offers(found, pick, key, context, self.around) for key in _several(value))
        asked: dict[str, list[UUID]] = {}
        for module, id in _targets(found, value):
            asked.setdefault(module, []).append(id)
        return all(
            set(ids) <= self.around.fits(module, ids, limit(pick.nodes[module], after), context)
            for module, ids in asked.items()
            if module in pick.nodes
        )

    # -- rules -------------------------------------------------------------------------------------------------
    def rule(self, rule: Rule) -> None:
        nodes = [node for node in (rule.check, rule.when) if node is not None]
        if any(key in self.loaded.errors for node in nodes for key in _own(self.loaded.module, node)):
            return
        if (rule.when is None or self.holds(rule.when)) and not self.holds(rule.check):
            self.loaded.wrong(rule.field, Message("{rule}", {"rule": rule.message}))


def offers(found: Field, pick: Pick, key: str, context: Context, around: Around | None = None) -> bool:
    """Whether an option may be picked: its attributes satisfy the limit. `context.record` is the record at hand."""
    choice = found.choice(key)
    follow = around.follow if around else None
    node = limit(pick.nodes[""], context.record or {})
    return choice is None or holds(node, choice.attributes, context, follow=follow)


def limit(node: Node, record: Mapping[str, Any]) -> Node:
    """The limit for a record: what compares with a value that it does not have yet limits nothing."""
    return _known(node, record) or Every(())


def _known(node: Node, record: Mapping[str, Any]) -> Node | None:
    match node:
        case Against(_, _, other) if not other.own and value_of(other.path[0], record) is None:
            return None
        case Every(nodes) | Some(nodes):
            kept = tuple(found for each in nodes if (found := _known(each, record)) is not None)
            return type(node)(kept) if kept or not nodes else None
        case Not(inner):
            found = _known(inner, record)
            return None if found is None else Not(found)
        case Through(_, _, inner):
            found = _known(inner, record)
            return None if found is None else replace(node, node=found)
    return node


def _own(module: Module, node: Node) -> Iterator[str]:
    """The module's own fields that a condition names."""
    return (each.key.partition(".")[0] for each in named(node) if each.module == module.key)


def _several(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def _targets(found: Field, value: Any) -> Iterator[tuple[str, UUID]]:
    """The records that a value of a link, or of links, points to."""
    for each in _several(value):
        module = getattr(each, "module", "") or (found.targets or found.members)[0]
        yield module, getattr(each, "id", each)


def _plain(value: Any) -> Any:
    return value.id if isinstance(value, Linked) else None if value in EMPTY else value
