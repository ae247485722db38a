"""Conditions: one grammar, parsed once, compiled to SQL and to Python.

They bind through the `Scope` protocol, which the catalog implements; they never run SQL and never see a request.
Every test is two-valued: an empty value satisfies `ne`, `not_in`, `not` and `empty`, and nothing else.
"""

from hanok.engine.conditions.operands import Context
from hanok.engine.conditions.parse import ConditionError, Fault, parse
from hanok.engine.conditions.python import holds
from hanok.engine.conditions.sql import to_sql
from hanok.engine.conditions.tree import Every, Node, Not, Scope, Some, Test

__all__ = [
    "ConditionError", "Context", "Every", "Fault", "Node", "Not", "Scope", "Some", "Test", "holds", "parse", "to_sql",
]  # fmt: skip
