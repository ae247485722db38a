"""A template: text with expressions in braces, compiled once and rendered with values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jinja2 import nodes

from hanok.engine.expressions.compiler import Compiler, Path, Run
from hanok.engine.expressions.expression import ANYTHING, FAILURES
from hanok.engine.expressions.grammar import read_template
from hanok.engine.expressions.kinds import Scope
from hanok.engine.expressions.values import Here, text_of


class Template:
    """Raises ExpressionError when the text is not in the grammar. `names` are the values that it reads.

    `reads` are their whole paths; `moments` says whether it may use today, now and me.
    """

    __slots__ = ("_parts", "names", "reads", "source")

    names: frozenset[str]
    reads: frozenset[Path]

    def __init__(self, source: str, scope: Scope = ANYTHING, *, moments: bool = True) -> None:
        compiler = Compiler(scope, moments)
        self._parts = tuple(_parts(read_template(source), compiler))
        self.source = source
        self.reads = frozenset(compiler.reads)
        self.names = frozenset(path[0] for path in self.reads)

    def render(self, values: Mapping[str, Any] | Here) -> str:
        """The text, with runs of spaces made one; values that are missing or empty leave nothing behind.

        Neither does what cannot be worked out with these values (a text and a number).
        """
        return " ".join("".join(text for text, _ in self.pieces(values)).split())

    def pieces(self, values: Mapping[str, Any] | Here) -> Iterator[tuple[str, bool]]:
        """The text piece by piece, each with whether it is written in the template itself; its spaces as they are."""
        here = values if isinstance(values, Here) else Here(values)
        for part in self._parts:
            yield (part, True) if isinstance(part, str) else (_printed(part, here), False)

    def __repr__(self) -> str:
        return f"Template({self.source!r})"


def _parts(tree: nodes.Template, compiler: Compiler) -> Iterator[str | Run]:
    for output in tree.body:
        for node in output.iter_child_nodes():
            yield node.data if isinstance(node, nodes.TemplateData) else compiler.step(node).run


def _printed(run: Run, here: Here) -> str:
    try:
        return text_of(run(here))
    except FAILURES:
        return ""
