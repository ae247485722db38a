"""An expression: one formula without braces, compiled once to a function that gives a typed value."""

from __future__ import annotations

from typing import Any

from hanok.engine.expressions.compiler import Compiler, Path
from hanok.engine.expressions.grammar import read_expression
from hanok.engine.expressions.kinds import Kind, Scope, Unknown
from hanok.engine.expressions.values import Here

#: What goes wrong while an expression that was let through is worked out with values that do not fit.
FAILURES = (TypeError, ValueError, ArithmeticError, AttributeError, LookupError)
ANYTHING = Unknown()


class Expression:
    """Raises ExpressionError when the text is not in the grammar, or certainly cannot work in this scope.

    `kind` is what it gives, `reads` are the paths of names that it looks at, `ticks` says whether it looks at the
    clock. `moments` says whether it may use today, now and me.
    """

    __slots__ = ("_run", "kind", "reads", "source", "ticks")

    kind: Kind
    reads: frozenset[Path]

    def __init__(self, source: str, scope: Scope = ANYTHING, *, moments: bool = True) -> None:
        compiler = Compiler(scope, moments)
        step = compiler.step(read_expression(source))
        self.source = source
        self.kind = step.kind
        self.reads = frozenset(compiler.reads)
        self.ticks = compiler.ticks
        self._run = step.run

    def value(self, here: Here) -> Any:
        """The value: Decimal, Money, text, bool, date, datetime, View, tuple, or None where there is none.

        Empty values and those that do not go together (a text and a number) give None.
        """
        try:
            return self._run(here)
        except FAILURES:
            return None

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"
