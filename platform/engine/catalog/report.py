"""Where the compiler writes down what is wrong, and the documents that it reads with their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hanok.engine.errors import Message, Place, Problem
from hanok.engine.language import Document, unknown

Path = Sequence[str | int]


@dataclass(slots=True)
class Report:
    """Problems and advice of one compilation, in the order in which they were met."""

    problems: list[Problem] = field(default_factory=list)
    advice: list[Problem] = field(default_factory=list)

    def wrong(self, place: Place, message: Message, *, code: str = "reference") -> None:
        self.problems.append(Problem(code, place, message))

    def advise(self, place: Place, message: Message, *, code: str = "advice") -> None:
        self.advice.append(Problem(code, place, message, advice=True))

    def missing(self, place: Place, what: str, word: str, known: Iterable[str]) -> None:
        """Says that `word` is no `what` (a field, a module …), with the nearest name."""
        self.wrong(place, unknown(what, word, list(known)))


@dataclass(frozen=True, slots=True)
class Source:
    """A document with what its template and traits bring merged under it; `documents`: its own first, then theirs."""

    key: str
    data: Mapping[str, Any]
    documents: tuple[Document, ...]
    traits: tuple[str, ...] = ()

    def place(self, *path: str | int) -> Place:
        """The place of a path, in the document that says it."""
        for document in self.documents:
            if document.says(path):
                return document.place(path)
        return self.documents[0].place(path)
