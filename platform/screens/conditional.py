"""What depends on the record at hand: which fields and panels are shown, needed and fixed for its present values.

A page is drawn as the conditions say now; `screens.told` tells them to the browser, and the save holds to them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from hanok.engine.access import Actor, context_of
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.behaviour import Dynamic, Pick
from hanok.engine.catalog.model import Module
from hanok.engine.catalog.views import FormView, Panel, Tab
from hanok.engine.conditions import Context, Every, Node, holds
from hanok.engine.conditions.tree import Test, named
from hanok.engine.errors import Message, say
from hanok.engine.fields import Field
from hanok.engine.records.around import Around
from hanok.engine.records.fielding import fixed_keys
from hanok.engine.records.obeying import offers

#: Of how many options a sentence speaks at most, and how many of them stand before the last.
MOST_SAID = 3
PLAIN = Dynamic()


@dataclass(frozen=True, slots=True)
class Present:
    """A record as it stands on a page; `asked` are the fields that the page has boxes for.

    A condition that names none of those cannot change while somebody types. `denied` are the fields that the reader's
    roles do not let her change in this record.
    """

    module: Module
    values: Mapping[str, Any]
    context: Context
    around: Around
    asked: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()

    def holds(self, node: Node | None) -> bool:
        """Whether the condition holds now; what has none holds."""
        if node is None:
            return True
        return holds(node, self.values, self.context, follow=self.around.follow, members=self.around.members)

    def names(self, node: Node | None) -> tuple[str, ...]:
        """The boxes of the page that a condition looks at."""
        found = () if node is None else named(node)
        keys = (field.key.partition(".")[0] for field in found if field.module == self.module.key)
        return tuple(key for key in dict.fromkeys(keys) if key in self.asked)

    def dynamic(self, key: str) -> Dynamic:
        return self.module.dynamic.get(key, PLAIN)

    def shown(self, key: str) -> bool:
        return self.holds(self.dynamic(key).visible)

    def needed(self, field: Field) -> bool:
        said = self.dynamic(field.key).required
        return field.required or (said is not None and self.holds(said))

    def locked(self, key: str) -> bool:
        said = self.dynamic(key).readonly
        return said is not None and self.holds(said)

    def fixed(self, field: Field) -> bool:
        """Whether nobody can write it here, whatever else is typed."""
        said = self.dynamic(field.key).readonly
        return field.readonly or field.key in self.denied or (not self.names(said) and self.locked(field.key))

    def gone(self, key: str) -> bool:
        """Whether it is invisible here, whatever is typed."""
        said = self.dynamic(key).visible
        return not self.names(said) and not self.holds(said)

    def moves(self, key: str) -> bool:
        """Whether what is typed may show or hide it, ask for it, or fix it."""
        said = self.dynamic(key)
        return any(self.names(node) for node in (said.visible, said.required, said.readonly))

    def fits(self, field: Field, pick: Pick) -> tuple[str, ...]:
        """The options that may be picked now."""
        context = replace(self.context, record=self.values)
        return tuple(one.key for one in field.choices if offers(field, pick, one.key, context, self.around))


def present(
    conn: Connection, catalog: Catalog, actor: Actor, module: Module, values: Mapping[str, Any], *, new: bool = False
) -> Present:
    """The record with these values, for this actor now."""
    denied = fixed_keys(conn, catalog, actor, module, None if new else values)
    return Present(module, values, replace(context_of(actor, catalog), new=new), Around(conn, catalog), denied=denied)


def for_form(here: Present, asked: frozenset[str]) -> Present:
    """The same on a form with boxes for these fields, less those that are fixed whatever is typed."""
    found = replace(here, asked=asked)
    return replace(found, asked=frozenset(key for key in asked if not found.fixed(here.module.field(key))))


# -- panels ------------------------------------------------------------------------------------------------------
def panels(view: FormView) -> Iterator[tuple[str, Node | None, Panel]]:
    """The panels of a form's tabs and of its side: what they are called on a page, and when they are shown."""
    for tab in view.tabs:
        yield from ((f"{tab.key}-{panel.key}", _both(tab, panel), panel) for panel in tab.panels)
    yield from ((f"side-{panel.key}", panel.visible, panel) for panel in view.side)


def _both(tab: Tab, panel: Panel) -> Node | None:
    nodes = tuple(node for node in (tab.visible, panel.visible) if node is not None)
    return Every(nodes) if len(nodes) > 1 else nodes[0] if nodes else None


def appears_when(node: Node | None) -> Message | None:
    """“Shown when Stage is ‘Lost’”, where a condition is as simple as that."""
    return _sentence(node, say("Shown when {field} is {options}"))


def needed_when(node: Node | None) -> Message | None:
    return _sentence(node, say("This is required when {field} is {options}."))


def _sentence(node: Node | None, template: Message) -> Message | None:
    match node:
        case Every((only,)):
            return _sentence(only, template)
        case Test(field, "eq" | "in" as operator, operand, "") if field.choices:
            keys = operand if operator == "in" else [operand]
            labels = [choice.label for key in keys if isinstance(key, str) and (choice := field.choice(key))]
            if 0 < len(labels) <= MOST_SAID:
                return Message(template.text, {"field": field.label, "options": _listed(labels)})
    return None


def _listed(labels: list[Mapping[str, str]]) -> Message:
    quoted = [say("‘{option}’", option=label) for label in labels]
    return say("{options} or {option}", options=quoted[:-1], option=quoted[-1]) if len(quoted) > 1 else quoted[0]
