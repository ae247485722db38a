"""A template: text with `{{ … }}` in it, compiled once and rendered with values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateError, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from hanok.engine.errors import say
from hanok.engine.expressions.functions import FILTERS, FUNCTIONS
from hanok.engine.expressions.grammar import LONGEST, ExpressionError, check


def _environment() -> ImmutableSandboxedEnvironment:
    built = ImmutableSandboxedEnvironment(finalize=lambda value: "" if value is None else value, undefined=Undefined)
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
        except TemplateError as error:
            raise ExpressionError(say("This is not a template: {reason}.", reason=error.message)) from error
        self.names = check(tree)
        self.source = source
        self._compiled = environment.from_string(tree)

    def render(self, values: Mapping[str, Any]) -> str:
        """The text, with runs of spaces made one; values that are missing or empty leave nothing behind."""
        return " ".join(self._compiled.render(values).split())

    def __repr__(self) -> str:
        return f"Template({self.source!r})"
