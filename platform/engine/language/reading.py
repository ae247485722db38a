"""Turns the text of one file into a tree of nodes, or says why it cannot.

It walks libyaml's events itself, without recursion, so that no file can overflow the stack, and so that duplicate
keys, anchors, aliases and tags are found where they stand. A file whose syntax is broken yields its first error; all
else that is wrong in a file is found in one go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from hanok.engine.errors import Message, Problem, say
from hanok.engine.language.layers import LARGEST, TOO_LARGE
from hanok.engine.language.nodes import Lost, Mark, Node, Path, Source, problem
from hanok.engine.language.scalars import resolve
from hanok.engine.language.syntax import CONTROL, TWO, broken
from hanok.engine.language.words import clip

#: Deeper than this no document of the platform goes.
DEEPEST = 64

ALIAS = say("aliases (*) are not used here; write the value out")
ANCHOR = say("anchors (&) are not used here; write the value out where it is needed")
TAG = say("tags (!) are not used here; remove it, and put text that looks like a number in quotes")
EMPTY = say("the file is empty; write the document or remove the file")
ON = say('no key is called "on": other readers of YAML take it for a boolean')
BRACES = say("a key is a word, not a map or a list; text with {braces} must be in quotes", braces="{{ }}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds. `root` is None when nothing can be used of it; `lost` are paths left out as broken."""

    root: Node | None
    problems: tuple[Problem, ...] = ()
    lost: Lost = frozenset()


def read_text(text: str, source: Source) -> Reading:
    """The tree of one file. Never raises for anything that the text may hold."""
    start = Mark(source)
    if len(text) > LARGEST or len(text.encode("utf-8", "replace")) > LARGEST:
        return Reading(None, (problem("file", start, (), TOO_LARGE),))
    builder = _Builder(source)
    if text.startswith("\ufeff"):
        said = say("the file begins with a byte order mark; save it as UTF-8 without one")
        builder.problems.append(problem("encoding", start, (), said, advice=True))
        text = text[1:]
    try:
        builder.build(text)
    except UnicodeEncodeError:
        return Reading(None, (problem("encoding", start, (), CONTROL),))
    except yaml.YAMLError as error:
        return Reading(None, (broken(error, text.splitlines(), source),))
    return builder.reading()


@dataclass(slots=True)
class _Frame:
    """A map or a list that is still open."""

    value: Any
    mark: Mark
    path: Path
    key: str | None = None
    key_mark: Mark | None = None
    #: What opens now is thrown away when it closes: a key that is no word, or the value of one.
    waste: bool = False


@dataclass(slots=True)
class _Builder:
    source: Source
    root: Node | None = None
    frames: list[_Frame] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lost: set[Path] = field(default_factory=set)

    def build(self, text: str) -> None:
        documents = 0
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self.complain("syntax", self.mark(event), (), TWO)
            elif isinstance(event, yaml.NodeEvent) and documents == 1:
                self.open(event)
            elif isinstance(event, yaml.CollectionEndEvent) and documents == 1:
                self.close()
            if len(self.frames) > DEEPEST:
                self.complain("depth", self.mark(event), (), say("the file is nested deeper than {levels} levels",
                                                           levels=DEEPEST))
                self.root, self.frames = None, []
                self.lost.add(())
                return

    def reading(self) -> Reading:
        lost = frozenset(self.lost)
        if self.root is None:
            if () not in lost:
                self.complain("empty", Mark(self.source), (), EMPTY)
            return Reading(None, tuple(self.problems), lost)
        if not isinstance(self.root.value, dict):
            said = _empty(self.root) or say("a document is a map of keys and values (key: value)")
            self.complain("shape", self.root.mark, (), said)
            return Reading(None, tuple(self.problems), lost)
        return Reading(self.root, tuple(self.problems), lost)

    # -- events --------------------------------------------------------------------------------------------------
    def open(self, event: yaml.NodeEvent) -> None:
        mark = self.mark(event)
        frame = self.frames[-1] if self.frames else None
        as_key = frame is not None and isinstance(frame.value, dict) and frame.key is None
        self.refuse(event, mark)
        if isinstance(event, yaml.ScalarEvent):
            if as_key and frame is not None:
                self.key(frame, event, mark)
            else:
                plain = event.implicit[0] and not event.style
                value = resolve(event.value) if plain else event.value
                self.put(Node(value, mark, text=event.value if plain else ""))
        elif isinstance(event, yaml.AliasEvent):
            self.alias(frame, as_key)
        else:
            if as_key:
                self.complain("key", mark, self.path(), BRACES)
                self.lost.add(self.path())
            opened: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self.frames.append(_Frame(opened, mark, self.path(), waste=as_key))

    def close(self) -> None:
        frame = self.frames.pop()
        if frame.waste and self.frames:
            self.frames[-1].key, self.frames[-1].key_mark = "", None
        else:
            self.put(Node(frame.value, frame.mark))

    def key(self, frame: _Frame, event: yaml.ScalarEvent, mark: Mark) -> None:
        name = event.value
        frame.key, frame.key_mark = name, mark
        path = (*frame.path, name)
        if name == "on":
            self.complain("key", mark, path, ON)
            self.waste(frame, path)
        elif name == "":
            self.complain("key", mark, frame.path, say("a key is missing before this place"))
            self.waste(frame, frame.path)
        elif name in frame.value:
            first = frame.value[name].key
            self.complain("duplicate", mark, path, say('"{key}" is written twice, first in line {line}', key=clip(name),
                                                  line=first.line if first else mark.line))
            frame.key_mark = None
        elif ":" in name and not event.style:
            self.colon(frame, name, mark)

    def colon(self, frame: _Frame, name: str, mark: Mark) -> None:
        """`{a:1}` is one key "a:1" to YAML."""
        if name.split(":", 1)[0].isidentifier():
            said = say('a space is missing after the ":" in "{words}"', words=clip(name))
            self.complain("key", mark, (*frame.path, name), said)
            self.waste(frame, (*frame.path, name.split(":", 1)[0]))

    def alias(self, frame: _Frame | None, as_key: bool) -> None:
        self.lost.add(self.path())
        if frame is None:
            return
        if as_key:
            frame.key, frame.key_mark = "", None
        elif isinstance(frame.value, dict):
            frame.key = None

    def refuse(self, event: yaml.NodeEvent, mark: Mark) -> None:
        if isinstance(event, yaml.AliasEvent):
            self.complain("alias", mark, self.path(), ALIAS)
        elif event.anchor is not None:
            self.complain("anchor", mark, self.path(), ANCHOR)
        if getattr(event, "tag", None) is not None:
            self.complain("tag", mark, self.path(), TAG)

    # -- the tree ------------------------------------------------------------------------------------------------
    def put(self, node: Node) -> None:
        if not self.frames:
            self.root = node
            return
        frame = self.frames[-1]
        if isinstance(frame.value, list):
            frame.value.append(node)
            return
        if frame.key_mark is not None and frame.key is not None:
            frame.value[frame.key] = node.under(frame.key_mark)
        frame.key = frame.key_mark = None

    def waste(self, frame: _Frame, path: Path) -> None:
        """The value of this key is thrown away when it comes."""
        frame.key_mark = None
        self.lost.add(path)

    def path(self) -> Path:
        if not self.frames:
            return ()
        frame = self.frames[-1]
        if isinstance(frame.value, list):
            return (*frame.path, len(frame.value))
        return frame.path if frame.key is None else (*frame.path, frame.key)

    def mark(self, event: yaml.Event) -> Mark:
        found: Any = event.start_mark
        return Mark(self.source, found.line + 1, found.column + 1)

    def complain(self, code: str, mark: Mark, path: Path, message: Message) -> None:
        self.problems.append(problem(code, mark, path, message))


def _empty(root: Node) -> Message | None:
    return EMPTY if root.value is None else None
