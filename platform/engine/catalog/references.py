"""Where documents name modules, fields and options, and what they say there read in the words of today.

`SHAPES` draws each kind of document as LANGUAGE does: a key leads to what stands under it. What is not drawn names
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from hanok.engine.catalog.homes import Home, Homes, alike
from hanok.engine.catalog.renames import Renames
from hanok.engine.catalog.rewording import Rewording
from hanok.engine.errors import Problem
from hanok.engine.fields import FieldType
from hanok.engine.language import Document, Documents
from hanok.engine.language.nodes import Node, Path

Read = Callable[[Rewording, Node, Path, Home | None], Node]
Shape = Any


@dataclass(frozen=True, slots=True)
class Reworded:
    """Documents as they were written, and `made` of them in the words of today, with advice where these differ."""

    written: Documents
    made: Documents
    renames: Renames
    advices: Mapping[tuple[str, str], tuple[Problem, ...]] = field(default_factory=dict)

    @property
    def advice(self) -> tuple[Problem, ...]:
        return tuple(each for found in self.advices.values() for each in found)


def reworded(
    documents: Documents, renames: Renames, types: Mapping[str, FieldType], before: Reworded | None = None
) -> Reworded:
    """The documents in the words of today; those that did not change as they are in `before`."""
    if not renames:
        return Reworded(documents, documents, renames)
    homes = Homes(documents, renames, types)
    serves = before is not None and before.renames == renames and alike(before.written, documents)
    by_kind: dict[str, Mapping[str, Document]] = {}
    advices: dict[tuple[str, str], tuple[Problem, ...]] = {}
    for kind, found in documents.by_kind.items():
        shape = SHAPES.get(kind)
        made = dict(found)
        for key, each in found.items() if shape is not None else ():
            advice: list[Problem] = []
            if serves and before is not None and before.written.of(kind).get(key) is each:
                made[key] = before.made.of(kind)[key]
                advice += before.advices.get((kind, key), ())
            else:
                made[key] = _read(each, shape, homes, advice)
            if advice:
                advices[kind, key] = tuple(advice)
        by_kind[kind] = MappingProxyType(made)
    return Reworded(documents, replace(documents, by_kind=MappingProxyType(by_kind)), renames, advices)


def today(document: Document, documents: Documents, renames: Renames, types: Mapping[str, FieldType]) -> Document:
    """A document that was written long ago in the words of today; `documents` are those of today."""
    return _read(document, SHAPES[document.kind], Homes(documents, renames, types), []) if renames else document


def _read(document: Document, shape: Shape, homes: Homes, advice: list[Problem]) -> Document:
    home = homes.of(document.key if document.kind == "module" else document.data.get("module"))
    work = Rewording(homes, home)
    root = walk(work, document.root, (), home, shape)
    if document.kind == "menu":
        root = _team_filters(work, root, document.former.get(("filters",), {}))
    if not work.advice:
        return document
    advice += work.advice
    return replace(document, root=root, data=MappingProxyType(root.plain()))


def walk(work: Rewording, node: Node, path: Path, home: Home | None, shape: Shape) -> Node:
    """What stands here, read as its shape says."""
    if callable(shape):
        made: Node = shape(work, node, path, home)
        return made
    if isinstance(shape, list):
        return _each(work, node, path, home, shape[0])
    if not isinstance(node.value, dict):
        return node
    return node.having({
        key: walk(work, child, (*path, key), home, shape[key]) if key in shape else child
        for key, child in node.value.items()
    })


def _each(work: Rewording, node: Node, path: Path, home: Home | None, shape: Shape) -> Node:
    if isinstance(node.value, list):
        return node.having([walk(work, child, (*path, at), home, shape) for at, child in enumerate(node.value)])
    if not isinstance(node.value, dict):
        return node
    return node.having({key: walk(work, child, (*path, key), home, shape) for key, child in node.value.items()})


def _team_filters(work: Rewording, root: Node, renamed: Mapping[str, str]) -> Node:
    """What teams say of filters under the keys that these had before."""
    teams = root.child("teams")
    if not renamed or teams is None or not isinstance(teams.value, dict):
        return root
    made = {}
    for team, said in teams.value.items():
        filters = said.child("filters")
        if filters is not None and isinstance(filters.value, dict):
            kept: dict[str, Node] = {}
            for key, child in filters.value.items():
                if key in renamed:
                    work.tell(child, ("teams", team, "filters", key), key, renamed[key], key=True)
                kept.setdefault(renamed.get(key, key), child)
            said = said.having({**said.value, "filters": filters.having(kept)})  # type: ignore[dict-item]  # it is a map
        made[team] = said
    return root.having({**root.value, "teams": teams.having(made)})  # type: ignore[dict-item]  # a document is a map


# -- what stands at a place ----------------------------------------------------------------------------------------
def names(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    return work.named(node, path, home)


def condition(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    return work.condition(node, path, home)


def expression(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    return work.expression(node, path, home)


def template(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    return work.template(node, path, home)


def modules(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """One module, a list of them, or a map whose keys they are."""
    if isinstance(node.value, list):
        return node.having([work.module(child, (*path, at)) for at, child in enumerate(node.value)])
    if not isinstance(node.value, dict):
        return work.module(node, path)
    made: dict[str, Node] = {}
    for key, child in node.value.items():
        now = work.homes.renames.modules.get(key, key)
        if now != key:
            work.tell(child, (*path, key), key, now, key=True)
        made.setdefault(now, child)
    return node.having(made)


def fields(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """Fields as they are declared."""
    if not isinstance(node.value, dict):
        return node
    return node.having({key: _field(work, child, (*path, key), home, key) for key, child in node.value.items()})


def _field(work: Rewording, node: Node, path: Path, home: Home | None, key: str) -> Node:
    read = walk(work, node, path, home, FIELD)
    if home is None or not isinstance(read.value, dict):
        return read
    beyond = work.homes.beyond(home, key)
    made = dict(read.value)
    if "where" in made:
        made["where"] = work.condition(made["where"], (*path, "where"), beyond)
    if "primary" in made:
        made["primary"] = work.named(made["primary"], (*path, "primary"), home)
    if "default" in made:
        made["default"] = work.option(made["default"], (*path, "default"), work.homes.options(home, key))
    if isinstance(made.get("of"), Node) and isinstance(made["of"].value, dict):
        made["of"] = fields(work, made["of"], (*path, "of"), beyond)
    elif "of" in made:
        made["of"] = modules(work, made["of"], (*path, "of"), home)
    return read.having(made)


def rollup(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """`{sum: lines.net, where: …}`: the condition is about what is summed."""
    if not isinstance(node.value, dict):
        return node
    beyond = None
    made = {}
    for key, child in node.value.items():
        if key != "where":
            made[key] = work.named(child, (*path, key), home)
            head = str(made[key].value).partition(".")[0]
            beyond = work.homes.beyond(home, head) if home else None
    if "where" in node.value:
        made["where"] = work.condition(node.value["where"], (*path, "where"), beyond)
    return node.having(made)


def subpanels(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """Each is about the records that its key, or its `of`, leads to."""
    if not isinstance(node.value, dict):
        return node
    made = {}
    for key, child in node.value.items():
        ends = child.child("of")
        named = [key] if ends is None else [ends.value] if isinstance(ends.value, str) else []
        there = home
        for step in str(named[0]).split(".") if named else ():
            there = work.homes.beyond(there, there.renamed.get(step, step)) if there else None
        at = (*path, key)
        made[key] = walk(work, child, at, there if named else None, SUBPANEL)
        if ends is not None and isinstance(made[key].value, dict):
            made[key] = made[key].having({**made[key].value, "of": work.named(ends, (*at, "of"), home)})  # type: ignore[dict-item]  # it is a map
    return node.having(made)


def steps(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """What actions and workflows do."""
    return walk(work, node, path, home, [STEP])


def assigned(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """Fields and the values that they get."""
    if not isinstance(node.value, dict):
        return work.value(node, path)
    made: dict[str, Node] = {}
    for key, child in node.value.items():
        now, there, last = work.follow(key, home)
        at = (*path, key)
        if now != key:
            work.tell(child, at, key, now, key=True)
        made[now] = work.value(work.option(child, at, work.homes.options(there, last) if there else {}), at)
    return node.having(made)


def created(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """`{module: task, values: {…}}`: the values are of that module."""
    said = node.child("module")
    there = work.homes.of(said.value) if said else None
    return walk(work, node, path, there, {"module": modules, "values": assigned, "copy": value, "open": value})


def value(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    return work.value(node, path)


def until(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """What is waited for: a condition, or a moment."""
    return work.condition(node, path, home) if isinstance(node.value, dict) else work.value(node, path)


def recipients(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """Fields and ends by their names, references, addresses; the people of a team or a role stand by their keys."""
    if isinstance(node.value, list):
        return node.having([recipients(work, child, (*path, at), home) for at, child in enumerate(node.value)])
    if not isinstance(node.value, str):
        return node
    if node.value[:1] in ("$", "=") or "{{" in node.value or "@" in node.value:
        return work.value(node, path)
    return work.named(node, path, home)


def told(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """Who is written to, and what; `where` chooses among the records of the end that `to` names."""
    shape: Shape = dict.fromkeys(("to", "cc", "bcc"), recipients)
    read = walk(work, node, path, home, {
        **shape, **dict.fromkeys(("subject", "text", "template", "pdf"), value), "attach": recipients,
        "where": lambda work, where, at, home: work.condition(where, at, _beyond(work, node.child("to"), home)),
    })  # fmt: skip
    return read


def each_of(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """`{of: contacts, where: …, do: […]}`: the condition and the steps are about the records at that end."""
    ends = node.child("of")
    read = walk(work, node, path, _beyond(work, ends, home), {"where": condition, "do": steps})
    if ends is None or not isinstance(read.value, dict):
        return read
    return read.having({**read.value, "of": work.named(ends, (*path, "of"), home)})


def _beyond(work: Rewording, ends: Node | None, home: Home | None) -> Home | None:
    """What stands at the end of this name, as it may have been called before."""
    if home is None or ends is None or not isinstance(ends.value, str):
        return None
    return work.homes.beyond(home, home.renamed.get(ends.value, ends.value))


def levels(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """A role's modules: a level or a condition for each action."""
    now = modules(work, node, path, home)
    if not isinstance(now.value, dict):
        return now
    made = {}
    for key, child in now.value.items():
        there = work.homes.of(key)
        work.record = there
        made[key] = walk(work, child, (*path, key), there, [condition])
    return now.having(made)


def guarded(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """A role's fields: `account.annual_revenue`."""
    if not isinstance(node.value, dict):
        return node
    made: dict[str, Node] = {}
    for key, child in node.value.items():
        module, dot, rest = key.partition(".")
        here = work.homes.of(module)
        now = f"{here.place}{dot}{work.path(rest, here)}" if here else key
        if now != key:
            work.tell(child, (*path, key), key, now, key=True)
        made.setdefault(now, child)
    return node.having(made)


def measured(work: Rewording, node: Node, path: Path, home: Home | None) -> Node:
    """A report's columns: a field, or a name of its own for what is counted or summed."""
    if not isinstance(node.value, dict):
        return work.named(node, path, home)
    made: dict[str, Node] = {}
    for key, child in node.value.items():
        at = (*path, key)
        counts = isinstance(child.value, dict) and bool(set(child.value) & MEASURES)
        now = key if counts else work.path(key, home)
        if now != key:
            work.tell(child, at, key, now, key=True)
        made[now] = walk(work, child, at, home, dict.fromkeys(MEASURES, names))
    return node.having(made)


MEASURES = frozenset(("sum", "count", "min", "max", "avg"))
FIELD: Shape = {
    "to": modules, "visible": condition, "required": condition, "readonly": condition, "formula": expression,
    "suggest": expression, "rollup": rollup, "fields": fields, "prefix": template,
}  # fmt: skip
STEP: Shape = {
    "set": assigned, "create": created, "link": assigned, "unlink": assigned, "assign": value, "email": told,
    "notify": told, "message": told, "webhook": value, "python": value, "wait": {"for": value, "until": until},
    "branch": [{"when": condition, "do": steps}], "each": each_of,
    "approval": {
        "by": recipients, "escalate": recipients, "text": value, "approved": steps, "rejected": steps,
    },
}  # fmt: skip
PANEL: Shape = {"visible": condition, "rows": names}
FORM: Shape = {
    "tabs": [{"visible": condition, "panels": [PANEL], "rows": names}], "rows": names, "side": [PANEL],
    "bottom": [PANEL],
}  # fmt: skip
TABLE: Shape = {
    "columns": names, "sort": names, "where": condition, "by": names, "card": names, "sum": names, "basic": names,
    "advanced": names, "color": names, "past": names, "open": condition, "text": names,
}  # fmt: skip
SUBPANEL: Shape = {"columns": names, "sort": names, "where": condition, "create": assigned}
VIEW: Shape = {**TABLE, **FORM}
BUTTONS: Shape = [{"when": condition, "ask": fields, "do": steps}]
SHAPES: Mapping[str, Shape] = {
    "module": {
        "title": template, "owners": names, "index": names, "unique": names, "fields": fields,
        "rules": [{"check": condition, "when": condition, "field": names}], "duplicates": [{"match": names}],
        "saved_filters": [{"where": condition, "sort": names}], "views": [VIEW], "subpanels": subpanels,
        "actions": BUTTONS,
    },
    "menu": {"filters": [{"modules": modules}], "teams": [{"filters": [{"modules": modules}]}]},
    "role": {"modules": levels, "fields": guarded},
    "workflow": {
        "module": modules, "when": condition, "do": steps,
        "trigger": {
            "due": names, "anniversary": names, "over": condition, "fields": names,
            "webform": {"fields": names, "values": assigned},
            "webhook": {"fields": assigned, "key": names, "values": assigned},
        },
    },
    "report": {"module": modules, "columns": measured, "where": condition, "ask": names},
    "dashboard": {"dashlets": [{"list": modules}]},
}  # fmt: skip
