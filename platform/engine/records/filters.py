"""Filters of a list that somebody named: hers, and those that were shared with everybody who may see the module.

Their documents have the shape of a module's `saved_filters` (where, sort, columns). Their conditions are a reader's
own, never the metadata's: whoever uses one asks with her own rights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog, Module, ModuleScope
from hanok.engine.catalog.views import SavedFilter
from hanok.engine.conditions import ConditionError, named, parse
from hanok.engine.errors import Denied, Invalid, NotFound, Refused, say
from hanok.engine.fields.text import clean
from hanok.engine.store import new_id
from hanok.engine.store.desk_tables import saved_filter

MOST, LONGEST_NAME = 100, 80
GONE = say("There is no such filter any more, or it is shared no longer.")


@dataclass(frozen=True, slots=True)
class OwnFilter(SavedFilter):
    """A filter of a person. `where` stays empty; `asked` is what it asks with the reader's rights, None for nothing.

    `left_out` counts what it asked or showed that is no longer there, or is nothing for this reader; `wider` says that
    a condition is among that.
    """

    asked: Mapping[str, Any] | None = None
    columns: tuple[str, ...] = ()
    shared: bool = False
    mine: bool = True
    left_out: int = 0
    wider: bool = False


def is_own(key: str) -> bool:
    """Whether this is how the key of a personal filter looks; keys of metadata never do."""
    return _identity(key) is not None


def filters_of(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module) -> tuple[OwnFilter, ...]:
    """Hers and the shared ones, by name."""
    rows = conn.execute(_seen(actor, module.key).order_by(saved_filter.c.name, saved_filter.c.id))
    return tuple(_read(catalog, actor, module, row) for row in rows)


def names_of(conn: sa.Connection, actor: Actor) -> tuple[tuple[str, UUID, str], ...]:
    """Module, id and name of hers and the shared ones, in every module."""
    mine = sa.or_(saved_filter.c.user_id == actor.id, saved_filter.c.shared)
    asked = sa.select(saved_filter.c.module, saved_filter.c.id, saved_filter.c.name).where(mine)
    return tuple((row.module, row.id, row.name) for row in conn.execute(asked.order_by(saved_filter.c.name)))


def with_filter(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, key: str) -> Module:
    """The module with the personal filter of this key among its saved ones, where she has it; nothing else differs."""
    id = _identity(key)
    if id is None or key in module.saved_filters:
        return module
    row = conn.execute(_seen(actor, module.key).where(saved_filter.c.id == id)).one_or_none()
    if row is None:
        return module
    found = {**module.saved_filters, key: _read(catalog, actor, module, row)}
    return replace(module, saved_filters=MappingProxyType(found))


def asked_of(saved: SavedFilter | None) -> Mapping[str, Any] | None:
    """What a personal filter asks with the reader's rights; None for one of metadata."""
    return saved.asked if isinstance(saved, OwnFilter) else None


def columns_of(saved: SavedFilter | None) -> tuple[str, ...]:
    return saved.columns if isinstance(saved, OwnFilter) else ()


def own_filter(conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID) -> OwnFilter:
    """One of her own. Raises NotFound."""
    row = conn.execute(_seen(actor, module.key).where(saved_filter.c.id == id)).one_or_none()
    if row is None or row.user_id != actor.id:
        raise NotFound(GONE)
    return _read(catalog, actor, module, row)


def keep(
    conn: sa.Connection, actor: Actor, module: Module, name: str, document: Mapping[str, Any], *, shared: bool
) -> UUID:
    """Saves a filter under a name. Raises Invalid, Refused where there are too many, Denied to share without right."""
    called, now = _named(name), datetime.now(UTC)
    _may_share(actor, shared=shared)
    own = sa.select(sa.func.count()).where(saved_filter.c.user_id == actor.id, saved_filter.c.module == module.key)
    if (conn.scalar(own) or 0) >= MOST:
        raise Refused(say("You have {most} filters here. Delete one first.", most=MOST))
    id = new_id()
    conn.execute(saved_filter.insert().values(
        id=id, user_id=actor.id, module=module.key, name=called, document=dict(document), shared=shared,
        created=now, changed=now,
    ))  # fmt: skip
    return id


def change(conn: sa.Connection, actor: Actor, module: Module, id: UUID, name: str, *, shared: bool) -> None:
    """Another name, shared or not. Raises NotFound for what is not hers, Invalid, Denied."""
    _may_share(actor, shared=shared)
    values = {"name": _named(name), "shared": shared, "changed": datetime.now(UTC)}
    if not conn.execute(saved_filter.update().where(*_hers(actor, module, id)).values(values)).rowcount:
        raise NotFound(GONE)


def remove(conn: sa.Connection, actor: Actor, module: Module, id: UUID) -> None:
    """Raises NotFound for what is not hers."""
    if not conn.execute(saved_filter.delete().where(*_hers(actor, module, id))).rowcount:
        raise NotFound(GONE)


def _may_share(actor: Actor, *, shared: bool) -> None:
    if shared and not actor.governs:
        raise Denied(say("Only administrators share filters with everybody."))


def _named(name: str) -> str:
    called = clean(name)[: LONGEST_NAME + 1]
    if not called:
        raise Invalid({"name": [say("Give it a name.")]})
    if len(called) > LONGEST_NAME:
        raise Invalid({"name": [say("At most {most} characters.", most=LONGEST_NAME)]})
    return str(called)


def _hers(actor: Actor, module: Module, id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return saved_filter.c.id == id, saved_filter.c.user_id == actor.id, saved_filter.c.module == module.key


def _seen(actor: Actor, module: str) -> sa.Select[Any]:
    mine = sa.or_(saved_filter.c.user_id == actor.id, saved_filter.c.shared)
    return sa.select(saved_filter).where(saved_filter.c.module == module, mine)


def _identity(key: str) -> UUID | None:
    try:
        return UUID(key) if len(key) == 36 else None
    except ValueError:
        return None


def _read(catalog: Catalog, actor: Actor, module: Module, row: Any) -> OwnFilter:
    """The filter as the catalog of today takes it."""
    document = row.document
    parts = _parts(document.get("where") or {})
    asked = [part for part in parts if _holds(catalog, module, part)]
    view = module.views.list
    sort = [key for key in document.get("sort", ()) if _sorts(module, key.removeprefix("-"))]
    columns = [key for key in document.get("columns", ()) if key in (*view.columns, *view.available)]
    said = len(parts) + len(document.get("sort", ())) + len(document.get("columns", ()))
    return OwnFilter(
        str(row.id), {"en": row.name, "ko": row.name}, {}, sort=tuple(sort), columns=tuple(columns),
        asked={"all": asked} if asked else None, shared=row.shared, mine=row.user_id == actor.id,
        left_out=said - len(asked) - len(sort) - len(columns), wider=len(asked) < len(parts),
    )  # fmt: skip


def _parts(where: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The conditions that all hold, each by itself."""
    if list(where) == ["all"]:
        return [part for each in where["all"] for part in _parts(each)]
    return [{key: test} for key, test in where.items()]


def _holds(catalog: Catalog, module: Module, part: Mapping[str, Any]) -> bool:
    """Whether a condition can be asked today, by this reader."""
    try:
        node = parse(part, ModuleScope(module, catalog.every))
    except ConditionError:
        return False
    return not any((each.module, each.key.partition(".")[0]) in catalog.masks for each in named(node))


def _sorts(module: Module, key: str) -> bool:
    return key == "title" or (module.has(key) and module.field(key).type.sortable)
