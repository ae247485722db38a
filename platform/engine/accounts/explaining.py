"""Why somebody may do something to a record, or may not: role by role, with what decides for this record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.access import SYSTEM, Actor
from hanok.engine.access.explaining import Saying, asked, decided, field_sayings, ground, sayings
from hanok.engine.access.levels import SEEING, owners
from hanok.engine.accounts.grants import sources
from hanok.engine.catalog import Catalog, Module
from hanok.engine.catalog.ends import PARENT
from hanok.engine.errors import NotFound
from hanok.engine.fields import Linked
from hanok.engine.records import Record
from hanok.engine.records.sharing import InGroup, in_groups

VIEW = "view"


@dataclass(frozen=True, slots=True)
class Reason:
    """What one role says, from whom the actor has it, and whether it holds for the record."""

    said: Saying
    holders: tuple[Linked, ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One of the rights that the action takes, and what the roles say of it; `field` is "" for the whole record."""

    action: str
    reasons: tuple[Reason, ...]
    allowed: bool
    field: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict and what it follows from.

    `record` is the one that decides: of a line the record that it stands in. `owners` are those whom its fields name as
    owners; `groups` its security groups with how they came to it.
    """

    actor: Actor
    record: Record
    action: str
    rights: tuple[Asked, ...]
    owners: tuple[tuple[str, Linked], ...]
    groups: tuple[InGroup, ...]
    is_deleted: bool

    @property
    def allowed(self) -> bool:
        return self.actor.admin or all(one.allowed for one in self.rights)

    @property
    def shared(self) -> tuple[InGroup, ...]:
        """The record's groups that the actor is in."""
        return tuple(one for one in self.groups if one.group.id in self.actor.groups)


def explain(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: str, id: UUID, action: str, field: str = ""
) -> Explanation:
    """Why the actor may do this to a record, or may not; for administrators to read. Raises NotFound.

    With a `field` (and the action `view` or `edit`): why she may see or change it there.
    """
    found, is_deleted = _found(conn, catalog, module, id)
    known = catalog.module(module)
    if known.parent is not None and not field:
        above = action if action in SEEING else "edit"
        return explain(conn, catalog, actor, known.parent.module, found[PARENT].id, above)
    given = _given(conn, catalog, actor)
    wanted = () if actor.admin else asked(action)
    rights = [_asked(conn, catalog, actor, known, id, sayings(catalog, actor, known.key, each), each, given)
              for each in wanted]  # fmt: skip
    for each in () if actor.admin or not field else (VIEW, action) if action != VIEW else (VIEW,):
        said = field_sayings(catalog, actor, known.key, field, each)
        rights.append(replace(_asked(conn, catalog, actor, known, id, said, each, given), field=field))
    return Explanation(
        actor, found, action, tuple(rights), tuple(_owners(conn, catalog, known, found)),
        in_groups(conn, catalog, known, id), is_deleted,
    )  # fmt: skip


def _found(conn: sa.Connection, catalog: Catalog, module: str, id: UUID) -> tuple[Record, bool]:
    try:
        return records.get(conn, catalog, SYSTEM, module, id), False
    except NotFound:
        return records.get(conn, catalog, SYSTEM, module, id, deleted=True), True


def _given(conn: sa.Connection, catalog: Catalog, actor: Actor) -> dict[str, tuple[Linked, ...]]:
    """From whom the actor has each role."""
    found: dict[str, list[Linked]] = defaultdict(list)
    for one in sources(conn, catalog, actor.id) if actor.id else ():
        found[one.role].append(one.holder)
    return {role: tuple(holders) for role, holders in found.items()}


def _asked(
    conn: sa.Connection, catalog: Catalog, actor: Actor, module: Module, id: UUID, every: Sequence[Saying], action: str,
    given: dict[str, tuple[Linked, ...]],
) -> Asked:  # fmt: skip
    table = module.table.alias()
    if not every:
        return Asked(action, (), allowed=False)
    columns = [ground(catalog, actor, module, said, table).label(f"r{at}")
               for at, said in enumerate(every)]  # fmt: skip
    row = conn.execute(sa.select(*columns).where(table.c.id == id)).one()
    pairs = [(said, bool(holds)) for said, holds in zip(every, row, strict=True)]
    reasons = tuple(Reason(said, given.get(said.role, ()), holds) for said, holds in pairs)
    return Asked(action, reasons, decided(pairs))


def _owners(conn: sa.Connection, catalog: Catalog, module: Module, record: Record) -> list[tuple[str, Linked]]:
    """Whom the record names as owners, with the field."""
    found = []
    for key in owners(module):
        field = module.field(key)
        if field.type.apart:
            ties = records.related(conn, catalog, SYSTEM, record, keys=(key,))[key]
            found += [(key, Linked("user", tie.id, tie.title or "")) for tie in ties]
        elif record[key] is not None:
            found.append((key, record[key]))
    return found


