"""The roles of a user, a team or a security group: a panel of its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from hanok.engine.access import ADMINISTRATOR, role_labels
from hanok.engine.accounts.grants import USER, Source, roles_of, sources
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message
from hanok.engine.fields import Linked, in_language
from hanok.engine.records import Record
from hanok.screens.access.roles import url_of

KEY = "roles"


@dataclass(frozen=True, slots=True)
class RoleShown:
    """A role of the holder's own, or one that comes from elsewhere."""

    key: str
    label: str
    url: str
    holder: Linked | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Holding:
    """The panel. `offered` are the roles that can be given, `problem` why the last change was refused."""

    record: Record
    url: str
    own: tuple[RoleShown, ...]
    inherited: tuple[RoleShown, ...]
    offered: tuple[tuple[str, str], ...]
    problem: Message | None


def address(record: Record) -> str:
    return f"/admin/holders/{record.module}/{record.id}"


def holding(
    conn: sa.Connection, catalog: Catalog, record: Record, language: str, problem: Message | None = None
) -> Holding:
    """The roles of this record as they are now."""
    labels = {key: in_language(label, language) for key, label in role_labels(catalog).items()}
    own = roles_of(conn, record.id)
    found: Sequence[Source] = sources(conn, catalog, record.id) if record.module == USER else ()
    others = [one for one in found if one.holder.id != record.id]
    left = [key for key in labels if key not in own and (record.module == USER or key != ADMINISTRATOR)]
    return Holding(
        record, address(record), tuple(_shown(key, labels) for key in own),
        tuple(_shown(one.role, labels, one.holder) for one in others), tuple((key, labels[key]) for key in left),
        problem,
    )  # fmt: skip


def _shown(key: str, labels: dict[str, str], holder: Linked | None = None) -> RoleShown:
    return RoleShown(key, labels.get(key, key), url_of(key), holder, key in labels)
