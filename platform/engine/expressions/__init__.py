"""Templates and expressions: Jinja2 after our own check of the parsed tree.

Only the node kinds, names, functions and filters of `grammar` are let through, before Jinja compiles anything.
They see frozen views of values, never objects of the engine. A template renders text.
"""

from hanok.engine.expressions.functions import FUNCTIONS, person_name
from hanok.engine.expressions.grammar import ExpressionError
from hanok.engine.expressions.template import Template

__all__ = ["FUNCTIONS", "ExpressionError", "Template", "person_name"]
