"""Puts the items of ordered maps in order and takes `after` and `before` out of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from hanok.engine.errors import Problem, say
from hanok.engine.language.kinds import Kind
from hanok.engine.language.nodes import Mark, Node, Path, problem
from hanok.engine.language.ordering import AFTER, BEFORE, Anchor, order
from hanok.engine.language.renaming import Renaming, now_called
from hanok.engine.language.views import View
from hanok.engine.language.words import clip, did_you_mean


@dataclass(slots=True)
class Placing:
    """One merged document being put in order.

    `anchors` maps the path of an item to where it wants to stand.
    """

    kind: Kind
    #: The document is brought by others, so its neighbours may stand in those.
    bundle: bool = False
    renaming: Renaming = field(default_factory=Renaming)
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[Path, Anchor] = field(default_factory=dict)

    def place(self, root: Node) -> Node:
        return self._walk(root, self.kind.view(root), ())

    def _walk(self, node: Node, view: View, path: Path) -> Node:
        if isinstance(node.value, list):
            return node.having([
                self._walk(child, view.child(at, child), (*path, at)) for at, child in enumerate(node.value)
            ])
        if not isinstance(node.value, dict):
            return node
        items = self._ordered(node.value, path) if view.ordered else node.value
        return node.having({
            key: self._walk(child, view.child(key, child), (*path, key)) for key, child in items.items()
        })

    def _ordered(self, items: dict[str, Node], path: Path) -> dict[str, Node]:
        anchors = {
            key: self._present(anchor, items, item, (*path, key))
            for key, item in items.items()
            if (anchor := self._anchor(item, (*path, key)))
        }
        found = order(tuple(items), anchors)
        for key in () if self.bundle else found.missing:
            self._gone(items[key], anchors[key], items, (*path, key))
        for key in found.circles:
            said = say('"{key}" and "{of}" wait for each other: their "after" and "before" go in a circle',
                       key=clip(key), of=clip(anchors[key].of))
            self.problems.append(problem("circle", _mark(items[key], anchors[key]), (*path, key), said))
        gone = () if self.bundle else found.missing
        placed = [key for key in anchors if key not in gone and key not in found.circles]
        self.anchors.update({(*path, key): anchors[key] for key in placed})
        return {key: _bare(items[key]) for key in found.keys}

    def _anchor(self, item: Node, path: Path) -> Anchor | None:
        said = [(side, found) for side in (AFTER, BEFORE) if (found := item.child(side)) is not None]
        for side, found in said:
            if not isinstance(found.value, str):
                message = say('"{side}" takes the key of a neighbour', side=side)
                self.problems.append(problem("anchor", found.shown, (*path, side), message))
                return None
        if len(said) == 2:
            message = say('an item stands either "after" or "before" another, not both')
            self.problems.append(problem("anchor", said[1][1].shown, (*path, BEFORE), message))
        return Anchor(said[0][0], str(said[0][1].value)) if said else None

    def _present(self, anchor: Anchor, items: dict[str, Node], item: Node, path: Path) -> Anchor:
        """The anchor with the key that its neighbour has today."""
        found = self.renaming.present(anchor.of, path[:-1], items)
        if found == anchor.of:
            return anchor
        said = now_called(anchor.of, found)
        self.problems.append(problem("renamed", _mark(item, anchor), (*path, anchor.side), said, advice=True))
        return Anchor(anchor.side, found)

    def _gone(self, item: Node, anchor: Anchor, items: dict[str, Node], path: Path) -> None:
        meant = did_you_mean(anchor.of, items)
        said = say('there is no "{of}" to stand {side}; it stands where it was written', of=clip(anchor.of),
                   side=anchor.side)
        if meant:
            said = say('there is no "{of}" to stand {side}, did you mean "{meant}"?', of=clip(anchor.of),
                       side=anchor.side, meant=meant)
        self.problems.append(problem("anchor", _mark(item, anchor), (*path, anchor.side), said, advice=True))


def _mark(item: Node, anchor: Anchor) -> Mark:
    found = item.child(anchor.side)
    return (found or item).shown


def _bare(item: Node) -> Node:
    if not isinstance(item.value, dict) or not (AFTER in item.value or BEFORE in item.value):
        return item
    return item.having({key: child for key, child in item.value.items() if key not in (AFTER, BEFORE)})
