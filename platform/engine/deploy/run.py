"""Carrying out a plan: Prepare, Switch, Finish."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import sqlalchemy as sa

from hanok.engine.automation.triggers.keeping import keep
from hanok.engine.deploy.conflicts import decisions_for
from hanok.engine.deploy.finish import REFRESHES, Refresh, finish_alone
from hanok.engine.deploy.plan import FINISH, SWITCH, Plan
from hanok.engine.deploy.planning import make_plan
from hanok.engine.deploy.prepare import Preparation
from hanok.engine.deploy.progress import Progress, silent
from hanok.engine.deploy.revisions import FINISHED, LIVE, PREPARED, next_number, row_of
from hanok.engine.deploy.telling import tell_deploy
from hanok.engine.deploy.waiting import alone, change_tables, limit_waiting
from hanok.engine.errors import Refused, say
from hanok.engine.store import Store, tables
from hanok.engine.store.live import hold_alone, set_live


def deploy(
    store: Store, plan: Plan, *, accept: Collection[str] = (), by: str = "", message: str = "",
    progress: Progress = silent, refreshes: Mapping[str, Refresh] = REFRESHES,
) -> int:  # fmt: skip
    """Runs the plan that was shown; returns the number of the new revision.

    `accept` holds the keys of the steps whose losses are accepted. Raises Refused when the plan is no longer what
    would be done (somebody else deployed, the tables changed), when it is blocked, or when values cannot be carried
    over. Until the switch commits nothing is different for anybody; afterwards `finish` may be repeated.
    """
    plan.check(accept)
    with alone(store) as mine:
        if not mine:
            raise Refused(say("Another deploy is under way. Wait until it is done."))
        now = make_plan(store, plan.layers, plan.types, rehearse=False, then=plan.then, before=plan.new)
        if now.id != plan.id:
            raise Refused(say("The plan has changed since it was shown. Look at it again."))
        now.check(accept)
        now = _with_decisions(store, now, plan)
        preparation = Preparation(store, now, accept, progress)
        preparation.run()
        number = change_tables(lambda: _switch(store, now, preparation, progress, by=by, message=message))
        finish_alone(store, now.types, progress, refreshes, before=now.new)
    return number


def _with_decisions(store: Store, now: Plan, plan: Plan) -> Plan:
    with store.read() as conn:
        back = plan.then is not None
        leaves = decisions_for(conn, now.base, now.layers, now.types, mine=plan.mine, back=back)
    return replace(now, leaves=leaves)


def _switch(store: Store, plan: Plan, preparation: Preparation, progress: Progress, *, by: str, message: str) -> int:
    """The rest of the tables and the revision, in one transaction and with no other writer beside it."""
    with store.write() as conn:
        limit_waiting(conn)
        plan.check_base(hold_alone(conn))
        preparation.check_names(conn)
        for step in plan.of(SWITCH):
            progress(SWITCH, step.sentence, 0, 0)
            for statement in step.statements:
                conn.execute(statement)
        preparation.catch_up(conn)
        number = _write_revision(conn, plan, by=by, message=message)
        tell_deploy(conn, plan, number, by=by, message=message)
        progress(SWITCH, say("Revision {number} goes live.", number=number), 0, 0)
        set_live(conn, number)
        keep(conn, plan.new)
    return number


def _write_revision(conn: sa.Connection, plan: Plan, *, by: str, message: str) -> int:
    revision = tables.revision
    superseded = sa.and_(revision.c.state == PREPARED, revision.c.checksum == plan.checksum)
    conn.execute(revision.delete().where(superseded))
    number, left = next_number(conn), plan.of(FINISH)
    row = row_of(plan, number, state=LIVE if left else FINISHED, by=by, message=message)
    conn.execute(revision.insert().values(**row))
    for at, step in enumerate(left, 1):
        facts = {**step.facts, "key": step.key, "text": step.sentence.text, "said": dict(step.sentence.facts)}
        conn.execute(tables.step.insert().values(revision=number, number=at, kind=step.kind, facts=facts))
    return number
