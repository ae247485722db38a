"""Records follow their groups: when somebody joins or leaves one, when a group inherits otherwise, when the groups of
a record change from which others inherit.

A job goes through the records that a change may concern, 500 at a time and each batch in a transaction of its own.
When it is done, every record is in exactly the groups that it would inherit from its owner and its parents now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.catalog import Catalog
from hanok.engine.errors import say
from hanok.engine.jobs.job import LIVING, Job
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.outbox import Event, Subscriber
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.work import Later, Work
from hanok.engine.records.following import concerned, follow, heirs_of, sweeps
from hanok.engine.records.sharing import MOVED, heirs
from hanok.engine.records.ways import GROUP, PARENT, USERS
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import group_record

FOLLOW, APPLY, BELOW = "groups.follow", "groups.apply", "groups.below"
#: What of a group decides which records are in it.
DECIDES = frozenset({USERS, "from_owner", "from_parent"})
#: How long writers that began before the change are waited for.
WAIT = timedelta(seconds=1)
#: Records after which the database looks anew at what is in its tables.
MUCH = 5000


@dataclass(frozen=True, slots=True)
class Position:
    """How far a job came: the revision by which it counts, the step, the record behind which it goes on ("" before the
    first), how many records were looked at, how many changed in all and in this round; on PostgreSQL the writers that
    it waits for (0: not asked yet, -1: they are over)."""

    revision: int = 0
    step: int = 0
    after: str = ""
    looked: int = 0
    changed: int = 0
    round: int = 0
    fence: int = 0

    @property
    def last(self) -> UUID | None:
        return UUID(self.after) if self.after else None

    def behind(self, ids: list[UUID], changed: int) -> Position:
        return replace(self, after=str(ids[-1]), looked=self.looked + len(ids), changed=self.changed + changed,
                       round=self.round + changed)  # fmt: skip

    def of(self, catalog: Catalog) -> Position:
        """The same, or the beginning where the steps may be others by now."""
        return self if self.revision == catalog.revision else Position(catalog.revision)

    def next(self, step: int) -> Position:
        return replace(self, step=step, after="", round=0, fence=0)


# -- who asks ------------------------------------------------------------------------------------------------------
def apply(conn: sa.Connection, group: UUID, title: str, actor: Actor) -> UUID:
    """Applies a group to the records that are there already, those that its members made, too; the id of the job."""
    return enqueue(conn, APPLY, {"group": str(group)}, unique=f"{APPLY}:{group}", actor=actor,
                   title=say("Apply the group “{group}” to existing records", group=title))  # fmt: skip


def working_on(conn: sa.Connection, group: UUID) -> Job | None:
    """The work on this group that waits or runs, None where there is none."""
    keys = (f"{APPLY}:{group}", f"{FOLLOW}:{group}")
    row = conn.execute(
        sa.select(job).where(job.c.unique_key.in_(keys), job.c.state.in_(LIVING)).order_by(job.c.id).limit(1)
    ).mappings().first()  # fmt: skip
    return Job.of(dict(row)) if row else None


def _group_changed(conn: sa.Connection, event: Event) -> None:
    if event.module != GROUP or event.record is None:
        return
    told = event.topic in ("record.deleted", "record.restored")
    if told or DECIDES & set(event.payload.get("changes", ())):
        enqueue(conn, FOLLOW, {"group": str(event.record)}, unique=f"{FOLLOW}:{event.record}")


def _record_moved(conn: sa.Connection, event: Event) -> None:
    enqueue(conn, BELOW, event.payload)


SUBSCRIBERS = (Subscriber("record.", _group_changed), Subscriber(MOVED, _record_moved))


# -- one group -----------------------------------------------------------------------------------------------------
def run_follow(work: Work) -> Mapping[str, int]:
    """Every record that the group concerns; how many were looked at, and how many changed."""
    group, creators = UUID(work.payload["group"]), work.job.kind == APPLY
    at = _position(work)
    while True:
        with work.read() as (conn, catalog):
            at, steps = at.of(catalog), sweeps(catalog, creators=creators)
            if at.step >= len(steps):
                return {"records": at.looked, "changed": at.changed}
        sweep = steps[at.step]
        if at.after == "":
            at = _after_writers(work, at)
        with work.read() as (conn, catalog):
            ids = concerned(conn, catalog, sweep, group, after=at.last) if at.of(catalog) is at else []
        if ids:
            at = _settled(work, at, sweep.module, sweep.via, ids, (group,))
        else:
            if at.round >= MUCH:  # the next step reads by what this one wrote
                work.surroundings.store.analyze(group_record.name)
            at = at.next(at.step if sweep.again and at.round else at.step + 1)
        work.progress(at.step, len(steps), say("{count} records looked at", count=at.looked))


# -- what belongs to records ---------------------------------------------------------------------------------------
def run_below(work: Work) -> Mapping[str, int]:
    """The records that inherit from these, by each link that does; those below them are the next job's."""
    above, groups = str(work.payload["module"]), [UUID(each) for each in work.payload["groups"]]
    records = [UUID(each) for each in work.payload["records"]]
    at = _position(work)
    while True:
        with work.read() as (conn, catalog):
            at, links = at.of(catalog), heirs(catalog, above)
            if at.step >= len(links):
                return {"records": at.looked, "changed": at.changed}
        module, link = links[at.step]
        if at.after == "":
            at = _after_writers(work, at)
        with work.read() as (conn, _):
            ids = heirs_of(conn, module, link, above, records, after=at.last)
        at = _settled(work, at, module.key, PARENT, ids, groups, tell=True) if ids else at.next(at.step + 1)
        work.progress(at.looked)


def _settled(
    work: Work, at: Position, module: str, via: str, ids: list[UUID], groups: Any, *, tell: bool = False
) -> Position:
    """Settles a batch and keeps how far that is, in one transaction."""

    def effect(conn: sa.Connection, catalog: Catalog) -> int:
        found = catalog.modules.get(module)
        return follow(conn, catalog, found, ids, via, groups, tell=tell) if found else 0

    guess = at.behind(ids, 1)  # whoever goes on from here does one round too many rather than one too few
    return at.behind(ids, work.write(effect, checkpoint=asdict(guess)))


def _position(work: Work) -> Position:
    return Position(**work.checkpoint) if work.checkpoint else Position()


def _after_writers(work: Work, at: Position) -> Position:
    """Waits for those whose transactions began before this step, and who may not know of the change.

    On SQLite there is one writer at a time, so there are none. Raises Later while some are left.
    """
    with work.read() as (conn, _):
        if at.fence < 0 or conn.dialect.name != "postgresql":
            return replace(at, fence=-1)
        oldest, newest = conn.execute(sa.select(_moment("xmin"), _moment("xmax"))).one()
    if (at.fence or newest) <= oldest:
        return replace(at, fence=-1)
    waiting = replace(at, fence=at.fence or newest)
    work.write(lambda conn, catalog: None, checkpoint=asdict(waiting))
    raise Later(WAIT)


def _moment(end: str) -> sa.ColumnElement[int]:
    """The oldest transaction that still writes, or the first that has not begun, as PostgreSQL counts them."""
    found = getattr(sa.func, f"pg_snapshot_{end}")(sa.func.pg_current_snapshot())
    return sa.cast(sa.cast(found, sa.Text), sa.BigInteger)


KINDS = (
    Kind(FOLLOW, say("Records follow a security group"), run_follow, long=True),
    Kind(APPLY, say("Apply a security group to existing records"), run_follow, long=True, own=True),
    Kind(BELOW, say("Records follow the groups of what they belong to"), run_below),
)
