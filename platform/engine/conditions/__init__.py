"""Conditions: one grammar, parsed once, compiled to SQL, to Python and to a small tree for browsers.

They bind through the `Scope` protocol, which the catalog implements; they never run SQL and never see a request.
Every test is two-valued: an empty value satisfies `ne`, `not_in`, `not_contains`, `outside`, `not` and `empty`, and
nothing else. Only a browser may answer "unknown": it then leaves things as the server drew them.
"""

from hanok.engine.conditions.browser import to_browser
from hanok.engine.conditions.operands import Context
from hanok.engine.conditions.parse import ConditionError, Fault, parse
from hanok.engine.conditions.python import holds
from hanok.engine.conditions.sql import to_sql
from hanok.engine.conditions.tree import End, Every, Node, Not, Scope, Some, Test, named

__all__ = [
    "ConditionError", "Context", "End", "Every", "Fault", "Node", "Not", "Scope", "Some", "Test", "holds", "named",
    "parse", "to_browser", "to_sql",
]  # fmt: skip
