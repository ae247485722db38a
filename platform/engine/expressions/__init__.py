"""Expressions and templates: one small language for formulas, suggestions, titles and texts.

Jinja reads it; our own check of the parsed tree lets only listed kinds of nodes through, and our own compiler makes a
function of them: exact, bounded at every step, empty where something is empty. They see frozen values, never objects
of the engine, and call only the functions of `functions`. What may be named stands in a `Scope` that others implement.
"""

from hanok.engine.expressions.compiler import Path
from hanok.engine.expressions.expression import Expression
from hanok.engine.expressions.fields import accepts, kind_of, part_names, taken, value_of
from hanok.engine.expressions.functions import FUNCTIONS, person_name
from hanok.engine.expressions.grammar import ExpressionError
from hanok.engine.expressions.kinds import Kind, Scope
from hanok.engine.expressions.template import Template
from hanok.engine.expressions.values import Here, View

__all__ = [
    "FUNCTIONS", "Expression", "ExpressionError", "Here", "Kind", "Path", "Scope", "Template", "View", "accepts",
    "kind_of", "part_names", "person_name", "taken", "value_of",
]  # fmt: skip
