"""Many records of one module at a time: a few statements for all of them, what each single save would do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, predicate
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Conflict
from hanok.engine.fields import Linked, Tie
from hanok.engine.records.around import Around
from hanok.engine.records.attachments import Files, named, settle, stored
from hanok.engine.records.derived import hold_above, settle_drafts
from hanok.engine.records.drafts import Draft, check_created
from hanok.engine.records.guarding import ACTIVE, EMAIL, keep_address, keep_administrators
from hanok.engine.records.index import entry_of
from hanok.engine.records.sharing import inherit, inherit_anew
from hanok.engine.records.trail import both_ends, trace, trace_end
from hanok.engine.records.values import Bound, Group, Loading, compared_groups, unique_columns
from hanok.engine.store import search as index
from hanok.engine.store.holding import held
from hanok.engine.store.tables import audit, outbox


class Looked:
    """A `Lookup` for many loaded records: one statement for each module linked to and each unique group."""

    def __init__(
        self, conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, loadings: Sequence[Loading]
    ) -> None:
        self.titles = _titles(conn, catalog, actor, loadings)
        rule = predicate(catalog, actor, module, "view", module.table)
        self.known = stored(conn, (id for loading in loadings for id in named(module, loading.values)))
        self.holders = {group: _holders(conn, module, group, loadings, rule) for group in compared_groups(module)}
        self.around = Around(conn, catalog)

    def title(self, target: str, id: UUID) -> str | None:
        return self.titles.get((target, id))

    def files(self, ids: Iterable[UUID]) -> Files:
        return self.known

    def holder(self, group: Group, wanted: Bound, but: UUID | None) -> str | None:
        return next((title for id, title in self.holders[group].get(wanted, ()) if id != but), None)


def _titles(
    conn: sa.Connection, catalog: Catalog, actor: Actor, loadings: Iterable[Loading]
) -> dict[tuple[str, UUID], str]:
    asked: dict[str, set[UUID]] = defaultdict(set)
    for loading in loadings:
        for key, value in loading.values.items():
            found_field = loading.module.field(key)
            for tie in value if found_field.members and value else ():
                if isinstance(tie, Tie):
                    asked[tie.module or found_field.members[0]].add(tie.id)
            targets = found_field.targets
            if targets and value is not None:
                linked = isinstance(value, Linked)
                asked[value.module if linked else targets[0]].add(value.id if linked else value)
    found: dict[tuple[str, UUID], str] = {}
    for target, ids in asked.items():
        table = catalog.every[target].table.alias()
        rule = predicate(catalog, actor, catalog.every[target], "view", table)
        wanted = sa.select(table.c.id, table.c.title).where(table.c.id.in_(ids), table.c.deleted_at.is_(None), rule)
        found |= {(target, row.id): row.title for row in conn.execute(held(conn, wanted, table))}
    return found


def _holders(
    conn: sa.Connection, module: Module, group: Group, loadings: Iterable[Loading], rule: sa.ColumnElement[bool]
) -> dict[Bound, list[tuple[UUID, str]]]:
    """Who holds these values; the title is "" where `rule`, what the actor may view, does not hold."""
    wanted = {bound for loading in loadings if (bound := loading.wanted(group)) is not None}
    columns, table = unique_columns(module, group), module.table
    found: dict[Bound, list[tuple[UUID, str]]] = defaultdict(list)
    if wanted:
        title = sa.case((rule, table.c.title), else_="").label("shown_title")
        held = sa.select(table.c.id, title, *columns).where(among(columns, wanted))
        for row in conn.execute(held.where(table.c.deleted_at.is_(None))):
            found[tuple(row[2:])].append((row.id, row.shown_title))
    return found


def among(columns: Sequence[sa.Column[Any]], rows: Iterable[Bound]) -> sa.ColumnElement[bool]:
    """The rows whose columns hold one of these combinations."""
    if len(columns) == 1:
        return columns[0].in_([row[0] for row in rows])
    found: sa.ColumnElement[bool] = sa.tuple_(*columns, types=[column.type for column in columns]).in_(list(rows))
    return found


def write_many(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, drafts: Sequence[Draft]) -> None:
    """Writes drafts whose values were checked: rows, audit, outbox, search entries, and whose their files are.

    Changes come before new records, so a unique value that one gives up is free for another. Raises Conflict when a
    record was changed since, `sqlalchemy.exc.IntegrityError` when two equal values met.
    """
    changed = [draft for draft in drafts if draft.action == "changed"]
    created = [draft for draft in drafts if draft.action == "created"]
    table = module.table
    hold_above(conn, catalog, module, [draft.id for draft in changed], *(draft.own for draft in drafts))
    keep_address(conn, actor, module, [draft.id for draft in changed if EMAIL in draft.changes])
    for names, alike in groupby(changed, lambda draft: frozenset(draft.row)):
        _update(conn, table, sorted(names), list(alike))
    gone = [draft.id for draft in changed if ACTIVE in draft.changes]
    keep_administrators(conn, catalog, module, gone, field=ACTIVE)
    if created:
        conn.execute(sa.insert(table), [dict(draft.row) for draft in created])
        inherit(conn, catalog, module, [draft.id for draft in created])
    for names, alike in groupby(changed, lambda draft: frozenset(draft.changes)):
        inherit_anew(conn, catalog, module, [draft.id for draft in alike], names)
    traces = [
        trace(catalog, actor, module, draft.id, draft.action, draft.changes, at=draft.at, version=draft.version)
        for draft in drafts
    ]
    traces += [told for draft in drafts for told in _ends_of(catalog, actor, module, draft)]
    if traces:
        conn.execute(audit.insert(), [kept for kept, _ in traces])
        conn.execute(outbox.insert(), [event for _, event in traces])
    for some, known in ((changed, True), (created, False)):
        if module.parent is not None:
            break  # lines are found by the record that they stand in
        entries = [entry_of(module, draft.id, draft.title, draft.own) for draft in some]
        index.put_many(conn, module=module.key, entries=entries, known=known)
    for draft in drafts:
        settle(conn, actor, module, draft.id, draft.own, draft.changes)
    settle_drafts(conn, catalog, actor, module, drafts)
    check_created(conn, catalog, actor, drafts)


def _ends_of(
    catalog: Catalog, actor: Actor, module: Module, draft: Draft
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """What the records at the other ends of changed links are told."""
    here = Linked(module.key, draft.id, draft.title)
    for key, pair in draft.changes.items():
        for there, end, action in both_ends(catalog, module, key, pair):
            yield trace_end(catalog, actor, there, end, here, action, at=draft.at)


def _update(conn: sa.Connection, table: sa.Table, names: Sequence[str], drafts: Sequence[Draft]) -> None:
    """One statement for records of which the same columns change. On PostgreSQL the caller holds their rows."""
    values = {name: sa.bindparam(f"v{place}", type_=table.c[name].type) for place, name in enumerate(names)}
    statement = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("b_id"), table.c.version == sa.bindparam("b_version"))
        .values({table.c[name]: value for name, value in values.items()})
    )
    rows = [
        {"b_id": draft.id, "b_version": draft.version - 1}
        | {f"v{place}": draft.row[name] for place, name in enumerate(names)}
        for draft in drafts
    ]
    done = conn.execute(statement, rows).rowcount
    if done not in (-1, len(drafts)):
        raise Conflict(drafts[0].version - 1)
