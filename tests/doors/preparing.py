"""What is made before a door is tried: a record in the bin, tied, shared, changed, with files, handed over."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from hanok.engine import records
from hanok.engine.errors import say, written
from hanok.engine.jobs import exporting
from hanok.engine.jobs.handing import begin
from hanok.engine.records import history, sharing
from hanok.engine.records.attachments import MADE
from hanok.engine.records.exporting import Wish
from hanok.engine.records.handing import drafting
from hanok.engine.records.handing.plan import BUT, MOVED, Part
from hanok.engine.store import new_id
from hanok.engine.store.automation_tables import run, run_step
from hanok.engine.store.desk_tables import follow
from hanok.engine.store.job_tables import job as jobs
from hanok.engine.store.moments import now
from hanok.engine.store.tables import file
from tests.builders import an_administrator
from tests.doors.world import ADMIN, Target, World


def deleted(world: World, target: Target, person: str) -> Target:
    with world.store.write() as conn:
        records.delete(conn, world.catalog, an_administrator(), target.record.module, target.id)
    return target


def tied(world: World, target: Target, person: str) -> Target:
    with world.store.write() as conn:
        where = (target.record.module, target.id, "people", world.ids["human"])
        records.link(conn, world.catalog, an_administrator(), *where)
    return target


def unshared(world: World, target: Target, person: str) -> Target:
    """The record in another group too, put there by hand, to be taken out of."""
    with world.store.write() as conn:
        sharing.share(conn, world.catalog, an_administrator(), target.record, world.ids["other"])
    return replace(target, row=replace(target.row, groups={world.ids["group"], world.ids["other"]}))


def unfollowed(world: World, target: Target, person: str) -> Target:
    """The record, followed by nobody: not by its owner either."""
    with world.store.write() as conn:
        conn.execute(follow.delete().where(follow.c.record == target.id))
    return target


def with_files(world: World, target: Target, person: str) -> Target:
    return world.with_files(target)


def exported(world: World, target: Target, person: str) -> Target:
    """A file that the owner had made while she was allowed to, with the record in it."""
    module, owner = target.record.module, world.ids["owner"]
    with world.store.write() as conn:
        actor = replace(an_administrator(), id=owner)
        job = exporting.ask(conn, world.catalog, Wish(actor=actor, module=module, language="en"), ".csv")
    held = world.with_files(target)
    assert held.paper
    with world.store.write() as conn:
        made = {"state": MADE, "module": None, "record": None, "field": None, "created_by": owner}
        conn.execute(file.update().where(file.c.id == held.paper.id).values(**made))
        result = {"file": str(held.paper.id)}
        conn.execute(jobs.update().where(jobs.c.id == job).values(state="done", result=result, unique_key=None))
    return replace(held, more={**held.more, "job": job})




def changed(world: World, target: Target, person: str) -> Target:
    """A record with another size and other values of what not everybody sees, and the entry that tells so."""
    target = replace(target, record=world.change(target, {"size": 9, "budget": "cheaper", "margin": "thinner"}))
    return replace(target, more={**target.more, "entry": entry_of(world, target)})


def automated(world: World, target: Target, person: str) -> Target:
    """A record for which a workflow ran that saw, and changed, what not everybody sees."""
    id, module = new_id(), target.record.module
    pairs = {"budget": [None, target.budget], "margin": [None, target.margin], "size": [None, 9]}
    about = {"module": module, "id": str(target.id), "title": target.record.title}
    when = [{"kind": "test", "held": True, "field": key, "module": module, "operator": "eq", "wanted": value,
             "actual": value} for key, (_, value) in pairs.items()]  # fmt: skip
    told = {"record": about, "changes": pairs, "text": target.margin}
    error = written(say("It is {margin}.", margin=target.margin))
    told |= {"error": error, "when": {"kind": "all", "held": True, "nodes": when}}
    cause = {"changes": pairs, "new": False, "by": "", "values": {"margin": target.margin}}
    with world.store.write() as conn:
        moment = now(conn)
        conn.execute(run.insert().values(
            id=id, workflow="trial", hash="", module=module, record=target.id, title=target.record.title,
            state="failed", error=error, trigger="changed", cause=cause, depth=0, watches=False, created_at=moment,
        ))  # fmt: skip
        conn.execute(run_step.insert().values(run=id, number=0, path="do.0", kind="set", state="done", at=moment,
                                              seconds=0, tries=0, key=new_id(), told=told))  # fmt: skip
    return replace(target, more={**target.more, "run": id})


def deleted_and_told(world: World, target: Target, person: str) -> Target:
    target = deleted(world, target, person)
    return replace(target, more={**target.more, "entry": entry_of(world, target)})


def entry_of(world: World, target: Target) -> UUID:
    """The last thing that the trail tells of a record."""
    module = target.record.module
    with world.store.read() as conn:
        return history(conn, world.catalog, an_administrator(), module, target.id, size=1, record=target.record)[0].id


def drafted(world: World, target: Target, person: str) -> Target:
    """A hand-over that whoever comes has drawn up."""
    return _drafted(world, target, world.identity(person) or world.ids["owner"])


def drafted_by_another(world: World, target: Target, person: str) -> Target:
    return _drafted(world, target, world.ids[ADMIN])


def begun_by_another(world: World, target: Target, person: str) -> Target:
    target = _drafted(world, target, world.ids[ADMIN])
    with world.store.write() as conn:
        begin(conn, world.catalog, an_administrator(id=world.ids[ADMIN]), target.more["plan"])
    return target


def _drafted(world: World, target: Target, by: UUID) -> Target:
    """From the owner to somebody who may be given records, of one module that knows owners."""
    author = an_administrator(id=by)
    people = {"from_id": world.ids["owner"], "to_id": world.ids["receiver"]}
    with world.store.write() as conn:
        plan = drafting.draw_up(conn, world.catalog, author, reason=MOVED, **people)
        part = Part("plain", world.ids["receiver"], BUT, closed=False)
        drafting.set_parts(conn, world.catalog, author, plan.id, [part], deactivate=False, team=None)
    return replace(target, more={**target.more, "plan": plan.id})
