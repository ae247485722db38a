"""Random roles, people, teams and groups, and what the roles allow: worked out here by hand, without SQL."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import accounts, records
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.accounts.acting import actor_with
from hanok.engine.catalog import Catalog, ModuleScope
from hanok.engine.conditions import ConditionError, parse
from hanok.engine.store import Store
from hanok.engine.store.tables import grant
from tests.builders import an_administrator

ACTIONS = ("list", "view", "create", "edit", "delete", "import", "export", "massupdate", "assign")
#: What a role says of an action, as often as it stands here; a condition is written where the word is met.
LEVELS = ("all", "all", "group", "group", "group", "owner", "owner", "owner", "none", "none", "condition", "condition")
#: One in so many levels is `deny`, which takes away what all other roles give.
DENIES = 40
#: What an action needs beside its own right.
ALSO = {"export": ("list", "view"), "massupdate": ("edit",)}
#: For these, whoever is tied to a record as one of its owners counts like the owner.
LOOKS = ("list", "view", "export")
Condition = Mapping[str, Any]
Said = str | Condition


@dataclass(frozen=True)
class Role:
    """A role as it is written: levels by action, and by module and action."""

    key: str
    default: Mapping[str, str]
    modules: Mapping[str, Mapping[str, Said]]

    def says(self, module: str, action: str) -> Said:
        return self.modules.get(module, {}).get(action) or self.default.get(action, "none")

    @property
    def file(self) -> tuple[str, str]:
        said = {"label": {"en": self.key}, "default": self.default, "modules": self.modules}
        return f"roles/{self.key}.yaml", json.dumps(said, ensure_ascii=False, indent=1)


@dataclass(frozen=True)
class Drawer:
    """Draws roles. `condition` writes a condition about a module; those that cannot be read are drawn again."""

    drawn: Random
    catalog: Catalog
    condition: Callable[[str], Condition]
    modules: tuple[str, ...]

    def roles(self, count: int) -> dict[str, Role]:
        return {key: self.role(key) for key in (f"role_{number}" for number in range(count))}

    def role(self, key: str) -> Role:
        """A role that looks after some of the modules itself, and lets everybody see all users."""
        default = {action: self.level() for action in ACTIONS if self.drawn.random() < 0.9}
        mine = {module: self.rights(module) for module in self.modules if self.drawn.random() < 0.7}
        return Role(key, default, {**mine, "user": {"list": "all", "view": "all"}})

    def rights(self, module: str) -> Mapping[str, Said]:
        said: dict[str, Said] = {action: self.level("condition") for action in ACTIONS if self.drawn.random() < 0.8}
        return {key: self.readable(module) if level == "condition" else level for key, level in said.items()}

    def level(self, *more: str) -> str:
        if self.drawn.randrange(DENIES) == 0:
            return "deny"
        return self.drawn.choice([level for level in LEVELS if level != "condition" or level in more])

    def readable(self, module: str) -> Condition:
        scope = ModuleScope(self.catalog.every[module], self.catalog.every)
        while True:
            written = self.condition(module)
            try:
                parse(written, scope)
                said = json.dumps(written)
            except (ConditionError, TypeError):
                continue
            if "null" not in said:  # which no document may say
                return written


@dataclass
class People:
    """Users in teams and groups, and the roles that each of these holds; all of it as it was written down."""

    store: Store
    catalog: Catalog
    drawn: Random
    users: list[UUID] = field(default_factory=list)
    team: dict[UUID, UUID | None] = field(default_factory=dict)
    groups: dict[UUID, set[UUID]] = field(default_factory=dict)
    flags: dict[UUID, Mapping[str, bool]] = field(default_factory=dict)
    held: dict[UUID, set[str]] = field(default_factory=dict)

    def settle(self, *, users: int, teams: int, groups: int) -> None:
        """Makes so many of each: a user is in one team or none, and in any of the groups."""
        mine = [self.make("team", name=f"t{number}", key=f"own{number}") for number in range(teams)]
        for number in range(users):
            team = self.drawn.choice([None, *mine])
            user = self.make("user", username=f"p{number}", last_name=f"p{number}", team=team)
            self.users.append(user)
            self.team[user] = team
        for number in range(groups):
            members = self.drawn.sample(self.users, self.drawn.randint(1, max(1, users - 1)))
            flags = {f"from_{via}": self.drawn.random() < 0.7 for via in ("creator", "owner", "parent")}
            group = self.make("security_group", name=f"g{number}", key=f"own{number}", users=members, **flags)
            self.groups[group], self.flags[group] = set(members), flags
        with self.store.write() as conn:  # until they hold other roles: nobody else may be given records
            for user in self.users:
                accounts.grant(conn, user, ADMINISTRATOR)

    def make(self, module: str, **raw: Any) -> UUID:
        with self.store.write() as conn:
            return records.create(conn, self.catalog, an_administrator(), module, raw).id

    def hold(self, roles: Collection[str]) -> None:
        """Gives out roles anew: some to each user, fewer to teams and groups."""
        teams = sorted({team for team in self.team.values() if team})
        with self.store.write() as conn:
            conn.execute(sa.delete(grant))
            for holder, most in [(each, 2) for each in self.users] + [(each, 1) for each in (*teams, *self.groups)]:
                self.held[holder] = set(self.drawn.sample(sorted(roles), self.drawn.randint(0, most)))
                for role in sorted(self.held[holder]):
                    accounts.grant(conn, holder, role)

    def roles_of(self, user: UUID) -> set[str]:
        """Those of the user, of the team, and of the groups."""
        return {role for holder in self.holders(user) for role in self.held.get(holder, ())}

    def holders(self, user: UUID) -> Iterator[UUID]:
        team = self.team[user]
        yield from (user, *([team] if team else []), *self.groups_of(user))

    def groups_of(self, user: UUID) -> set[UUID]:
        return {group for group, members in self.groups.items() if user in members}

    def actor(self, catalog: Catalog, user: UUID) -> Actor:
        """The user as after logging in."""
        with self.store.read() as conn:
            return actor_with(conn, catalog, user)


@dataclass(frozen=True)
class Row:
    """What decides about one record: who owns it, who is tied to it as an owner, and its groups."""

    owner: UUID | None
    tied: Collection[UUID]
    groups: Collection[UUID]


def allowed(
    roles: Sequence[Role], user: UUID, groups: Collection[UUID], module: str, action: str, row: Row,
    holds: Callable[[Condition], bool],
) -> bool:  # fmt: skip
    """The law: the most permissive of several roles wins, but `deny` wins over all."""
    return all(_granted(roles, user, groups, module, each, row, holds) for each in (action, *ALSO.get(action, ())))


def _granted(
    roles: Sequence[Role], user: UUID, groups: Collection[UUID], module: str, action: str, row: Row,
    holds: Callable[[Condition], bool],
) -> bool:  # fmt: skip
    said = [role.says(module, action) for role in roles]
    if "deny" in said:
        return False
    own = row.owner == user or (action in LOOKS and user in row.tied)
    gives = {"all": True, "group": own or bool(set(groups) & set(row.groups)), "owner": own, "none": False}
    return any(gives[each] if isinstance(each, str) else holds(each) for each in said)
