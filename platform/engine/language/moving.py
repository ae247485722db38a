"""Documents that were renamed: `was: [old_key]` at the top of one.

What other layers still say in a file of the old name is laid over the document of the new name, with advice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hanok.engine.errors import say
from hanok.engine.language.nodes import Mark, Node, problem
from hanok.engine.language.renaming import FOREIGN, WAS, claimed_twice, old_keys, still_there
from hanok.engine.language.words import clip

if TYPE_CHECKING:
    from hanok.engine.language.stacks import Stack, Stacks


def rename(stacks: Stacks, layers: Sequence[str]) -> None:
    """Moves what stands on the stacks of old keys onto those of today. `layers`: their names, the lowest first."""
    places = {name: at for at, name in enumerate(layers)}
    for stack in stacks.all:
        if stack.kind.renames and any(_said(sheet.reading.root) for sheet in stack.sheets):
            _rename(stack, stacks, places)


def _said(root: Node | None) -> Node | None:
    return root.child(WAS) if root else None


def _rename(stack: Stack, stacks: Stacks, places: Mapping[str, int]) -> None:
    first = stack.sheets[0].layer
    for sheet in tuple(stack.sheets):
        written = _said(sheet.reading.root)
        if written is None:
            continue
        if sheet.layer != first:
            stacks.problems.append(problem("was", written.shown, (WAS,), FOREIGN))
            continue
        found, faults = old_keys(written)
        stacks.problems += [problem("was", mark, (WAS,), fault) for mark, fault in faults]
        for old, mark in found:
            _claim(stack, old, mark, stacks, places)


def _claim(stack: Stack, old: str, mark: Mark, stacks: Stacks, places: Mapping[str, int]) -> None:
    kind, known = stack.kind.key, stacks.former.setdefault(stack.kind.key, {})
    other = stacks.found.get((kind, old))
    if old == stack.key:
        stacks.problems.append(problem("was", mark, (WAS,), say('"{key}" is its own key', key=clip(old))))
    elif old in known:
        stacks.problems.append(problem("was", mark, (WAS,), claimed_twice(old, known[old])))
    elif other and any(places[sheet.layer] <= places[stack.sheets[0].layer] for sheet in other.sheets):
        circle = known.get(stack.key) == old or stack.key in _keys(other)
        stacks.problems.append(problem("was", mark, (WAS,), still_there(old, stack.key, circle=circle)))
    else:
        known[old] = stack.key
        if other:
            _move(other, stack, stacks, places)


def _keys(stack: Stack) -> set[str]:
    written = [said for sheet in stack.sheets if (said := _said(sheet.reading.root))]
    return {key for said in written for key, _ in old_keys(said)[0]}


def _move(other: Stack, stack: Stack, stacks: Stacks, places: Mapping[str, int]) -> None:
    del stacks.found[stack.kind.key, other.key]
    stack.sheets[:] = sorted((*stack.sheets, *other.sheets), key=lambda sheet: places[sheet.layer])
    for sheet in other.sheets:
        said = say('"{old}" is called "{new}" now: call this file {file}', old=clip(other.key), new=stack.key,
                   file=f"{stack.kind.folder}/{stack.key}.yaml")
        if sheet.reading.root:
            stacks.problems.append(problem("renamed", sheet.reading.root.mark, (), said, advice=True))
