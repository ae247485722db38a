"""Reads all layers: every file into a tree, every tree over the ones below it, every result checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from hanok.engine.errors import Message, MetadataError, Place, Problem
from hanok.engine.language.keeping import Kept, Laid, Ref, Work
from hanok.engine.language.kinds import Kind
from hanok.engine.language.layers import Layer
from hanok.engine.language.nodes import Lost, Node, Path, spell
from hanok.engine.language.ordering import Anchor
from hanok.engine.language.renaming import Former
from hanok.engine.language.stacks import Stack, Stacks, stack_up


@dataclass(frozen=True, slots=True)
class Document:
    """One document, merged from all layers that say something of it.

    `data` is valid by the kind's schema and in its long form: maps, lists, text, whole numbers, Decimals, booleans.
    What was faulty was reported and cut out of it (`is_lost`). `anchors` maps the path of an item that was placed by
    `after` or `before` to its neighbour; `layers` names the layers that wrote it, lowest first; `former` says, by the
    path of a map, what its items were called before and are called now.
    """

    kind: str
    key: str
    data: Mapping[str, Any]
    root: Node
    lost: Lost = frozenset()
    anchors: Mapping[Path, Anchor] = field(default_factory=dict)
    layers: tuple[str, ...] = ()
    former: Former = field(default_factory=dict)

    def place(self, path: Sequence[str | int] = ()) -> Place:
        """Where the layer that has the last word wrote what stands at this path (or its nearest parent that exists).

        Points at the value of text, numbers and booleans, at the key of maps and lists.
        """
        found = self.root.nearest(path).shown
        return Place(found.source.file, found.line, found.column, spell(path))

    def key_place(self, path: Sequence[str | int]) -> Place:
        """The same, but points at the key itself."""
        node = self.root.nearest(path)
        found = node.key or node.mark
        return Place(found.source.file, found.line, found.column, spell(path))

    def layer(self, path: Sequence[str | int] = ()) -> str:
        """The name of the layer that wrote what stands at this path (of a map: the one that wrote it first)."""
        return self.root.nearest(path).shown.source.layer

    def is_lost(self, path: Sequence[str | int]) -> bool:
        """Whether this was written but is faulty: nobody should complain that it is not there."""
        asked = tuple(path)
        return any(asked[: len(gone)] == gone for gone in self.lost)

    def problem(self, code: str, path: Sequence[str | int], message: Message, *, advice: bool = False) -> Problem:
        """A problem at a path of this document."""
        return Problem(code, self.place(path), message, advice)


@dataclass(frozen=True, slots=True)
class Documents:
    """All documents of all kinds, and everything that is wrong with them."""

    by_kind: Mapping[str, Mapping[str, Document]]
    problems: tuple[Problem, ...] = ()
    #: Keys of documents of which nothing could be read, by kind.
    broken: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: What documents were called before, and are called now, by kind.
    former: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    #: What a later survey need not do again, and what this one did.
    kept: Kept = field(default_factory=Kept, compare=False, repr=False)
    work: Work = field(default_factory=Work, compare=False)

    def of(self, kind: str) -> Mapping[str, Document]:
        """The documents of a kind by key, in the order of layers and file names."""
        return self.by_kind.get(kind, MappingProxyType({}))

    def known(self, kind: str) -> tuple[str, ...]:
        """All keys of a kind, also of documents that are too broken to be read."""
        return (*self.of(kind), *sorted(self.broken.get(kind, frozenset()) - set(self.of(kind))))

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(found for found in self.problems if not found.advice)

    @property
    def advice(self) -> tuple[Problem, ...]:
        return tuple(found for found in self.problems if found.advice)


def read(layers: Sequence[Layer], kinds: Mapping[str, Kind]) -> Documents:
    """The documents of all layers. Raises MetadataError with everything that is wrong in them."""
    documents = survey(layers, kinds)
    if documents.errors:
        raise MetadataError(documents.errors)
    return documents


def survey(layers: Sequence[Layer], kinds: Mapping[str, Kind], *, kept: Kept | None = None) -> Documents:
    """Like `read`, but never raises: the problems stand in `Documents.problems`, what is sound can be worked with.

    `kept` is that of an earlier survey with the same kinds: documents of which nothing changed are the same objects.
    """
    stacks = stack_up(layers, kinds, kept)
    before = stacks.kept if stacks.kept.serves(stacks, kinds) else Kept()
    problems = list(stacks.problems)
    by_kind: dict[str, dict[str, Document]] = {key: {} for key in kinds}
    broken: dict[str, set[str]] = {key: set() for key in kinds}
    laid: dict[Ref, Laid] = {}
    for stack in stacks.all:
        found = before.laid(stack, stacks) or _laid(stack, stacks, problems)
        if found is None:
            broken[stack.kind.key].add(stack.key)
            continue
        problems += found.problems
        by_kind[stack.kind.key][stack.key] = found.document
        if stack.whole or not stack.kind.labelled:  # else what is said of it depends on the keys of all others
            laid[stack.kind.key, stack.key] = found
    return Documents(
        MappingProxyType({kind: MappingProxyType(found) for kind, found in by_kind.items()}),
        tuple({(str(found.place), str(found.message)): found for found in problems}.values()),
        MappingProxyType({kind: frozenset(found) for kind, found in broken.items()}),
        MappingProxyType(stacks.former),
        Kept(kinds, stacks.language, stacks.bundles, stacks.files, laid), stacks.work,
    )  # fmt: skip


def _laid(stack: Stack, stacks: Stacks, problems: list[Problem]) -> Laid | None:
    """The document made anew; None where nothing of it is sound, and then what is wrong goes to `problems`."""
    stacks.work.merged += 1
    merged = stack.merge(stacks)
    if merged.root is None:
        problems += merged.problems
        return None
    document = Document(
        stack.kind.key, stack.key, MappingProxyType(merged.root.plain()), merged.root, merged.lost,
        MappingProxyType(merged.anchors), tuple(sheet.layer for sheet in stack.sheets), MappingProxyType(merged.former),
    )
    named = stack.named(stacks)
    brought = tuple(sheet for wanted in named if wanted in stacks.found for sheet in stacks.found[wanted].sheets)
    return Laid(tuple(stack.sheets), named, brought, document, merged.problems)


