"""One call of a function: its arguments put in their places and checked, and how it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import nodes

from hanok.engine.errors import Message, say
from hanok.engine.expressions.functions import Argument, Function
from hanok.engine.expressions.grammar import ExpressionError
from hanok.engine.expressions.kinds import Kind
from hanok.engine.expressions.values import Here
from hanok.engine.language import KEY, unknown

#: Values that a function with `many` may be given.
MOST = 20
ATTRIBUTE = "attribute"


@dataclass(frozen=True, slots=True)
class Call:
    """A function and the nodes of its arguments; `attribute` is the path that is taken of each item, "" for none."""

    function: Function
    args: tuple[nodes.Expr, ...]
    attribute: str = ""

    def argument(self, place: int) -> Argument:
        return self.function.takes[min(place, len(self.function.takes) - 1)]

    def check(self, kinds: Sequence[Kind]) -> None:
        """Raises ExpressionError for an argument that can never be right."""
        for place, kind in enumerate(kinds):
            wanted = self.argument(place)
            if not kind.fits(wanted.kinds):
                raise self.wrong(say("It cannot take {kind} there.", kind=kind.noun))
            node = self.args[place]
            if wanted.written and not (isinstance(node, nodes.Const) and isinstance(node.value, str)):
                raise self.wrong(say("A plain text in quotes must stand there."))

    def wrong(self, why: Message) -> ExpressionError:
        return wrong_call(self.function, why)

    def runner(self, runs: Sequence[Callable[[Here], Any]]) -> Callable[[Here], Any]:
        """The function that works the call out; an empty argument gives an empty result, unless the function asks."""
        call, empties, situated = self.function.call, self.function.empties, self.function.situated

        def run(here: Here) -> Any:
            values = [one(here) for one in runs]
            if not empties and None in values:
                return None
            return call(here, *values) if situated else call(*values)

        return run


def wrong_call(function: Function, why: Message) -> ExpressionError:
    return ExpressionError(say("“{function}” is called like {usage}. {why}",
                               function=function.name, usage=function.usage, why=why))  # fmt: skip


def bind(function: Function, args: Sequence[nodes.Expr], node: nodes.Call | nodes.Filter) -> Call:
    """The arguments in their places. Raises ExpressionError for too many, too few, and unknown names."""
    if node.dyn_args or node.dyn_kwargs:
        raise wrong_call(function, say("It takes no * and no **."))
    named = {word.key: word.value for word in node.kwargs}
    if len(named) < len(node.kwargs):
        raise wrong_call(function, say("One of its arguments is given twice."))
    attribute = _attribute(function, named.pop(ATTRIBUTE, None))
    placed = list(args)
    for wanted in function.takes[len(placed) :]:
        if wanted.name not in named:
            break
        placed.append(named.pop(wanted.name))
    for word in map(str, named):
        raise wrong_call(function, unknown(word, [one.name for one in function.takes], noun=say("argument")))
    least = sum(not one.optional for one in function.takes)
    most = MOST if function.many else len(function.takes)
    if not least <= len(placed) <= most:
        raise wrong_call(function, say("It is given {count} values.", count=len(placed)))
    return Call(function, tuple(placed), attribute)


def _attribute(function: Function, node: nodes.Expr | None) -> str:
    if node is None:
        return ""
    written = node.value if isinstance(node, nodes.Const) else None
    if not function.plucks or not isinstance(written, str) or not all(map(KEY.fullmatch, written.split("."))):
        raise wrong_call(function, say("“attribute” is the name of a field, in quotes."))
    return written
