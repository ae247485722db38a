"""What was renamed: `value: {type: money, was: [amount]}` in a map whose keys have an order, `was` atop a document.

Only the layer that declares a thing renames it. What other layers still say under the old key is read as the new one,
with advice at the place where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hanok.engine.errors import Message, Problem, say
from hanok.engine.language.nodes import Mark, Node, Path, problem
from hanok.engine.language.words import clip, key_fault

WAS = "was"
#: By the path of a map: what its items were called before, and are called now.
Former = Mapping[Path, Mapping[str, str]]
FORM = say('"was" takes the keys that this had before: [old_key]')
FOREIGN = say("only the layer that declares it renames it; give it another label instead")


def now_called(old: str, new: str) -> Message:
    """The advice at a place that still uses an old key."""
    return say('"{old}" is called "{new}" now', old=clip(old), new=clip(new))


def still_there(old: str, new: str, *, circle: bool) -> Message:
    if circle:
        return say('"{old}" and "{new}" each say that they were called like the other', old=clip(old), new=clip(new))
    return say('"{old}" is still there beside "{new}", which says that it was called so', old=clip(old), new=clip(new))


def claimed_twice(old: str, first: str) -> Message:
    return say('"{first}" says already that it was called "{old}"', first=clip(first), old=clip(old))


def old_keys(node: Node) -> tuple[list[tuple[str, Mark]], list[tuple[Mark, Message]]]:
    """The keys in a `was` with their marks, and what is wrong with it. One key is short for a list of one."""
    items = node.value if isinstance(node.value, list) else [node]
    sound: list[tuple[str, Mark]] = []
    faults: list[tuple[Mark, Message]] = []
    for item in items:
        if not isinstance(item.value, str):
            faults.append((item.mark, FORM))
        elif fault := key_fault(item.value):
            faults.append((item.mark, fault))
        else:
            sound.append((item.value, item.mark))
    return sound, faults


@dataclass(frozen=True, slots=True)
class Claim:
    """An item says that it had this key before."""

    new: str
    mark: Mark


@dataclass(slots=True)
class Renaming:
    """The renames of one document, collected while its layers are laid over each other."""

    claims: dict[Path, dict[str, Claim]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def present(self, key: str, path: Path, below: Mapping[str, Node]) -> str:
        """The key under which the map at this path has now what was called so."""
        if not self.claims or key in below or path not in self.claims:
            return key
        claim = self.claims[path].get(key)
        return claim.new if claim and claim.new in below else key

    def take(self, item: Node, key: str, path: Path, below: Mapping[str, Node]) -> Node:
        """The item of the map at `path` without its `was`, which is written down."""
        if not isinstance(item.value, dict) or WAS not in item.value:
            return item
        written = item.value[WAS]
        at = (*path, key, WAS)
        found, faults = old_keys(written)
        self.problems += [problem("was", mark, at, fault) for mark, fault in faults]
        layer = item.mark.source.layer
        declared = [below[name].mark.source.layer for name in (key, *(old for old, _ in found)) if name in below]
        if any(other != layer for other in declared):
            self.problems.append(problem("was", written.shown, at, FOREIGN))
        else:
            for old, mark in found:
                self._claim(old, Claim(key, mark), path)
        return item.having({name: child for name, child in item.value.items() if name != WAS})

    def _claim(self, old: str, claim: Claim, path: Path) -> None:
        known = self.claims.setdefault(path, {})
        at = (*path, claim.new, WAS)
        if old == claim.new:
            self.problems.append(problem("was", claim.mark, at, say('"{key}" is its own key', key=clip(old))))
        elif old in known and known[old].new != claim.new:
            self.problems.append(problem("was", claim.mark, at, claimed_twice(old, known[old].new)))
        else:
            known[old] = claim

    def faults(self, root: Node) -> Iterator[Problem]:
        """Old keys that are still there beside the new ones."""
        for path, claims in self.claims.items():
            items = root.find(path)
            for old, claim in claims.items():
                if items is None or items.child(old) is None or items.child(claim.new) is None:
                    continue
                circle = claim.new in claims and claims[claim.new].new == old
                said = still_there(old, claim.new, circle=circle)
                yield problem("was", claim.mark, (*path, claim.new, WAS), said)

    def former(self, root: Node) -> Former:
        """The renames of things that are there."""
        found: dict[Path, dict[str, str]] = {}
        for path, claims in self.claims.items():
            items = root.find(path)
            kept = {old: claim.new for old, claim in claims.items() if items and items.child(claim.new)}
            if kept:
                found[path] = kept
        return found
