"""A small site with people who own companies, and hand-overs among them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine import jobs
from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.catalog import Catalog
from hanok.engine.jobs import Job, Kind, Surroundings, Work, claiming, handing
from hanok.engine.records.handing import drafting
from hanok.engine.records.handing.plan import LEAVER, Part, Plan, plan_of
from hanok.engine.store import Store, new_id
from hanok.engine.store.account_tables import handover_row
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import grant
from tests.builders import SMALL, a_catalog, a_record, a_user
from tests.jobs.conftest import Hiring

MEMBER = """
label: {en: Member, ko: 구성원}
default: {list: owner, view: owner, create: all, edit: owner, delete: none}
"""
GIVER = """
label: {en: Giver, ko: 배정자}
default: {list: all, view: all, create: all, edit: group, delete: none, assign: group}
"""
LOOKER = """
label: {en: Looker, ko: 보는 사람}
default: {list: all, view: all, create: all, edit: all, delete: none, assign: none}
modules: {company: {assign: all}, person: {list: none, view: none, edit: none}}
"""
HALF = """
label: {en: Half, ko: 목록만}
default: {list: all, view: owner, create: all, edit: all, delete: none, assign: all}
modules: {user: {list: all, view: all}}
"""
HELPED = """
label: {en: Desk, ko: 창구}
owners: [owner, second]
fields:
  name:   {type: text, required: true}
  owner:  {type: user}
  second: {type: user}
"""
VISIT = """
label: {en: Visit, ko: 방문}
traits: [owned]
fields:
  name: {type: text, required: true}
  time: {type: period}
views: {calendar: {by: time}}
"""
BADGE = """
label: {en: Badge, ko: 사원증}
owners: [bearer]
fields:
  name:   {type: text, required: true}
  bearer: {type: user, reverse: {key: badge, one: true}}
"""
FILES: Mapping[str, str] = {
    **SMALL, "roles/member.yaml": MEMBER, "roles/giver.yaml": GIVER, "roles/looker.yaml": LOOKER,
    "roles/half.yaml": HALF, "modules/desk.yaml": HELPED, "modules/visit.yaml": VISIT, "modules/badge.yaml": BADGE,
}  # fmt: skip
LEASE = timedelta(seconds=30)


def a_site_catalog() -> Catalog:
    return a_catalog(FILES)


@dataclass
class Office:
    """The site, its people, and the shortest way to a hand-over."""

    where: Surroundings
    hire: Hiring
    catalog: Catalog
    people: dict[str, Actor] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        return self.where.store

    def person(self, name: str, *roles: str) -> Actor:
        """A user with these roles, known to the database too."""
        if name not in self.people:
            made = a_user(self.store, self.catalog, name, *roles)
            with self.store.write() as conn:
                for role in roles:
                    conn.execute(grant.insert().values(holder=made.id, role=role))
            admin = ADMINISTRATOR in roles
            self.people[name] = Actor(made.id, name, made.title, admin=admin, roles=roles)
        return self.people[name]

    def id(self, name: str) -> UUID:
        found = self.person(name).id
        assert found is not None
        return found

    def company(self, owner: str, name: str, **raw: Any) -> UUID:
        return a_record(self.store, self.catalog, "company", name=name, owner=str(self.id(owner)), **raw).id

    def plan(
        self, actor: Actor, *parts: Part, from_: str = "ari", to: str | None = "bo", reason: str = LEAVER, **rest: Any
    ) -> Plan:
        """A draft; all that is hers, where no parts are given."""
        with self.store.write() as conn:
            made = drafting.draw_up(conn, self.catalog, actor, reason=reason, from_id=self.id(from_),
                                    to_id=self.id(to) if to else None)  # fmt: skip
            if not parts and not rest:
                return made
            return drafting.set_parts(conn, self.catalog, actor, made.id, parts or tuple(made.parts.values()), **rest)

    def begin(self, actor: Actor, plan: Plan) -> Plan:
        return self.where.live.write(lambda conn, catalog: handing.begin(conn, catalog, actor, plan.id))

    def run(self) -> None:
        self.hire(handing.KINDS).run_until_idle()

    def hand(self, actor: Actor, *parts: Part, **rest: Any) -> Plan:
        """A whole hand-over, to its end."""
        begun = self.begin(actor, self.plan(actor, *parts, **rest))
        self.run()
        return self.again(actor, begun)

    def undo(self, actor: Actor, plan: Plan) -> Plan:
        self.where.live.write(lambda conn, catalog: handing.begin_undo(conn, catalog, actor, plan.id))
        self.run()
        return self.again(actor, plan)

    def again(self, actor: Actor, plan: Plan) -> Plan:
        with self.store.read() as conn:
            return plan_of(conn, actor, plan.id)

    def job(self, plan: Plan) -> Job:
        assert plan.job is not None
        with self.store.read() as conn:
            return jobs.job_of(conn, plan.job)

    def owners(self, module: str = "company") -> dict[str, str]:
        """Who owns what, by names."""
        names = {one.id: name for name, one in self.people.items()}
        found = self.catalog.module(module)
        table = found.table
        with self.store.read() as conn:
            rows = conn.execute(sa.select(table.c.title, table.c[found.field("owner").columns[""]]))
            return {title: names.get(owner, "") for title, owner in rows}

    def rows(self, plan: Plan) -> list[tuple[str, int]]:
        """How many rows ended how."""
        count = sa.func.count()
        asked = sa.select(handover_row.c.state, count).where(handover_row.c.handover == plan.id)
        with self.store.read() as conn:
            rows = conn.execute(asked.group_by(handover_row.c.state).order_by(handover_row.c.state))
            return [(row[0], row[1]) for row in rows]

    def problems(self, plan: Plan) -> list[str]:
        asked = sa.select(handover_row.c.problem).where(
            handover_row.c.handover == plan.id, handover_row.c.state.in_(("refused", "gone", "kept"))
        )
        with self.store.read() as conn:
            return sorted(problem["text"] for problem in conn.scalars(asked))

    def killed(self, plan: Plan, kind: Kind, *, after: int) -> None:
        """A worker takes the job and dies when it has written so many batches; its lease is over."""
        with self.store.write() as conn:
            (found,) = claiming.claim(conn, new_id(), 1, lease=LEASE, kinds=[kind.key])
        with suppress(Killed):
            kind.run(Dying(found, self.where, lives=after))
        with self.store.write() as conn:
            conn.execute(job.update().where(job.c.id == found.id).values(lease_until=found.created_at))


class Killed(BaseException):
    """The process ends here."""


class Dying(Work):
    """A run whose process is killed after so many writes, in the middle of the next one."""

    def __init__(self, one: Job, where: Surroundings, *, lives: int) -> None:
        super().__init__(one, where, lease=LEASE)
        self.lives = lives

    def write(self, effect: Any, *, checkpoint: Any = None) -> Any:
        def cut(conn: sa.Connection, catalog: Catalog) -> Any:
            found = effect(conn, catalog)
            if not self.lives:
                raise Killed
            return found

        found = super().write(cut, checkpoint=checkpoint)
        self.lives -= 1
        return found
