"""Who may be given records: active users whose roles let them see records of the module, and may be given any."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from hanok.engine.access.actor import ADMINISTRATOR, Actor
from hanok.engine.access.levels import owners
from hanok.engine.catalog import Catalog, Module
from hanok.engine.store.tables import grant

USER, GROUP, TEAM = "user", "security_group", "team"


def owner_keys(module: Module) -> tuple[str, ...]:
    """The fields that name the one owner of a record, where somebody else may be named."""
    found = (key for key in owners(module) if module.has(key) and key != "created_by")
    return tuple(key for key in found if module.field(key).targets == (USER,) and "" in module.field(key).columns)


def takes(catalog: Catalog, actor: Actor, module: str) -> bool:
    """The same of the one who acts, by the roles that she has now."""
    said = [role for role in map(catalog.whole.roles.get, actor.roles) if role]
    levels = [role.level(module, "view") for role in said]
    some = any(role.assignable and level not in ("none", "deny") for role, level in zip(said, levels, strict=True))
    return actor.admin or (some and "deny" not in levels)


def assignable(catalog: Catalog, module: str, users: Any) -> ColumnElement[bool]:
    """Which rows of `users` (the module's table, or an alias) may be given records of this module.

    One role that is `assignable` and lets its holder view some of them is enough, if none says `deny`.
    """
    catalog = catalog.whole
    active = users.c[catalog.module(USER).field("active").columns[""]]
    giving = [key for key, role in catalog.roles.items()
              if role.assignable and role.level(module, "view") not in ("none", "deny")]  # fmt: skip
    denying = [key for key, role in catalog.roles.items() if role.level(module, "view") == "deny"]
    given = sa.and_(_holds(catalog, users, giving), sa.not_(_holds(catalog, users, denying))) if denying else (
        _holds(catalog, users, giving))  # fmt: skip
    return sa.and_(users.c.deleted_at.is_(None), active, sa.or_(_holds(catalog, users, [ADMINISTRATOR]), given))


def viewing(catalog: Catalog, module: str, users: Any) -> ColumnElement[bool]:
    """Which rows of `users` may log in and view some records of this module."""
    catalog = catalog.whole
    active = users.c[catalog.module(USER).field("active").columns[""]]
    giving = [key for key, role in catalog.roles.items() if role.level(module, "view") not in ("none", "deny")]
    denying = [key for key, role in catalog.roles.items() if role.level(module, "view") == "deny"]
    given = sa.and_(_holds(catalog, users, giving), sa.not_(_holds(catalog, users, denying)))
    return sa.and_(users.c.deleted_at.is_(None), active, sa.or_(_holds(catalog, users, [ADMINISTRATOR]), given))


def holding_role(catalog: Catalog, users: Any, role: str) -> ColumnElement[bool]:
    """Which rows of `users` have this role."""
    return _holds(catalog, users, [role])


def _holds(catalog: Catalog, users: Any, roles: list[str]) -> ColumnElement[bool]:
    """Whether a user has one of these roles: by herself, by her team or by one of her groups."""
    if not roles:
        return sa.false()
    user, groups = catalog.module(USER), catalog.module(GROUP)
    through = groups.ends["users"].through
    assert through is not None, "the users of a group are tied"
    tie, group, team = through.alias(), groups.table.alias(), catalog.module(TEAM).table.alias()
    mine = users.c[user.field(TEAM).columns[""]]
    own = sa.select(grant.c.holder).where(grant.c.holder == users.c.id, grant.c.role.in_(roles))
    of_team = sa.select(grant.c.holder).join(team, team.c.id == grant.c.holder).where(
        team.c.id == mine, team.c.deleted_at.is_(None), grant.c.role.in_(roles)
    )  # fmt: skip
    of_group = (
        sa.select(grant.c.holder).join(group, group.c.id == grant.c.holder).join(tie, tie.c.left == group.c.id)
        .where(tie.c.right == users.c.id, group.c.deleted_at.is_(None), grant.c.role.in_(roles))
    )  # fmt: skip
    return sa.or_(*(sa.exists(one.correlate(users)) for one in (own, of_team, of_group)))
