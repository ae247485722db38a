"""A column that keeps several texts, so that a value is found by any of them: every address of a list, a name both
ways round.

Each text stands on a line of its own, with a line break on both of its sides. Texts are folded and have no breaks in
themselves, so a pattern finds whole ones, beginnings and ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.fields.operators import OPERATORS, Operator, has

BREAK = "\n"


def lines(texts: Iterable[str]) -> str:
    """The texts as the column keeps them, each once; it sorts by the first."""
    return BREAK + "".join(text + BREAK for text in dict.fromkeys(texts))


def _whole(text: str) -> str:
    return BREAK + text + BREAK


def _has(column: Any, pieces: Iterable[str]) -> ColumnElement[bool]:
    return sa.or_(sa.false(), *(has(column, piece) for piece in pieces))


def _one(key: str, piece: Callable[[str], str], opposite: bool = False) -> Operator:
    """An operator that looks for one piece of text."""
    if opposite:
        return replace(
            OPERATORS[key],
            sql=lambda c, v: sa.or_(c.is_(None), sa.not_(_has(c, [piece(v)]))),
            test=lambda a, b: a is None or piece(b) not in a,
        )
    return replace(
        OPERATORS[key],
        sql=lambda c, v: sa.and_(c.is_not(None), _has(c, [piece(v)])),
        test=lambda a, b: a is not None and piece(b) in a,
    )


#: What differs from the operators of a plain text.
OF_ALTERNATIVES: Mapping[str, Operator] = {
    "eq": _one("eq", _whole),
    "ne": _one("ne", _whole, opposite=True),
    "starts_with": _one("starts_with", lambda text: BREAK + text),
    "ends_with": _one("ends_with", lambda text: text + BREAK),
    "in": replace(
        OPERATORS["in"],
        sql=lambda c, v: sa.and_(c.is_not(None), _has(c, map(_whole, v))),
        test=lambda a, b: a is not None and any(_whole(text) in a for text in b),
    ),
    "not_in": replace(
        OPERATORS["not_in"],
        sql=lambda c, v: sa.or_(c.is_(None), sa.not_(_has(c, map(_whole, v)))),
        test=lambda a, b: a is None or not any(_whole(text) in a for text in b),
    ),
}


def operator(key: str) -> Operator:
    """What an operator means for such a column."""
    return OF_ALTERNATIVES.get(key) or OPERATORS[key]
