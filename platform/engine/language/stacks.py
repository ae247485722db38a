"""Sorts the files of all layers into stacks: for each document, what the layers say of it, lowest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from hanok.engine.errors import Message, Problem, say
from hanok.engine.language.checking import check, sound
from hanok.engine.language.keeping import Kept, Parsed, Ref, Work
from hanok.engine.language.kinds import Kind
from hanok.engine.language.layers import Layer
from hanok.engine.language.merging import Laying
from hanok.engine.language.moving import rename
from hanok.engine.language.nodes import Lost, Mark, Node, Path, Source, problem
from hanok.engine.language.ordering import Anchor
from hanok.engine.language.placing import Placing
from hanok.engine.language.reading import Reading, read_text
from hanok.engine.language.renaming import Former, Renaming
from hanok.engine.language.words import clip, did_you_mean, key_fault, unknown

ENGLISH = "en"
FOLDER = say("folder")
FILE = say("file")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one layer says of a document."""

    layer: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Merged:
    """A stack laid together. `root` is None when nothing sound is left."""

    root: Node | None
    problems: tuple[Problem, ...] = ()
    lost: Lost = frozenset()
    anchors: Mapping[Path, Anchor] = field(default_factory=dict)
    former: Former = field(default_factory=dict)


@dataclass(slots=True)
class Stack:
    """One document through all layers."""

    kind: Kind
    key: str
    sheets: list[Sheet] = field(default_factory=list)

    def merge(self, stacks: Stacks) -> Merged:
        """Lays the sheets over each other and checks what each layer makes of it."""
        roots = [sheet.reading.root for sheet in self.sheets]
        lost = {path for sheet in self.sheets for path in sheet.reading.lost}
        if roots[0] is None:
            return Merged(None)
        orphan = self._orphan(roots[0], stacks)
        if orphan:
            return Merged(None, (orphan,))
        lost |= {()} if None in roots else set()
        return self._lay([root for root in roots if root], lost, stacks)

    def bare(self, language: str, below: Node | None = None, renaming: Renaming | None = None) -> Node | None:
        """The sheets laid together, neither checked nor put in order."""
        renaming = renaming or Renaming()
        for sheet in self.sheets:
            if sheet.reading.root:
                below = Laying(self.kind, language, below is None, renaming).lay(below, sheet.reading.root)
        return below

    def named(self, stacks: Stacks) -> tuple[Ref, ...]:
        """The documents that lie below this one because it names them, whether they are there or not."""
        asked = {key for key, _ in self.kind.brings}
        root: Node | None = None
        for sheet in self.sheets:
            said = _only(sheet.reading.root, asked) if asked else None
            if said:
                root = Laying(self.kind, stacks.language, root is None).lay(root, said)
        at = {key: _names(root.child(key)) for key in asked} if root else {}
        return tuple((kind, name) for key, kind in self.kind.brings for name in at.get(key, ()))

    def brought(self, stacks: Stacks) -> list[Stack]:
        """Those of them that are there."""
        return [stacks.found[wanted] for wanted in self.named(stacks) if wanted in stacks.found]

    def _lay(self, roots: Sequence[Node], lost: set[Path], stacks: Stacks) -> Merged:
        problems: dict[tuple[str, str], Problem] = {}
        below: Node | None = None
        renaming = Renaming()
        for stack in self.brought(stacks):
            below = stack.bare(stacks.language, below, renaming)
            lost |= {path for sheet in stack.sheets for path in sheet.reading.lost}
        bundle = self.kind.key in stacks.bundles
        renaming.problems.clear()  # said of the documents that bring them
        placing = Placing(self.kind, bundle=bundle)
        placed = roots[0]
        for root in roots:
            laying = Laying(self.kind, stacks.language, below is None, renaming)
            below = laying.lay(below, root)
            placing = Placing(self.kind, bundle, renaming)
            placed = placing.place(below)
            lost |= laying.lost
            faults = [fault.problem for fault in check(self.kind, placed, root, lost)]
            for found in (*laying.problems, *faults):
                problems.setdefault((found.place.path, str(found.message)), found)
        left, cut = sound(self.kind, placed)
        said = (*problems.values(), *placing.problems, *renaming.problems, *renaming.faults(placed))
        return Merged(left, said, frozenset(lost | cut), placing.anchors, renaming.former(placed))

    def _orphan(self, root: Node, stacks: Stacks) -> Problem | None:
        """A document that has no label, and looks like a patch of another whose name was mistyped."""
        if not self.kind.labelled or root.child("label"):
            return None
        others = [stack.key for stack in stacks.all if stack.kind is self.kind and stack.whole]
        meant = did_you_mean(self.key, others)
        if meant is None:
            return None
        said = say('"{key}" has no label, so it must patch a document of that name in a layer below, and there is '
                   'none; did you mean "{meant}"?', key=clip(self.key), meant=meant)
        return problem("orphan", root.mark, (), said)

    @property
    def whole(self) -> bool:
        root = self.sheets[0].reading.root
        return root is not None and root.child("label") is not None


@dataclass(slots=True)
class Stacks:
    """All stacks, in the order of layers and file names, and what was wrong with the files themselves."""

    found: dict[tuple[str, str], Stack] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    #: By kind, what its documents were called before, and are called now.
    former: dict[str, dict[str, str]] = field(default_factory=dict)
    #: The language of plain labels: the first of `languages` in app.yaml.
    language: str = ENGLISH
    #: The kinds whose documents are brought by those of others.
    bundles: frozenset[str] = frozenset()
    kept: Kept = field(default_factory=Kept)
    #: The files that were read, by layer and by the name that is shown.
    files: dict[Ref, Parsed] = field(default_factory=dict)
    work: Work = field(default_factory=Work)

    @property
    def all(self) -> tuple[Stack, ...]:
        return tuple(self.found.values())

    def settle(self) -> None:
        """Finds out what all stacks together say."""
        self.bundles = frozenset(brought for stack in self.found.values() for _, brought in stack.kind.brings)
        for stack in self.found.values():
            if stack.kind.folder == "" and stack.key == "app":
                said = [_first_language(sheet.reading.root) for sheet in reversed(stack.sheets)]
                self.language = next((language for language in said if language), ENGLISH)

    def add(self, layer: Layer, file: str, kinds: Mapping[str, Kind]) -> None:
        """Reads one file onto its stack."""
        source = Source(layer.name, layer.shown(file))
        kind, key, fault = _what(file, kinds)
        if fault:
            self.problems.append(problem("file", Mark(source), (), fault))
        if kind is None or key is None:
            return
        reading = self._read(layer.files[file], source) if file in layer.files else Reading(None)
        self.problems += reading.problems
        stack = self.found.setdefault((kind.key, key), Stack(kind, key))
        stack.sheets.append(Sheet(layer.name, reading))

    def _read(self, text: str, source: Source) -> Reading:
        place = (source.layer, source.file)
        reading = self.kept.reading(place, text)
        if reading is None:
            self.work.parsed += 1
            reading = read_text(text, source)
        self.files[place] = Parsed(text, reading)
        return reading


def stack_up(layers: Sequence[Layer], kinds: Mapping[str, Kind], kept: Kept | None = None) -> Stacks:
    """Reads every file of every layer, but for those that are kept."""
    stacks = Stacks(kept=kept or Kept())
    for layer in layers:
        stacks.problems += layer.unread
        prefix = len(layer.shown("x")) - 1
        unread = [found.place.file[prefix:] for found in layer.unread]
        for file in sorted({*layer.files, *unread}):
            stacks.add(layer, file, kinds)
    rename(stacks, [layer.name for layer in layers])
    stacks.settle()
    return stacks


def _what(file: str, kinds: Mapping[str, Kind]) -> tuple[Kind | None, str | None, Message | None]:
    """The kind and the key that a file's path means, or what is wrong with the path."""
    folder, _, name = file.rpartition("/")
    stem, _, ending = name.rpartition(".")
    if ending != "yaml":
        return None, None, say('this file is not read: name it "{name}"', name=f"{clip(stem or name)}.yaml")
    if folder == "":
        roots = {kind.key: kind for kind in kinds.values() if kind.folder == ""}
        return (roots[stem], stem, None) if stem in roots else (None, None, _no_file(file, [*roots]))
    kind = next((kind for kind in kinds.values() if kind.folder == folder), None)
    if kind is None:
        return None, None, unknown(folder, [kind.folder for kind in kinds.values() if kind.folder], noun=FOLDER)
    fault = key_fault(stem)
    return (None, None, fault) if fault else (kind, stem, None)


def _no_file(file: str, roots: list[str]) -> Message:
    return unknown(file, [f"{root}.yaml" for root in roots], noun=FILE)


def _only(root: Node | None, keys: Collection[str]) -> Node | None:
    """The document with these keys alone."""
    if root is None or not isinstance(root.value, dict):
        return None
    return root.having({key: child for key, child in root.value.items() if key in keys})


def _names(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    if isinstance(node.value, dict):
        return tuple(node.value)
    return (node.value,) if isinstance(node.value, str) else ()


def _first_language(root: Node | None) -> str:
    languages = root.child("languages") if root else None
    if languages is None:
        return ""
    value = languages.value
    first = next(iter(value), None) if isinstance(value, dict | list) else value
    first = first.value if isinstance(first, Node) else first
    return first if isinstance(first, str) else ""
