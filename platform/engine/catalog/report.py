"""Where the compiler writes down what is wrong, and the documents that it reads with their places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hanok.engine.errors import Message, Place, Problem, say
from hanok.engine.language import Document, unknown


@dataclass(slots=True)
class Report:
    """Problems and advice of one compilation, in the order in which they were met."""

    problems: list[Problem] = field(default_factory=list)
    advice: list[Problem] = field(default_factory=list)

    def wrong(self, place: Place, message: Message, *, code: str = "reference") -> None:
        self.problems.append(Problem(code, place, message))

    def advise(self, place: Place, message: Message, *, code: str = "advice") -> None:
        self.advice.append(Problem(code, place, message, advice=True))

    def missing(self, place: Place, what: Message, word: str, known: Iterable[str]) -> None:
        """Says that `word` is no `what` (a field, a module …), with the nearest name."""
        self.wrong(place, unknown(word, known, noun=what))


@dataclass(frozen=True, slots=True)
class Source:
    """A module's document; `data` is the document's, in the order in which the catalog wants it."""

    key: str
    data: Mapping[str, Any]
    document: Document

    def place(self, *path: str | int) -> Place:
        """Where what stands at this path was written."""
        return self.document.place(path)

    def is_lost(self, *path: str | int) -> bool:
        """Whether something faulty stood there: nobody should complain that it is missing."""
        return self.document.is_lost(path)


MODULE, FIELD, OPTION_SET = say("module"), say("field"), say("option set")
AREA, TEMPLATE, TRAIT, LINK = say("area"), say("template"), say("trait"), say("link to this module")
