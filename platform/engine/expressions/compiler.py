"""From a checked tree to a function: one small step for each node, with the kind of what it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from jinja2 import nodes

from hanok.engine.errors import say
from hanok.engine.expressions.arithmetic import negate
from hanok.engine.expressions.calls import Call, bind
from hanok.engine.expressions.functions import FUNCTIONS, Function
from hanok.engine.expressions.grammar import ExpressionError
from hanok.engine.expressions.kinds import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    EMPTY,
    NUMBER,
    TEXT,
    Kind,
    Scope,
    Unknown,
    common,
    list_of,
)
from hanok.engine.expressions.operators import BINARY, COMPARISONS, check_comparison, negative, result
from hanok.engine.expressions.values import Here, bounded, look, text_of, truth
from hanok.engine.language import unknown

Run = Callable[[Here], Any]
#: Keys that lead from the record to what is read, in their order: `("account", "industry")`.
Path = tuple[str, ...]
NAME, FUNCTION, PART = say("name"), say("function"), say("field")
#: What changes by itself.
MOMENTS: dict[str, tuple[Kind, Run]] = {
    "today": (DATE, lambda here: here.today), "now": (DATETIME, lambda here: here.now),
    "me": (Kind("record", Unknown()), lambda here: here.me),
}  # fmt: skip
CLOCK = frozenset({"today", "now"})


@dataclass(frozen=True, slots=True)
class Step:
    """What a node became: its kind, the function, and the paths from which a dot would go on."""

    kind: Kind
    run: Run
    origins: frozenset[Path] = frozenset()


@dataclass(slots=True)
class Compiler:
    """Compiles the expressions of one source; `reads` collects every path that they look at.

    `moments` says whether today, now and me may be used, `ticks` comes to say whether one of the first two is.
    """

    scope: Scope
    moments: bool = True
    ticks: bool = False
    reads: set[Path] = field(default_factory=set)

    def step(self, node: nodes.Node) -> Step:
        """The step of any node. Raises ExpressionError for what certainly cannot work."""
        found: Step = getattr(self, f"_{type(node).__name__.lower()}")(node)
        return found

    # -- values ------------------------------------------------------------------------------------------------
    def _const(self, node: nodes.Const) -> Step:
        value = node.value
        if value is None:
            return Step(EMPTY, lambda here: None)
        if isinstance(value, bool):
            return Step(BOOLEAN, lambda here: value)
        if isinstance(value, str):
            return Step(TEXT, lambda here: value)
        exact = Decimal(repr(value))
        return Step(NUMBER, lambda here: exact)

    def _list(self, node: nodes.List | nodes.Tuple) -> Step:
        steps = [self.step(item) for item in node.items]
        item = steps[0].kind if steps else ANY
        for step in steps[1:]:
            item = common(item, step.kind)
        runs = [step.run for step in steps]
        return Step(list_of(item), lambda here: tuple([run(here) for run in runs]))

    _tuple = _list

    def _name(self, node: nodes.Name) -> Step:
        step = self.chain(node)
        self.reads.update(step.origins)
        return step

    def _getattr(self, node: nodes.Getattr) -> Step:
        step = self.chain(node)
        self.reads.update(step.origins)
        return step

    def chain(self, node: nodes.Node) -> Step:
        """A name with dots behind it; only the whole path will be read."""
        if isinstance(node, nodes.Name):
            return self._start(node.name)
        if not isinstance(node, nodes.Getattr):
            return self.step(node)
        base, name = self.chain(node.node), node.attr
        kind, run = self._behind(base.kind, name), base.run
        origins = frozenset((*path, name) for path in base.origins)
        return Step(kind, lambda here: look(run(here), name, here), origins)

    def _start(self, name: str) -> Step:
        special = name in MOMENTS
        kind = None if special and isinstance(self.scope, Unknown) else self.scope.find(name)
        if kind is None and special:
            if not self.moments:
                raise ExpressionError(say("“{name}” changes by itself, so this would not stay true once it is stored; "
                                          "such a formula needs “live: true”.", name=name))  # fmt: skip
            self.ticks |= name in CLOCK
            return Step(*MOMENTS[name])
        if kind is None:
            raise ExpressionError(unknown(name, (*self.scope.names(), *MOMENTS), noun=NAME))
        return Step(kind, lambda here: here.values.get(name), frozenset({(name,)}))

    def _behind(self, kind: Kind, name: str) -> Kind:
        """The kind of what a dot finds."""
        if kind.name == "list":
            told = say("This is a list; take “{name}” of each item, as in: lines | sum(attribute='{name}').", name=name)
            raise ExpressionError(told)
        found = kind.scope.find(name)
        if found is not None:
            return found
        known = tuple(kind.scope.names())
        if not known:
            raise ExpressionError(say("There is nothing behind a dot after {kind}.", kind=kind.noun))
        raise ExpressionError(unknown(name, known, noun=PART))

    # -- operators ---------------------------------------------------------------------------------------------
    def _binary(self, node: nodes.BinExpr) -> Step:
        sign, operation = BINARY[type(node)]
        one, other = self.step(node.left), self.step(node.right)
        kind, left, right = result(sign, one.kind, other.kind), one.run, other.run
        return Step(kind, lambda here: operation(here, left(here), right(here)))

    _add = _sub = _mul = _div = _floordiv = _mod = _binary

    def _neg(self, node: nodes.Neg) -> Step:
        step = self.step(node.node)
        run = step.run
        return Step(negative(step.kind), lambda here: negate(here, run(here)))

    def _pos(self, node: nodes.Pos) -> Step:
        step = self.step(node.node)
        return Step(negative(step.kind), step.run)

    def _concat(self, node: nodes.Concat) -> Step:
        runs = [self.step(item).run for item in node.nodes]
        return Step(TEXT, lambda here: bounded("".join([text_of(run(here)) for run in runs])))

    def _compare(self, node: nodes.Compare) -> Step:
        """`a < b < c` holds when each pair does."""
        first = self.step(node.expr)
        links = [(operand.op, self.step(operand.expr)) for operand in node.ops]
        before, told = first, node.expr
        for (op, step), operand in zip(links, node.ops, strict=True):
            check_comparison(COMPARISONS[op][0], before.kind, step.kind)
            _check_option(before.kind, operand.expr)
            _check_option(step.kind, told)
            before, told = step, operand.expr
        run = first.run
        rest = [(COMPARISONS[op][1], step.run) for op, step in links]

        def holds(here: Here) -> bool:
            left = run(here)
            for operation, other in rest:
                right = other(here)
                if not operation(here, left, right):
                    return False
                left = right
            return True

        return Step(BOOLEAN, holds)

    def _and(self, node: nodes.And) -> Step:
        one, other = self.step(node.left), self.step(node.right)
        left, right = one.run, other.run

        def found(here: Here) -> Any:
            value = left(here)
            return right(here) if truth(value) else value

        return Step(common(one.kind, other.kind), found)

    def _or(self, node: nodes.Or) -> Step:
        one, other = self.step(node.left), self.step(node.right)
        left, right = one.run, other.run

        def found(here: Here) -> Any:
            value = left(here)
            return value if truth(value) else right(here)

        return Step(common(one.kind, other.kind), found, one.origins | other.origins)

    def _not(self, node: nodes.Not) -> Step:
        run = self.step(node.node).run
        return Step(BOOLEAN, lambda here: not truth(run(here)))

    def _condexpr(self, node: nodes.CondExpr) -> Step:
        test, then = self.step(node.test).run, self.step(node.expr1)
        other = self.step(node.expr2) if node.expr2 is not None else Step(EMPTY, lambda here: None)
        one, two = then.run, other.run
        kind = common(then.kind, other.kind)
        return Step(kind, lambda here: one(here) if truth(test(here)) else two(here), then.origins | other.origins)

    # -- functions ---------------------------------------------------------------------------------------------
    def _call(self, node: nodes.Call) -> Step:
        if not isinstance(node.node, nodes.Name):
            raise ExpressionError(say("Only functions can be called."))
        return self._called(node.node.name, node.args, node)

    def _filter(self, node: nodes.Filter) -> Step:
        if node.node is None:
            raise ExpressionError(say("A value is missing before “|”."))
        return self._called(node.name, [node.node, *node.args], node)

    def _called(self, name: str, args: Sequence[nodes.Expr], node: nodes.Call | nodes.Filter) -> Step:
        function = FUNCTIONS.get(name)
        if function is None:
            raise ExpressionError(unknown(name, FUNCTIONS, noun=FUNCTION))
        call = bind(function, args, node)
        steps = [self._argument(function, call, place, arg) for place, arg in enumerate(call.args)]
        kinds = tuple(step.kind for step in steps)
        call.check(kinds)
        origins = steps[0].origins if function.keeps and steps else frozenset()
        return Step(function.kind(kinds), call.runner([step.run for step in steps]), origins)

    def _argument(self, function: Function, call: Call, place: int, node: nodes.Expr) -> Step:
        if place or not (call.attribute or function.counts):
            return self.step(node)
        step = self.chain(node)
        if call.attribute:
            return self._plucked(step, call.attribute)
        counted = step.kind.item is not None and step.kind.item.name == "record"
        self.reads.update((*path, "id") if counted else path for path in step.origins)
        return step

    def _plucked(self, step: Step, attribute: str) -> Step:
        """One value of each item of a list, by a path of its own."""
        if not step.kind.fits(("list",)):
            raise ExpressionError(say("“attribute” is for lists, and this is {kind}.", kind=step.kind.noun))
        kind, names = step.kind.item or ANY, tuple(attribute.split("."))
        for name in names:
            kind = self._behind(kind, name)
        self.reads.update((*path, *names) for path in step.origins)
        run = step.run

        def found(here: Here) -> Any:
            return tuple([_walk(item, names, here) for item in run(here) or ()])

        return Step(list_of(kind), found, frozenset((*path, *names) for path in step.origins))


def _walk(value: Any, names: Path, here: Here) -> Any:
    for name in names:
        value = look(value, name, here)
    return value


def _check_option(kind: Kind, node: nodes.Expr) -> None:
    """Raises ExpressionError where an option is compared with a word that is none of its set."""
    if not kind.keys or not isinstance(node, nodes.Const) or not isinstance(node.value, str):
        return
    if node.value not in kind.keys:
        raise ExpressionError(unknown(node.value, kind.keys, noun=say("option")))
