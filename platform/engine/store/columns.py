"""Column types of the system tables, beside those that fields use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine


class JsonText(TypeDecorator[Any]):
    """Plain data as JSON text with sorted keys, so that equal values are equal texts on both databases."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else orjson.loads(value)


class Grams(TypeDecorator[Sequence[str]]):
    """The grams of a record in the order of its text: FTS5's own column on SQLite, `tsvector` on PostgreSQL.

    Write only. A gram holds no white space; PostgreSQL keeps positions up to 16383 and so do we.
    """

    impl = sa.Text
    cache_ok = True
    furthest = 16383

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.TSVECTOR() if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        grams = list(value or ())[: self.furthest]
        if dialect.name != "postgresql":
            return " ".join(grams)
        return " ".join(f"{lexeme(gram)}:{place}" for place, gram in enumerate(grams, 1))


def lexeme(gram: str) -> str:
    """A gram as PostgreSQL's tsvector and tsquery take it, whatever signs it holds."""
    inside = gram.replace("\\", "\\\\").replace("'", "''")
    return f"'{inside}'"
