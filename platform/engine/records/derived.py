"""Values that are worked out, at the places where records are written: before the row, and after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import SYSTEM, Actor
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.derived import TITLE
from hanok.engine.fields import Linked
from hanok.engine.records.deriving.changes import Changes
from hanok.engine.records.deriving.looking import BATCH, Looking, batches
from hanok.engine.records.deriving.settling import Settling, hold
from hanok.engine.records.drafts import Draft
from hanok.engine.records.trail import differences

Found = dict[str, set[UUID]]
#: How often the records above are looked for again where somebody moved one of them meanwhile.
ATTEMPTS = 5


def settled(conn: sa.Connection, catalog: Catalog, actor: Actor, draft: Draft) -> Draft:
    """Works out all that follows from a draft that was written; the draft with its own record's new values."""
    settle_drafts(conn, catalog, actor, draft.module, (draft,), quiet=frozenset({draft.id}))
    module = draft.module
    steps = catalog.derived.elsewhere(module.key)
    if not steps:
        return draft
    keys = {step.key for step in steps} | {TITLE}
    raw = Looking(conn, catalog).records(module, [draft.id], {}, also=keys)[draft.id].raw
    fresh = {key: value for key, value in raw.items() if key in keys}
    before = {key: draft.shown.get(key) for key in fresh}
    title = fresh.pop(TITLE)
    fresh = {key: _titled(value, before[key]) for key, value in fresh.items()}
    return replace(
        draft, title=title, own={**draft.own, **fresh}, shown={**draft.shown, **fresh, TITLE: title},
        changes={**draft.changes, **differences(module, before, fresh)},
    )  # fmt: skip


def _titled(value: Any, before: Any) -> Any:
    """A link that did not change keeps the title that it was read with."""
    same = isinstance(value, Linked) and isinstance(before, Linked) and value.id == before.id
    return before if same else value


def settle_drafts(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, drafts: Sequence[Draft], *,
    quiet: frozenset[UUID] = frozenset(),
) -> None:  # fmt: skip
    """Works out all that follows from drafts that were written; of `quiet` records somebody else tells the history."""
    changes, settling = Changes(), Settling(conn, catalog, actor, quiet)
    for draft in drafts:
        changes.note(module, draft.id, draft.changes)
    settling.start(module.key, (draft.id for draft in drafts if draft.action == "created"))
    settling.mark(changes)
    settling.run()


def settle_gone(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, ids: Iterable[UUID]) -> None:
    """Works out all that follows from records that were deleted or restored, themselves too."""
    found = list(ids)
    changes, settling = Changes(), Settling(conn, catalog, actor)
    changes.come_or_gone(catalog, module, found)
    settling.start(module.key, found)
    settling.mark(changes)
    settling.run()


def settle_changes(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID, changes: Mapping[str, Any]
) -> None:
    """Works out all that follows from changes of one record, `[before, after]` as the trail keeps them."""
    noted, settling = Changes(), Settling(conn, catalog, actor)
    noted.note(module, id, changes)
    settling.mark(noted)
    settling.run()


def settle_noted(conn: sa.Connection, catalog: Catalog, actor: Actor, changes: Changes) -> None:
    """Works out all that follows from changes that somebody noted herself."""
    settling = Settling(conn, catalog, actor)
    settling.mark(changes)
    settling.run()


def settle_ties(
    conn: sa.Connection, catalog: Catalog, actor: Actor, tied: Mapping[tuple[str, str], Iterable[UUID]]
) -> None:
    """Works out all that follows from ties that came or went; `tied` are records by their module and its end."""
    changes, settling = Changes(), Settling(conn, catalog, actor)
    for (module, end), ids in tied.items():
        changes.tied(module, end, ids)
    settling.mark(changes)
    settling.run()


def hold_above(
    conn: sa.Connection, catalog: Catalog, module: Module, ids: Iterable[UUID], *values: Mapping[str, Any]
) -> None:
    """Holds the records that these ones are rolled up into, and those above them, before anything is written.

    In one order for all saves, those above first, so that two never wait for each other in a circle; whoever moves a
    record holds those above it, so once they are held they stay the ones. Records that formulas look at are kept
    from changing. `values` are what links will hold besides what they hold now. Only PostgreSQL needs it.
    """
    if conn.dialect.name != "postgresql" or module.key not in catalog.derived.rank:
        return
    start = module, set(ids), values
    wanted = _above(conn, catalog, *start)
    for _ in range(ATTEMPTS):
        savepoint = conn.begin_nested()
        _hold(conn, catalog, *wanted)
        now = _above(conn, catalog, *start)
        if now == wanted:
            savepoint.commit()
            return
        savepoint.rollback()  # lets go of what it held: somebody moved a record while this one waited
        wanted = now
    _hold(conn, catalog, *wanted)


def _hold(conn: sa.Connection, catalog: Catalog, above: Found, looked: Found) -> None:
    rank = catalog.derived.rank
    for target in sorted({*above, *looked}, key=lambda key: (rank.get(key, 0), key)):
        hold(conn, catalog.every[target], above.get(target, ()))
        hold(conn, catalog.every[target], looked.get(target, ()), read=True)


def _above(
    conn: sa.Connection, catalog: Catalog, module: Module, ids: set[UUID], values: Sequence[Mapping[str, Any]]
) -> tuple[Found, Found]:
    """By module, what is to be held: the records above, and those that formulas of all of them look at."""
    derived = catalog.derived
    above: Found = {}
    waiting = [(module.key, ids, values)]
    while waiting:
        key, found, given = waiting.pop()
        for link, target in derived.upward.get(key, ()):
            more = _linked(conn, catalog.every[key], link, found) | _given(given, link, target)
            more -= above.get(target, set())
            if more:
                above.setdefault(target, set()).update(more)
                waiting.append((target, more, ()))
    looked: Found = {}
    for key, found, given in ((module.key, ids, values), *((key, ids, ()) for key, ids in above.items())):
        for link, target in derived.looked.get(key, ()):
            more = _linked(conn, catalog.every[key], link, found) | _given(given, link, target)
            looked.setdefault(target, set()).update(more - above.get(target, set()))
    return above, looked


def _linked(conn: sa.Connection, module: Module, link: str, ids: set[UUID]) -> set[UUID]:
    table, found = module.table, set[UUID]()
    column = table.c[module.field(link).columns[""]]
    for batch in batches(ids):
        found |= {id for id in conn.scalars(sa.select(column).where(table.c.id.in_(batch))) if id is not None}
    return found


def _given(values: Iterable[Mapping[str, Any]], link: str, target: str) -> set[UUID]:
    linked = (one.get(link) for one in values)
    return {value.id for value in linked if isinstance(value, Linked) and value.module == target}


def refill(
    conn: sa.Connection, catalog: Catalog, module: str, *, after: UUID | None = None, size: int = BATCH
) -> UUID | None:
    """Works out the stored formulas, rollups and titles of the next records after this id, and what follows from them.

    Returns the last id done, None when all are. It may be repeated, and modules may be refilled in any order.
    """
    found = catalog.module(module)
    table = found.table
    wanted = sa.select(table.c.id).order_by(table.c.id).limit(size)
    ids = list(conn.scalars(wanted if after is None else wanted.where(table.c.id > after)))
    settling = Settling(conn, catalog, SYSTEM)
    settling.hold(found, ids)
    settling.mark(settling.write(found, ids, list(catalog.derived.stored.get(module, ())), deleted=True))
    settling.run()
    return ids[-1] if len(ids) == size else None
