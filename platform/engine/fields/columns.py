"""Column types that give the same values on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class RecordId(TypeDecorator[UUID]):
    """A UUID: `uuid` on PostgreSQL, 16 bytes on SQLite (whose own order is then the order of time of UUIDv7)."""

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(sa.LargeBinary(16))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        found = value if isinstance(value, UUID) else UUID(str(value))
        return found if dialect.name == "postgresql" else found.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        if value is None or isinstance(value, UUID):
            return value
        return UUID(bytes=bytes(value))


class Exact(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places: NUMERIC on PostgreSQL, a scaled integer on SQLite.

    SQLite's own NUMERIC is a float. Its integers hold 63 bits, so a value has at most 18 digits in all.
    """

    impl = sa.BigInteger
    cache_ok = True

    def __init__(self, places: int = 2) -> None:
        super().__init__()
        self.places = places

    def __repr__(self) -> str:
        """With the places: another number of places is another column."""
        return f"Exact(places={self.places})"

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Numeric(18, self.places))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        exact = Decimal(value)
        if dialect.name == "postgresql":
            return exact
        scaled = exact.scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{exact} has more than {self.places} places")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        exact = Decimal(value) if dialect.name == "postgresql" else Decimal(int(value)).scaleb(-self.places)
        return exact.quantize(Decimal(1).scaleb(-self.places))


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond: `timestamptz` on PostgreSQL, sortable ISO text on SQLite."""

    impl = sa.String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.String(32))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        moment = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return moment
        return moment.replace(tzinfo=None).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromisoformat(value).replace(tzinfo=UTC)


@cache
def plain_text() -> TypeEngine[str]:
    """Text that sorts by code point on both databases, whatever the locale of the server."""
    return sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


class Scaled(FunctionElement[Any]):
    """An exact number beside one of other places: on SQLite, whose columns hold it scaled, times the second value."""

    inherit_cache = True
    name = "scaled"


@compiles(Scaled)
def _plain(element: Scaled, compiler: Any, **known: Any) -> str:
    number, _ = element.clauses
    return str(compiler.process(number, **known))


@compiles(Scaled, "sqlite")
def _scaled(element: Scaled, compiler: Any, **known: Any) -> str:
    number, times = (compiler.process(each, **known) for each in element.clauses)
    return f"({number} * {times})"


def places_of(type_: Any) -> int:
    """How many places a column's numbers are scaled by."""
    return type_.places if isinstance(type_, Exact) else 0


class DayOf(FunctionElement[date]):
    """The day of a moment in a zone. SQLite asks `day_of_text`, which the store gives its connections."""

    inherit_cache = True
    name = "hanok_day"
    type = sa.Date()


@compiles(DayOf, "postgresql")
def _cast(element: DayOf, compiler: Any, **known: Any) -> str:
    moment, zone = (compiler.process(each, **known) for each in element.clauses)
    return f"CAST(({moment} AT TIME ZONE {zone}) AS DATE)"


@compiles(DayOf, "sqlite")
def _called(element: DayOf, compiler: Any, **known: Any) -> str:
    return f"hanok_day({', '.join(compiler.process(each, **known) for each in element.clauses)})"


def day_of_text(moment: str | None, zone: str) -> str | None:
    """The day, as ISO text, of a moment as SQLite keeps it."""
    if moment is None:
        return None
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date().isoformat()
