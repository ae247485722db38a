"""Leaves: what an upper layer says at each place of a document, and what stood there below it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanok.engine.errors import Place
from hanok.engine.language.kinds import Kind
from hanok.engine.language.layers import Layer
from hanok.engine.language.merging import Laying, Replaced
from hanok.engine.language.nodes import Node
from hanok.engine.language.renaming import Renaming
from hanok.engine.language.stacks import Stack, Stacks, stack_up

#: The hash of a place where nothing stood.
NOTHING = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value that one layer wrote over what the layers below it say (`lower`; None where they say nothing).

    `path` is as it was written in `file` of the layer, under keys of long ago too. `mine` is None for a removal. Hashes
    are equal where values are.
    """

    layer: str
    file: str
    path: tuple[str, ...]
    place: Place
    lower: Any
    mine: Any
    lower_hash: str
    mine_hash: str

    @property
    def key(self) -> str:
        """What it is known by: `modules/company.yaml:fields.name.label`, with the layer where that is not the site."""
        name = f"{self.file}:{'.'.join(self.path)}"
        return name if self.layer == "site" else f"{self.layer}:{name}"


def leaves(layers: Sequence[Layer], kinds: Mapping[str, Kind], *, upper: Collection[str]) -> tuple[Leaf, ...]:
    """The leaves of the layers of these names, in the order of the files. `layers` are all, the lowest first."""
    roots = {layer.name: layer.root for layer in layers}
    stacks = stack_up(layers, kinds)
    return tuple(
        leaf
        for stack in stacks.all
        if any(sheet.layer in upper for sheet in stack.sheets)
        for leaf in _of(stack, stacks, upper, roots)
    )


def _of(stack: Stack, stacks: Stacks, upper: Collection[str], roots: Mapping[str, str]) -> Iterator[Leaf]:
    renaming = Renaming()
    below: Node | None = None
    for other in stack.brought(stacks):
        below = other.bare(stacks.language, below, renaming)
    for sheet in stack.sheets:
        if sheet.reading.root is None:
            continue
        traced: list[Replaced] | None = [] if below is not None and sheet.layer in upper else None
        laying = Laying(stack.kind, stacks.language, below is None, renaming, trace=traced)
        below = laying.lay(below, sheet.reading.root)
        own = sheet is stack.sheets[0]  # then what has nothing below it replaces nothing
        yield from (_leaf(each, sheet.layer, roots[sheet.layer]) for each in traced or () if each.below or not own)


def _leaf(found: Replaced, layer: str, root: str) -> Leaf:
    source = found.patch.mark.source
    file = source.file.removeprefix(f"{root}/") if root else source.file
    place = found.patch.shown.place(found.path)
    lower = found.below.plain() if found.below else None
    mine = found.patch.plain()
    hashed = hash_of(lower) if found.below else NOTHING
    return Leaf(layer, file, found.path, place, lower, mine, hashed, hash_of(mine))


def hash_of(value: Any) -> str:
    """The same for equal values, in any order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:24]
