"""Rollups in SQL: one statement for many records at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import Rollup
from hanok.engine.catalog.ends import rows
from hanok.engine.conditions import Context, to_sql
from hanok.engine.expressions.arithmetic import divide
from hanok.engine.expressions.values import Here
from hanok.engine.fields import Field
from hanok.engine.fields.money import Money

#: Conditions of rollups name nothing that changes by itself.
ANY_TIME = Context(None, datetime(2000, 1, 1, tzinfo=UTC))


def totals(
    conn: sa.Connection, catalog: Catalog, module: Module, rollup: Rollup, ids: Collection[UUID]
) -> dict[UUID, Any]:
    """The rolled up value of each of these records that has any at the end; a count or a sum of nothing is 0."""
    found: dict[UUID, Any] = {}
    for key in rollup.ends:
        for id, value in _of_end(conn, catalog, module, rollup, key, ids).items():
            found[id] = value if id not in found else found[id] + value
    zero = Decimal(0) if rollup.function in ("count", "sum") else None
    return {id: found.get(id, zero) for id in ids}


def _of_end(
    conn: sa.Connection, catalog: Catalog, module: Module, rollup: Rollup, key: str, ids: Collection[UUID]
) -> dict[UUID, Any]:
    end, near = module.ends[key], module.table.alias("near")
    tied = rows(end, catalog.every, near, home=module.key)
    wheres: list[Any] = [near.c.id.in_(list(ids))]
    if key in rollup.where:
        wheres.append(to_sql(rollup.where[key], tied.columns, ANY_TIME))
    field = _field(catalog, module, rollup, key)
    wanted = [sa.func.count().label("n")] if field is None else _wanted(rollup.function, field, tied.columns)
    statement = (
        sa.select(near.c.id.label("near_id"), *wanted)
        .select_from(near.join(tied.source, tied.where))
        .where(*wheres)
        .group_by(near.c.id)
    )
    return {row.near_id: rolled(catalog, rollup.function, field, row) for row in conn.execute(statement)}


def _field(catalog: Catalog, module: Module, rollup: Rollup, key: str) -> Field | None:
    if not rollup.field:
        return None
    end = module.ends[key]
    there = catalog.every[end.module]
    return end.own.get(rollup.field) or there.field(rollup.field)


def _wanted(function: str, field: Field, columns: Any) -> list[Any]:
    """The columns of the answer: a value, and of money its base and how many currencies there are."""
    made: Any = {"sum": sa.func.sum, "avg": sa.func.sum, "min": sa.func.min, "max": sa.func.max}[function]
    value = columns.c[field.columns[""]]
    wanted = [sa.type_coerce(made(value), value.type).label("value"), sa.func.count(value).label("n")]
    if "currency" in field.columns:
        base, currency = columns.c[field.columns["base"]], columns.c[field.columns["currency"]]
        wanted.append(sa.type_coerce(made(base), base.type).label("base"))
        wanted += [sa.func.min(currency).label("currency"), sa.func.max(currency).label("other")]
    return wanted


def rolled(catalog: Catalog, function: str, field: Field | None, row: Any) -> Any:
    """The value that a row of the answer says; without a `field` they were counted."""
    if field is None:
        return Decimal(row.n)
    if row.value is None:
        return Decimal(0) if function == "sum" else None
    value: Any = Decimal(str(row.value)) if isinstance(row.value, int | float) else row.value
    if "currency" in field.columns:
        one = row.currency == row.other
        value = Money(value if one else row.base, row.currency if one else catalog.app.currency, row.base)
    return divide(Here({}, catalog.app.currency), value, Decimal(row.n)) if function == "avg" else value
