"""Modules as expressions see them: what a name and a dot find, and which fields of which records a path looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as also

from hanok.engine.catalog.derived import Hop, Needs, Read
from hanok.engine.catalog.model import End, Module
from hanok.engine.expressions import Kind, Path, kind_of
from hanok.engine.expressions.kinds import list_of
from hanok.engine.fields import Field


@dataclass(frozen=True, slots=True, eq=False)
class RecordScope:
    """The fields of a module, what its links lead to, and its ends as lists; `own` are fields of a tie.

    Secret fields are not there: no other field holds what they hold.
    """

    module: Module
    modules: Mapping[str, Module]
    own: Mapping[str, Field] = also(default_factory=dict)

    def find(self, name: str) -> Kind | None:
        field = field_of(self.module, name) or self.own.get(name)
        if field is not None:
            return None if field.type.secret else kind_of(field, self._follow)
        end = self.module.ends.get(name)
        if end is None or end.kind == "union":
            return None
        there = Kind("record", RecordScope(self.modules[end.module], self.modules, end.own))
        return there if end.single else list_of(there)

    def names(self) -> Iterable[str]:
        fields = {**self.module.fields, **self.module.system, **self.own}
        return (*(key for key, field in fields.items() if not field.type.secret), *self._lists())

    def _lists(self) -> Iterator[str]:
        return (key for key, end in self.module.ends.items() if end.kind != "union")

    def _follow(self, key: str) -> RecordScope | None:
        return RecordScope(self.modules[key], self.modules) if key in self.modules else None


def field_of(module: Module, key: str) -> Field | None:
    """The field that has a value of its own in the record: no n-n link, no lines."""
    found = module.fields.get(key) or module.system.get(key)
    return None if found is None or found.type.apart else found


def reads_of(path: Path, module: Module, modules: Mapping[str, Module]) -> Iterator[Read]:
    """Every field that a path looks at: those of the links on its way too, and what makes records belong to an end."""
    hops: tuple[Hop, ...] = ()
    names, here = list(path), module
    while names:
        key = names.pop(0)
        field = field_of(here, key)
        if field is not None:
            yield Read(hops, here.key, key)
            if not field.targets or names[:1] in (["id"], ["module"]):
                return
            for target in field.targets if not names or names == ["title"] else field.targets[:0]:
                yield Read((*hops, Hop(here.key, key, target)), target, "title")
            if not names or names == ["title"] or len(field.targets) != 1:
                return
            hops, here = (*hops, Hop(here.key, key, field.targets[0])), modules[field.targets[0]]
            continue
        end = here.ends.get(key)
        if end is None:  # a field of the tie
            return
        hops, here = to_end(hops, here, end), modules[end.module]
        yield from membership(hops, end)
        if not names:
            yield Read(hops, here.key, "title")


def to_end(hops: tuple[Hop, ...], here: Module, end: End) -> tuple[Hop, ...]:
    return (*hops, Hop(here.key, end.key, end.module, many=True))


def membership(hops: tuple[Hop, ...], end: End) -> Iterator[Read]:
    """What changes when a record comes to the end or leaves it: its link, or the ties of both sides."""
    for each in end.each():
        if each.through is None:
            yield Read(hops, each.module, each.field)
        else:
            yield Read(hops[:-1], hops[-1].module, end.key)


def needs_of(paths: Iterable[Path]) -> Needs:
    """The paths as a tree: which names are looked at, and behind each the ones after its dot."""
    tree: dict[str, dict[str, object]] = {}
    for path in paths:
        here = tree
        for name in path:
            here = here.setdefault(name, {})  # type: ignore[assignment]  # a tree of trees
    return tree
