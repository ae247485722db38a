"""Lays one document over another: RFC 7396 (maps merge, lists replace, null removes), steered by the kind's schema.

Short forms are written out on the way (see `kinds`). The merged tree keeps `after` and `before` until `placing` has
put everything in order, so that a later layer's anchors count as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from hanok.engine.errors import Message, Problem, say
from hanok.engine.language.kinds import Kind
from hanok.engine.language.nodes import Node, Path, problem
from hanok.engine.language.ordering import AFTER, BEFORE
from hanok.engine.language.renaming import Renaming, now_called
from hanok.engine.language.views import View
from hanok.engine.language.words import clip, did_you_mean

NULL = say("null is never a value; leave the key out (a condition tests with {test})", test="{empty: true}")
NOTHING = say('nothing stands after "{key}:"; write a value, or null to remove what stands below, or leave it out')


@dataclass(frozen=True, slots=True)
class Replaced:
    """A value that was written over what is below; `path` leads to it in the file. A null removes what is below."""

    path: tuple[str, ...]
    below: Node | None
    patch: Node


@dataclass(slots=True)
class Laying:
    """One document laid over what the layers below it say. `lowest`: there is nothing below.

    `language` is what a plain label is written in. Problems and lost paths are collected, and in `renaming`, which
    all layers of a document share, what says that it `was` called otherwise.
    """

    kind: Kind
    language: str
    lowest: bool
    renaming: Renaming = field(default_factory=Renaming)
    problems: list[Problem] = field(default_factory=list)
    lost: set[Path] = field(default_factory=set)
    #: Collects what was replaced, where somebody asks for it; `steps` lead to where it works.
    trace: list[Replaced] | None = None
    steps: list[str] = field(default_factory=list)

    def lay(self, below: Node | None, patch: Node) -> Node:
        """The merged tree. Both are maps."""
        return self._merge(below, patch, self.kind.view(_overlay(below, patch)), (), strict=self.lowest)

    def _merge(self, below: Node | None, patch: Node, view: View, path: Path, *, strict: bool) -> Node:
        """`strict`: no null may stand here, for there is nothing below that it could remove."""
        long = written_out(self._once(patch, view, path), view, self.language)
        if long is not patch:
            view = view.again(_overlay(below, long))
        if isinstance(long.value, list):
            return self._list(long, view, path)
        if not isinstance(long.value, dict):
            return long
        strict = strict or bool(view.says("x-replace"))
        if below is None or not isinstance(below.value, dict) or long.whole or _replaced(below, long, view):
            return long.having(self._map({}, long.value, view, path, strict=strict))
        return below.having(self._map(below.value, long.value, view, path, strict=strict))

    def _map(
        self, below: dict[str, Node], given: dict[str, Node], view: View, path: Path, *, strict: bool
    ) -> dict[str, Node]:
        merged = dict(below)
        renames = view.renames
        for written, child in given.items():
            key = written
            if renames:
                key = self._present(written, child, path, below)
                child = self.renaming.take(child, key, path, below)
            at = (*path, key)
            if child.value is None and child.text and view.says("x-removes"):
                merged[key] = child
                continue
            if child.value is None:
                if self._removes(child, key, below, at, strict=strict):
                    self._note(merged.pop(key, None), child, written)
                continue
            if child.value is True and view.says("x-keyed"):
                child = child.having({})
            under = merged.get(key)
            if view.ordered:
                under = _free(under, child)
            if self.trace is None:
                merged[key] = self._merge(under, child, view.child(key, _overlay(under, child)), at, strict=strict)
            else:
                merged[key] = self._traced(under, child, view, at, written, strict=strict)
        return merged

    def _traced(self, below: Node | None, patch: Node, view: View, path: Path, written: str, *, strict: bool) -> Node:
        """The same, with a note where the value replaces the one below instead of merging with it."""
        self.steps.append(written)
        trace, count = self.trace, len(self.trace or ())
        merged = self._merge(below, patch, view.child(path[-1], _overlay(below, patch)), path, strict=strict)
        self.steps.pop()
        mixed = isinstance(patch.value, dict) and below is not None and isinstance(below.value, dict)
        inside = view.child(path[-1], _overlay(below, patch))
        if trace is not None and not (mixed and below is not None and not _whole(below, patch, inside)):
            del trace[count:]
            self._note(below, patch, written)
        return merged

    def _note(self, below: Node | None, patch: Node, written: str) -> None:
        if self.trace is not None:
            self.trace.append(Replaced((*self.steps, written), below, patch))

    def _present(self, key: str, child: Node, path: Path, below: dict[str, Node]) -> str:
        """The key of today, with advice where another one is written."""
        found = self.renaming.present(key, path, below)
        if found != key:
            said = now_called(key, found)
            self.problems.append(problem("renamed", child.key or child.mark, (*path, key), said, advice=True))
        return found

    def _once(self, patch: Node, view: View, path: Path) -> Node:
        """A list of names with each name once."""
        if not isinstance(patch.value, list) or not view.says("x-keyed"):
            return patch
        seen: dict[str, Node] = {}
        for at, item in enumerate(patch.value):
            name = _name(item)
            if name is None:
                return patch
            if name in seen:
                said = say('"{key}" stands twice in this list', key=clip(name))
                self.problems.append(problem("duplicate", item.mark, (*path, at), said))
            seen.setdefault(name, item)
        return patch if len(seen) == len(patch.value) else patch.having(list(seen.values()))

    def _removes(self, child: Node, key: str, below: dict[str, Node], path: Path, *, strict: bool) -> bool:
        """Whether a null takes away what is below; if it must not stand there, says so."""
        if child.text == "":
            self._say(child, path, replace(NOTHING, facts={"key": clip(key)}))
            return False
        if strict:
            self._say(child, path, NULL)
            return False
        if key not in below and key not in (AFTER, BEFORE):
            self._nothing_to_remove(child, key, below, path)
        return True

    def _nothing_to_remove(self, child: Node, key: str, below: dict[str, Node], path: Path) -> None:
        meant = did_you_mean(key, below)
        said = say('there is no "{key}" below to remove', key=clip(key))
        if meant:
            said = say('there is no "{key}" below to remove, did you mean "{meant}"?', key=clip(key), meant=meant)
        self.problems.append(problem("nothing_to_remove", child.key or child.mark, path, said, advice=True))

    def _list(self, patch: Node, view: View, path: Path) -> Node:
        items: list[Node] = []
        for at, child in enumerate(patch.value if isinstance(patch.value, list) else ()):
            if child.value is None:
                self._say(child, (*path, at), NULL)
                continue
            items.append(self._merge(None, child, view.child(at, child), (*path, at), strict=True))
        return patch.having(items)

    def _say(self, node: Node, path: Path, message: Message) -> None:
        self.lost.add(path)
        mark = (node.key if node.text == "" else None) or node.mark
        self.problems.append(problem("null", mark, path, message))


def _overlay(below: Node | None, patch: Node) -> Node:
    """The patch with the keys that it leaves to the layer below: enough to tell which branches of a schema apply."""
    if below is None or not isinstance(below.value, dict) or not isinstance(patch.value, dict):
        return patch
    given = {key: child for key, child in patch.value.items() if child.value is not None}
    return patch.having({**below.value, **given})


def written_out(node: Node, view: View, language: str) -> Node:
    """The long form of one value; what is inside it is left to its own turn."""
    value = node.value
    if isinstance(value, list):
        return _named(node, value) if view.says("x-keyed") else node
    if isinstance(value, dict):
        return node.having([node]) if view.says("x-list") else node
    if value is None or isinstance(value, bool):
        return node
    if view.says("x-label") and isinstance(value, str):
        return replace(node, value={language: node.under(node.mark)}, text="")
    short = view.says("x-short")
    if short:
        return replace(node, value={short: node.under(node.mark)}, text="")
    return node.having([node.under(None)]) if view.says("x-list") else node


def _named(node: Node, items: list[Node]) -> Node:
    """A list of names as a map; what is no list of names is left as it is, for the check to say so."""
    names = [_name(item) for item in items]
    if None in names:
        return node
    named = {str(name): replace(item, value={}, key=item.mark) for name, item in zip(names, items, strict=True)}
    return replace(node, value=named, whole=True)


def _name(item: Node) -> str | None:
    if isinstance(item.value, str):
        return item.value
    return item.text if isinstance(item.value, int | Decimal) and not isinstance(item.value, bool) else None


def _free(below: Node | None, patch: Node) -> Node | None:
    """The item below without its own anchor, when the patch gives it another."""
    if below is None or not isinstance(below.value, dict) or not isinstance(patch.value, dict):
        return below
    if AFTER not in patch.value and BEFORE not in patch.value:
        return below
    return below.having({key: child for key, child in below.value.items() if key not in (AFTER, BEFORE)})


def _whole(below: Node, patch: Node, view: View) -> bool:
    return patch.whole or _replaced(below, patch, view)


def _replaced(below: Node, patch: Node, view: View) -> bool:
    if view.says("x-replace"):
        return True
    identity = view.says("x-identity")
    if not identity:
        return False
    new, old = patch.child(identity), below.child(identity)
    return new is not None and old is not None and new.value is not None and new.value != old.value
