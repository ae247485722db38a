"""How a value is shown: the cells that field types name, each a function from value, field and look to safe HTML.

`Cell.facts` of the type arrive as `look.facts`. Each subject has a file and a tuple. A package registers its own cells
through the same mapping; a name that is registered twice is an error, an unknown one shows the value as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from hanok.engine.errors import HanokError, say
from hanok.engine.fields import Field
from hanok.web.cells.basic import BASIC, money_parts, text
from hanok.web.cells.composite import COMPOSITE
from hanok.web.cells.files import FILES
from hanok.web.cells.look import LIST, RECORD, Draw, Look, address
from hanok.web.cells.marks import MARKS, masked
from hanok.web.cells.rows import ROWS
from hanok.web.cells.times import TIMES
from hanok.web.marks import NOTHING

#: Every cell there is: a new subject is a new file and one more tuple here.
BUILT_IN: tuple[tuple[str, Draw], ...] = (*BASIC, *MARKS, *FILES, *COMPOSITE, *TIMES, *ROWS)

__all__ = [
    "BUILT_IN", "LIST", "RECORD", "Draw", "Look", "address", "bound", "is_empty", "money_parts", "registry", "show",
]  # fmt: skip


def registry(*more: tuple[str, Draw]) -> Mapping[str, Draw]:
    """All cells by name. Raises when a name is taken."""
    found: dict[str, Draw] = {}
    for name, draw in (*BUILT_IN, *more):
        if name in found:
            raise HanokError(say("There are two cells called {name}.", name=name))
        found[name] = draw
    return MappingProxyType(found)


def show(cells: Mapping[str, Draw], value: Any, field: Field, look: Look) -> str:
    """The value as the field's type wants it shown; empty is a dash."""
    return bound(cells, field, look)(value)


def bound(cells: Mapping[str, Draw], field: Field, look: Look) -> Callable[[Any], str]:
    """What shows the values of one field: a column asks its type once, not for every row."""
    asked = field.type.cell(field)
    placed = replace(look, facts=asked.facts, inside=lambda other, value: show(cells, value, other, look))
    draw = cells.get(asked.name, text)
    if field.mask and not look.wide:
        draw = masked
    return lambda value: NOTHING if is_empty(value) else draw(value, field, placed)


def is_empty(value: Any) -> bool:
    """What a screen shows as a dash."""
    return value is None or (not value and (value in ("", ()) or value == []))
