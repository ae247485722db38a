"""A long text with expressions in braces, as letters are: each expression is compiled by itself, and told by its line.

In HTML the braces may hold entities and, by an editor, marks of form; what is put in is escaped there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

from hanok.engine.errors import Message, say
from hanok.engine.expressions.compiler import Path
from hanok.engine.expressions.expression import ANYTHING, Expression
from hanok.engine.expressions.grammar import ExpressionError
from hanok.engine.expressions.kinds import Scope
from hanok.engine.expressions.values import Here, text_of

STRAY = re.compile(r"\{\{|\}\}|\{%|\{#")
TAG = re.compile(r"<[^<>]*>")
BREAK = re.compile(r"<br\b|</(?:p|div|li|tr|h[1-6]|blockquote|pre)>", re.IGNORECASE)
#: Expressions of one text.
MOST = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the line (1 is the first), what stands there, and why it cannot be."""

    line: int
    written: str
    message: Message

    @property
    def told(self) -> Message:
        return say("Line {line}, “{written}”: {message}", line=self.line, written=self.written, message=self.message)


class Passages:
    """A text that was read: `faults` are all that is wrong with it, `reads` the paths that its expressions look at."""

    __slots__ = ("_parts", "faults", "html", "reads")

    def __init__(self, source: str, scope: Scope = ANYTHING, *, html: bool = False) -> None:
        faults: list[Fault] = []
        self.html = html
        self._parts = tuple(_parts(source, scope, html, faults))
        self.faults = tuple(faults)
        self.reads: frozenset[Path] = frozenset(
            path for part in self._parts if isinstance(part, Expression) for path in part.reads
        )

    def fill(self, here: Here) -> str:
        """The text with what its expressions give; what has no value leaves nothing behind, lines stay."""
        return "".join(part if isinstance(part, str) else self._put(part, here) for part in self._parts)

    def _put(self, part: Expression, here: Here) -> str:
        text = text_of(part.value(here))
        return escape(text, quote=False).replace("\n", "<br>") if self.html else text


def _parts(source: str, scope: Scope, html: bool, faults: list[Fault]) -> Iterator[str | Expression]:
    end = 0
    for number, (begin, close) in enumerate(_braces(source)):
        yield _plain(source, end, begin, html, faults)
        inner, end = source[begin + 2 : close], close + 2
        written = unescape(TAG.sub("", inner)).replace("\xa0", " ").strip() if html else inner.strip()
        if number >= MOST:
            faults.append(Fault(_line(source, begin, html), written[:60], say("There are too many variables.")))
            return
        try:
            yield Expression(written, scope)
        except ExpressionError as error:
            faults.append(Fault(_line(source, begin, html), written[:60], error.message))
    yield _plain(source, end, len(source), html, faults)


def _braces(source: str) -> Iterator[tuple[int, int]]:
    """Where braces open and close. What never closes is looked for once, so that a row of braces takes no longer."""
    end = 0
    while (begin := source.find("{{", end)) >= 0 and (close := source.find("}}", begin + 2)) >= 0:
        yield begin, close
        end = close + 2


def _plain(source: str, begin: int, end: int, html: bool, faults: list[Fault]) -> str:
    """What stands between expressions: braces that open and never close, or would begin a statement, are wrong."""
    text = source[begin:end]
    stray = STRAY.search(text)
    if stray:
        at = begin + stray.start()
        shown = TAG.sub("", source[at : at + 40]).strip()
        faults.append(Fault(_line(source, at, html), shown, say("A variable is written as {{{{ name }}}}.")))
    return text


def _line(source: str, at: int, html: bool) -> int:
    before = source[:at]
    return 1 + (len(BREAK.findall(before)) if html else before.count("\n"))
