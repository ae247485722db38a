"""What an expression may be made of, checked on the tree that Jinja's parser gives, before anything is made of it.

Jinja never compiles it: it folds constants while it compiles, so `{{ 9**(9**9) }}` would hang there, and its sandbox
bounds no time. We take its grammar, and compile the checked tree ourselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TypeVar

from jinja2 import Environment, TemplateError, nodes
from jinja2.parser import Parser

from hanok.engine.errors import Message, say

Tree = TypeVar("Tree", bound=nodes.Node)
#: Signs of a source, nodes of a tree, levels of a tree, digits of a number that is written down.
LONGEST, LARGEST, DEEPEST, DIGITS = 2000, 250, 40, 18
#: Digits of a number with a point: Jinja reads it as a double, which keeps them exactly.
DIGITS_WITH_POINT = 15
#: Categories of signs that no text may hold: controls, and halves of surrogate pairs.
UNSEEN = frozenset({"Cc", "Cs"})
PLACED: frozenset[type[nodes.Node]] = frozenset({nodes.Template, nodes.Output, nodes.TemplateData})
ALLOWED: frozenset[type[nodes.Node]] = frozenset({
    nodes.Name, nodes.Getattr, nodes.Const, nodes.List, nodes.Tuple, nodes.CondExpr, nodes.Compare, nodes.Operand,
    nodes.And, nodes.Or, nodes.Not, nodes.Filter, nodes.Call, nodes.Keyword, nodes.Concat, nodes.Add, nodes.Sub,
    nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Neg, nodes.Pos,
})  # fmt: skip
WRITTEN: dict[type[nodes.Node], str] = {
    nodes.Pow: "**", nodes.Getitem: "[…]", nodes.Slice: "[…:…]", nodes.Dict: "{…}", nodes.Test: "is", nodes.For: "for",
    nodes.If: "{% if %}", nodes.Macro: "macro", nodes.Include: "include", nodes.Import: "import",
    nodes.FromImport: "import", nodes.Extends: "extends", nodes.Block: "block", nodes.CallBlock: "call",
    nodes.FilterBlock: "filter", nodes.Assign: "set", nodes.AssignBlock: "set", nodes.With: "with",
}  # fmt: skip
#: `$me` and `$record` of conditions are `me` and `record` here; what stands in quotes is left alone.
_DOLLAR = re.compile(r"""('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|\$(?=(?:me|record)\b)""")
_JINJA = Environment(autoescape=False)  # noqa: S701  # it parses, and never renders


class ExpressionError(ValueError):
    """The text is no expression that Hanok runs; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def read_expression(source: str) -> nodes.Expr:
    """The checked tree of one expression without braces. Raises ExpressionError."""
    plain = _DOLLAR.sub(lambda found: found[1] or "", _short(source))
    return check(_parsed(lambda: _one_expression(plain), say("This is not an expression: {reason}.").text))


def read_template(source: str) -> nodes.Template:
    """The checked tree of a text with expressions in braces. Raises ExpressionError."""
    return check(_parsed(lambda: _JINJA.parse(_short(source)), say("This is not a template: {reason}.").text))


def _short(source: str) -> str:
    if len(source) > LONGEST:
        raise too_large()
    return source


def _one_expression(source: str) -> nodes.Expr:
    parser = Parser(_JINJA, source, state="variable")
    found = parser.parse_expression()
    if not parser.stream.eos:
        parser.fail("the expression goes on after its end", parser.stream.current.lineno)
    return found


def _parsed(parse: Callable[[], Tree], told: str) -> Tree:
    try:
        return parse()
    except RecursionError:
        raise too_large() from None
    except (TemplateError, ValueError) as error:
        reason = str(getattr(error, "message", "") or "a number is too long").rstrip(".")
        raise ExpressionError(Message(told, {"reason": reason})) from error


def too_large() -> ExpressionError:
    return ExpressionError(say("This expression is too large."))


def check(tree: Tree) -> Tree:
    """The same tree. Raises ExpressionError for what is too large, and for what no expression is made of."""
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    seen = 0
    while waiting:
        node, depth = waiting.pop()
        seen += 1
        if seen > LARGEST or depth > DEEPEST:
            raise too_large()
        _check_node(node)
        waiting += [(child, depth + 1) for child in node.iter_child_nodes()]
    return tree


def _check_node(node: nodes.Node) -> None:
    if type(node) not in ALLOWED | PLACED:
        kind = WRITTEN.get(type(node), type(node).__name__)
        raise ExpressionError(say("“{kind}” is not allowed in an expression.", kind=kind))
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise ExpressionError(say("“{name}” is not a field.", name=node.attr))
    if isinstance(node, nodes.Const):
        _check_number(node.value)
    text = node.data if isinstance(node, nodes.TemplateData) else node.value if isinstance(node, nodes.Const) else ""
    if isinstance(text, str) and any(unicodedata.category(sign) in UNSEEN and not sign.isspace() for sign in text):
        raise ExpressionError(say("This has characters that cannot be shown."))


def _check_number(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    digits = str(value).replace("-", "").replace(".", "").split("e")[0].strip("0") if value - value == 0 else ""
    most = DIGITS if isinstance(value, int) else DIGITS_WITH_POINT
    if value and (not digits or len(digits) > most or not 1e-18 <= abs(value) < 1e18):
        raise ExpressionError(say("A number has at most {most} digits here.", most=most))
