"""Writes the demo into a site, batch by batch, through the same door as everybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.demo.drafts import Draft, Ref
from hanok.demo.generator import amounts, generate
from hanok.engine import accounts, records
from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live

BATCH = 200
#: How long ago the first record of a demo was made.
HISTORY = timedelta(days=120)
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A record that is there, and when it was made."""

    module: str
    id: UUID
    at: datetime


def load_demo(
    live: Live, *, actor: Actor, count: int, today: date, seed: int = 1, progress: Progress = lambda done, total: None
) -> int:
    """Makes the records for `count` accounts as `actor`, who owns those that no colleague owns; says how many.

    `progress` is told after each batch how many are done, of how many.
    """
    modules = live.catalog.modules
    total = sum(number for module, number in amounts(count).items() if module in modules)
    known: dict[str, Made] = {}
    for batch in _batches(generate(live.catalog, count, seed=seed, today=today)):
        rolled = Random(f"{seed}:{len(known)}")  # noqa: S311  # dates of a demo
        known |= live.write(partial(_write, actor=actor, batch=batch, known=known, rolled=rolled))
        progress(len(known), total)
    live.store.analyze(*(module.table.name for module in modules.values()))
    return len(known)


def _batches(drafts: Iterator[Draft]) -> Iterator[list[Draft]]:
    while batch := list(islice(drafts, BATCH)):
        yield batch


def _write(
    conn: sa.Connection, catalog: Catalog, *, actor: Actor, batch: Sequence[Draft], known: Mapping[str, Made],
    rolled: Random,
) -> dict[str, Made]:  # fmt: skip
    """All records so far by the keys of their drafts. Changes nothing that is given but the dice: it may run again."""
    made = dict(known)
    for draft in batch:
        targets = [made[ref.key] for value in draft.values.values() for ref in _refs(value)]
        raw = {key: _raw(value, made) for key, value in draft.values.items()}
        at = _moment(rolled, max((target.at for target in targets), default=datetime.now(UTC) - HISTORY))
        record = records.create(conn, catalog, actor, draft.module, raw, at=at, despite_duplicates=True)
        for role in draft.roles:
            accounts.grant(conn, record.id, role)
        made[draft.key] = Made(draft.module, record.id, at)
    return made


def _refs(value: Any) -> Sequence[Ref]:
    """The records that a value names."""
    return [value] if isinstance(value, Ref) else value if isinstance(value, tuple) else []


def _raw(value: Any, made: Mapping[str, Made]) -> Any:
    if isinstance(value, tuple):
        return [f"{made[ref.key].module}:{made[ref.key].id}" for ref in value]
    return str(made[value.key].id) if isinstance(value, Ref) else value


def _moment(rolled: Random, after: datetime) -> datetime:
    """A moment between this one and now, sooner rather than later, so that what follows has room."""
    return after + (datetime.now(UTC) - after) * min(rolled.random(), rolled.random())
