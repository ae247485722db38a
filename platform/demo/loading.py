"""Writes the demo into a site, batch by batch, through the same door as everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import islice
from uuid import UUID

import sqlalchemy as sa

from hanok.demo.drafts import Draft, Ref
from hanok.demo.generator import amounts, generate
from hanok.engine import records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live

BATCH = 200
Progress = Callable[[int, int], None]


def load_demo(
    live: Live, *, actor: Actor, count: int, today: date, seed: int = 1, progress: Progress = lambda done, total: None
) -> int:
    """Makes the records for `count` accounts as `actor`, who owns those that no colleague owns; says how many.

    `progress` is told after each batch how many are done, of how many.
    """
    modules = live.catalog.modules
    total = sum(number for module, number in amounts(count).items() if module in modules)
    ids: dict[str, UUID] = {}
    for batch in _batches(generate(live.catalog, count, seed=seed, today=today)):
        ids |= live.write(partial(_write, actor=actor, batch=batch, known=ids))
        progress(len(ids), total)
    return len(ids)


def _batches(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    while batch := list(islice(drafts, BATCH)):
        yield batch


def _write(
    conn: sa.Connection, catalog: Catalog, *, actor: Actor, batch: Sequence[Draft], known: Mapping[str, UUID]
) -> dict[str, UUID]:
    """The ids of all records so far by the keys of their drafts. Changes nothing that is given: it may run again."""
    ids = dict(known)
    for draft in batch:
        raw = {key: str(ids[value.key]) if isinstance(value, Ref) else value for key, value in draft.values.items()}
        ids[draft.key] = records.create(conn, catalog, actor, draft.module, raw).id
    return ids
