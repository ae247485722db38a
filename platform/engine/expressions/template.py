"""A template: text with `{{ … }}` in it, compiled once and rendered with values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from typing import Any

from jinja2 import TemplateError, Undefined, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hanok.engine.errors import say
from hanok.engine.expressions.functions import FILTERS, FUNCTIONS
from hanok.engine.expressions.grammar import LONGEST, ExpressionError, check

#: What can be printed; anything else (a function, a method, nothing) leaves nothing behind.
PRINTED = (str, int, float, Decimal, date, time)
#: What goes wrong while an expression that was let through is worked out.
FAILURES = (TypeError, ValueError, ArithmeticError, UndefinedError)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox in which a point looks into maps, and at nothing else: no attribute of Python is reached."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return self.undefined(obj=obj, name=attribute)


def _environment() -> ImmutableSandboxedEnvironment:
    built = _Sandbox(finalize=lambda value: value if isinstance(value, PRINTED) else "", undefined=Undefined)
    built.globals.clear()
    built.filters.clear()
    built.tests.clear()
    built.globals.update(FUNCTIONS)
    built.filters.update(FILTERS)
    return built


class Template:
    """Raises ExpressionError when the text is not in the grammar. `names` are the values that it reads."""

    __slots__ = ("_compiled", "names", "source")

    def __init__(self, source: str) -> None:
        if len(source) > LONGEST:
            raise ExpressionError(say("This expression is too large."))
        environment = _environment()
        try:
            tree = environment.parse(source)
        except RecursionError:
            raise ExpressionError(say("This expression is too large.")) from None
        except TemplateError as error:
            raise ExpressionError(say("This is not a template: {reason}.", reason=error.message)) from error
        self.names = check(tree)
        self.source = source
        self._compiled = environment.from_string(tree)
        self._try()

    def render(self, values: Mapping[str, Any]) -> str:
        """The text, with runs of spaces made one; values that are missing or empty leave nothing behind.

        What cannot be worked out with these values (text plus nothing) is an empty text.
        """
        try:
            return " ".join(self._compiled.render(values).split())
        except FAILURES:
            return ""

    def _try(self) -> None:
        """Raises ExpressionError for what fails even when every value is a text."""
        try:
            self._compiled.render(dict.fromkeys(self.names, ""))
        except FAILURES as error:
            raise ExpressionError(say("This expression cannot be worked out: {reason}.", reason=str(error))) from error

    def __repr__(self) -> str:
        return f"Template({self.source!r})"
