"""What an expression may be made of, checked on the parsed tree before Jinja compiles it.

Jinja's sandbox guards attributes, not time: it folds constants while compiling, so `{{ 9**(9**9) }}` would hang there.
"""

from __future__ import annotations

import inspect
import unicodedata
from collections.abc import Callable

from jinja2 import nodes

from hanok.engine.errors import Message, say
from hanok.engine.expressions.functions import FILTERS, FUNCTIONS

LONGEST = 2000
LARGEST = 120
DEEPEST = 12
#: Categories of signs that no text may hold: controls, and halves of surrogate pairs.
UNSEEN = frozenset({"Cc", "Cs"})
ALLOWED: frozenset[type[nodes.Node]] = frozenset({
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Const, nodes.CondExpr,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Filter, nodes.Call, nodes.Concat,
    nodes.Add, nodes.Sub,
})  # fmt: skip


class ExpressionError(ValueError):
    """The text is no expression that Hanok runs; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def check(tree: nodes.Template) -> frozenset[str]:
    """The names that the tree reads. Raises ExpressionError for anything outside the grammar."""
    names: set[str] = set()
    called: set[int] = set()
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if seen > LARGEST or depth > DEEPEST:
            raise ExpressionError(say("This expression is too large."))
        _check_node(node, called)
        if isinstance(node, nodes.Name) and id(node) not in called:
            names.add(node.name)
        waiting += [(child, depth + 1) for child in node.iter_child_nodes()]
    return frozenset(names)


def _check_node(node: nodes.Node, called: set[int]) -> None:
    if type(node) not in ALLOWED:
        raise ExpressionError(say("“{kind}” is not allowed in an expression.", kind=type(node).__name__))
    if isinstance(node, nodes.Call):
        if not isinstance(node.node, nodes.Name) or node.node.name not in FUNCTIONS:
            raise ExpressionError(
                say("Only these functions can be called: {known}.", known=", ".join(sorted(FUNCTIONS)))
            )
        _check_arguments(node, FUNCTIONS[node.node.name], node.node.name, len(node.args))
        called.add(id(node.node))
    if isinstance(node, nodes.Filter):
        if node.name not in FILTERS:
            raise ExpressionError(say("Only these filters can be used: {known}.", known=", ".join(sorted(FILTERS))))
        _check_arguments(node, FILTERS[node.name], node.name, 1 + len(node.args))
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise ExpressionError(say("“{name}” is not a field.", name=node.attr))
    text = node.data if isinstance(node, nodes.TemplateData) else node.value if isinstance(node, nodes.Const) else ""
    if isinstance(text, str) and any(unicodedata.category(sign) in UNSEEN and not sign.isspace() for sign in text):
        raise ExpressionError(say("This has characters that cannot be shown."))


def _check_arguments(node: nodes.Call | nodes.Filter, function: Callable[..., object], name: str, count: int) -> None:
    """Counts what is given: a call that cannot work is told here, not to whoever saves a record."""
    wanted = inspect.signature(function).parameters.values()
    least = sum(one.default is one.empty for one in wanted)
    if node.dyn_args or node.dyn_kwargs or not least <= count <= len(wanted):
        raise ExpressionError(say("“{name}” is given too much or too little.", name=name))
