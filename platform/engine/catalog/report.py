"""Where the compiler writes down what is wrong, and the documents that it reads with their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hanok.engine.catalog.model import Parent
from hanok.engine.errors import Message, Place, Problem, say
from hanok.engine.language import Anchor, Document, unknown

MODULE, FIELD, OPTION_SET = say("module"), say("field"), say("option set")
AREA, ATTRIBUTE, TEMPLATE, TRAIT = say("area"), say("attribute"), say("template"), say("trait")
LINK = say("link to this module")


@dataclass(slots=True)
class Report:
    """Problems and advice of one compilation, in the order in which they were met."""

    problems: list[Problem] = field(default_factory=list)
    advice: list[Problem] = field(default_factory=list)
    #: Keys of modules and option sets that were written but cannot be read, by noun: nobody misses them.
    unreadable: Mapping[str, frozenset[str]] = field(default_factory=dict)
    #: Modules of which something else was reported already: what follows from it is not said again.
    faulty: set[str] = field(default_factory=set)

    def wrong(self, place: Place, message: Message, *, code: str = "reference") -> None:
        self.problems.append(Problem(code, place, message))

    def advise(self, place: Place, message: Message, *, code: str = "advice") -> None:
        self.advice.append(Problem(code, place, message, advice=True))

    def missing(self, place: Place, what: Message, word: str, known: Iterable[str]) -> None:
        """Says that `word` is no `what` (a field, a module …), with the nearest name."""
        if word not in self.unreadable.get(what.text, ()):
            self.wrong(place, unknown(word, known, noun=what))

    def missing_field(self, source: Source, place: Place, word: str, known: Iterable[str]) -> None:
        """The same for a field of this module, unless it was written there and is faulty."""
        if not source.is_lost("fields", word):
            self.missing(place, FIELD, word, known)


@dataclass(frozen=True, slots=True)
class Source:
    """A module's document; `data` is the document's, in the order in which the catalog wants it.

    Of lines, `parent` says where they stand; `base` is where their fields are written, if it is not a document's top.
    """

    key: str
    data: Mapping[str, Any]
    document: Document
    parent: Parent | None = None
    base: tuple[str, ...] = ()

    def place(self, *path: str | int) -> Place:
        """Where what stands at this path was written."""
        if self.base and path[:1] == ("fields",):
            path = ("of", *path[1:])
        return self.document.place((*self.base, *path))

    def anchors(self, name: str) -> dict[str, Anchor]:
        """The neighbours that the items of a top-level map name."""
        if self.base:
            return {}
        return {str(at[1]): anchor for at, anchor in self.document.anchors.items() if at[:-1] == (name,)}

    def is_lost(self, *path: str | int) -> bool:
        """Whether something faulty stood there: nobody should complain that it is missing."""
        if self.base and path[:1] == ("fields",):
            path = ("of", *path[1:])
        return self.document.is_lost((*self.base, *path))
