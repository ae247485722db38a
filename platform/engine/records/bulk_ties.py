"""Ties of many records at once: what is tied to each and what is taken away, and back again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor, may
from hanok.engine.access.seeing import editable
from hanok.engine.catalog import Catalog, Module
from hanok.engine.errors import Denied, Message, NotFound
from hanok.engine.fields import Field
from hanok.engine.records.changing import why_fixed
from hanok.engine.records.query import Record
from hanok.engine.records.related import link, unlink

ADD, REMOVE = "add", "remove"


def tied_by(catalog: Catalog, actor: Actor, module: Module) -> Field | None:
    """The links to many of a module that many records get at once: those that are shown as chips (tags)."""
    for key, found in module.fields.items():
        open_ = all(editable(catalog, actor, module.key, key)) and may(catalog, actor, module.key, "massupdate")
        if found.settings.get("chips") and len(found.members) == 1 and found.massupdated and open_:
            return found
    return None


def tie_each(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, change: Mapping[str, Any],
    records: Mapping[UUID, Record], why_not: Mapping[UUID, Message | None],
) -> dict[UUID, tuple[dict[str, list[str]], Message | None]]:  # fmt: skip
    """Ties and unties what is wanted; by record what became otherwise by it, and why nothing did."""
    ((key, wanted),) = change.items()
    found: dict[UUID, tuple[dict[str, list[str]], Message | None]] = {}
    for id, record in records.items():
        problem = why_not.get(id) or why_fixed(record)
        if problem:
            found[id] = {}, problem
            continue
        try:
            with conn.begin_nested():
                added = _each(conn, catalog, actor, module, id, key, wanted.get(ADD, ()), tie=True)
                gone = _each(conn, catalog, actor, module, id, key, wanted.get(REMOVE, ()), tie=False)
        except (Denied, NotFound) as no:
            found[id] = {}, no.message
        else:
            found[id] = ({ADD: added, REMOVE: gone} if added or gone else {}), None
    return found


def tie_back(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, rows: Mapping[UUID, Mapping[str, Any]]
) -> dict[UUID, Message]:
    """Takes away what was tied and ties what was taken away; why it was not possible, by record."""
    problems: dict[UUID, Message] = {}
    for id, before in rows.items():
        try:
            with conn.begin_nested():
                for key, changed in before.items():
                    _each(conn, catalog, actor, module, id, key, changed.get(ADD, ()), tie=False)
                    _each(conn, catalog, actor, module, id, key, changed.get(REMOVE, ()), tie=True)
        except (Denied, NotFound) as no:
            problems[id] = no.message
    return problems


def _each(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID, key: str, others: Collection[str], *,
    tie: bool,
) -> list[str]:  # fmt: skip
    """Those of the others that were not tied before, or were."""
    do = partial(link, quiet=True) if tie else unlink
    return [other for other in others if do(conn, catalog, actor, module.key, id, key, other)]


def wanted_of(change: Mapping[str, Any]) -> bool:
    """Whether a change ties or unties anything."""
    return any(each.get(ADD) or each.get(REMOVE) for each in change.values() if isinstance(each, Mapping))


__all__: Sequence[str] = ("ADD", "REMOVE", "tie_back", "tie_each", "tied_by", "wanted_of")
