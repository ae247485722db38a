"""What a function is: its name, what it takes and gives, what it means in words, and an example that a test runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hanok.engine.expressions.kinds import Gives, Kind


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: the names of the kinds that it may be; `written` says that only a plain text may stand there."""

    name: str
    kinds: tuple[str, ...]
    optional: bool = False
    written: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """Called as `name(value, …)` and as a filter, `value | name(…)`: the two are the same.

    An empty argument gives an empty result, unless the function says `empties` and looks at it itself. `many`: the
    last argument may be repeated. `plucks`: the first argument is a list, and `attribute='tax'` takes that value of
    each item. `situated`: `call` gets the `Here` of the expression first. `keeps`: it gives one item of its list.
    `counts`: it only looks at whether there are items.
    """

    name: str
    call: Callable[..., Any]
    takes: tuple[Argument, ...]
    gives: Gives
    meaning: Mapping[str, str]
    example: str
    result: str
    empties: bool = False
    many: bool = False
    plucks: bool = False
    situated: bool = False
    keeps: bool = False
    counts: bool = False

    def kind(self, given: tuple[Kind, ...]) -> Kind:
        return self.gives if isinstance(self.gives, Kind) else self.gives(given)

    @property
    def usage(self) -> str:
        """How it is called: `round(value, places)`, optional arguments in brackets."""
        names = [f"[{one.name}]" if one.optional else one.name for one in self.takes]
        names += ["…"] if self.many else []
        names += ["[attribute='…']"] if self.plucks else []
        return f"{self.name}({', '.join(names)})"


#: Arguments that many functions share.
A_TEXT = Argument("text", ("text", "record"))
A_NUMBER = Argument("number", ("number",))
A_FIGURE = Argument("number", ("number", "money"))
A_DAY = Argument("day", ("date", "datetime"))
A_LIST = Argument("list", ("list",))
A_VALUE = Argument("value", ("any",))
