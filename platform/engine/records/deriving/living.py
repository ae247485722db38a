"""Formulas that are worked out when they are read: they may look at today and at who reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.records.deriving.looking import Looking
from hanok.engine.records.deriving.settling import together
from hanok.engine.records.deriving.working import here, work_out
from hanok.engine.records.query import Record


def with_live(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, found: Iterable[Record]
) -> tuple[Record, ...]:
    """The records with the values of their live formulas, as far as these were asked for; a few statements for all."""
    records = tuple(found)
    steps = [step for step in catalog.derived.live.get(module.key, ()) if records and step.key in records[0].values]
    if not steps:
        return records
    ids = [record.id for record in records]
    looked = Looking(conn, catalog.whole).records(module, ids, together(steps), deleted=True)
    filled = []
    for record in records:
        place = here(catalog, looked[record.id].seen, zone=actor.zone or "", me=actor.id)
        worked = {step.key: work_out(catalog, module, step, place) for step in steps}
        filled.append(replace(record, values={**record.values, **worked}))
    return tuple(filled)
