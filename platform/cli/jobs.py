"""`hanok jobs`: look at the queue, give dead letters another try, cancel, run what otherwise comes by the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import sqlalchemy as sa

from hanok.app import opened
from hanok.cli.console import command, complain, dump, shown, site_option, tell, words
from hanok.engine.access import SYSTEM
from hanok.engine.deploy import Site
from hanok.engine.deploy.telling import person_here
from hanok.engine.errors import HanokError, Message, Refused, say
from hanok.engine.jobs import Job, cancel, retry
from hanok.engine.jobs.job import CANCELLED, DONE, FAILED, RUNNING, WAITING
from hanok.engine.jobs.listing import Search, page, retry_failed
from hanok.engine.jobs.overview import failed_by_kind, planned, run_now
from hanok.engine.language import unknown
from hanok.engine.records.deeds import tell as tell_deed

STATES = {
    RUNNING: say("running"), WAITING: say("waiting"), FAILED: say("failed"), DONE: say("done"),
    CANCELLED: say("cancelled"),
}  # fmt: skip
#: What is looked at without `--state`: what somebody may have to do something about.
OPEN = (RUNNING, WAITING, FAILED)


@click.group(invoke_without_command=True)
@click.pass_context
def jobs(context: click.Context) -> None:
    """The jobs of the site: look, try again, cancel, run now."""
    if context.invoked_subcommand is None:
        context.invoke(list_command)


@jobs.command("list")
@click.option("--state", "states", type=click.Choice(list(STATES)), multiple=True,
              help="Only jobs in this state; may be given again (default: running, waiting, failed).")  # fmt: skip
@click.option("--kind", default="", help="Only jobs of this kind.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Jobs a state, at most.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def list_command(folder: Path, states: tuple[str, ...], kind: str, limit: int, plain: bool) -> None:
    """Show jobs: what runs, what waits in the order in which it is due, what failed."""
    site = _site(folder)
    found: list[Job] = []
    more: list[str] = []
    with site.store.read() as conn:
        for state in dict.fromkeys(states or OPEN):
            some = page(conn, Search(state, kind), size=limit)
            found += some.jobs
            more += [state] if some.last else []
    if plain:
        dump([as_json(one) for one in found])
        return
    for one in found:
        tell(_line(one))
    if not found:
        tell(say("There are no such jobs."))
    for state in more:
        complain(say("There are more of them: {state}", state=STATES[state]))


@jobs.command("retry")
@click.argument("ids", metavar="[ID]...", type=click.UUID, nargs=-1)
@click.option("--all", "every", is_flag=True, help="All jobs that failed.")
@click.option("--kind", default="", help="With --all: only those of this kind.")
@site_option
@command
def retry_command(folder: Path, ids: tuple[UUID, ...], every: bool, kind: str) -> None:
    """Give jobs that failed or were cancelled another try."""
    if bool(ids) == every or (kind and not every):
        complain(say("Give ids of jobs, or --all, with --kind or without."))
        raise SystemExit(2)
    site = _site(folder)
    if not every:
        _each(site, ids, retry, "retried", say("Waiting again: {count}", count=len(ids)))
        return
    count = 0
    with site.store.read() as conn:
        kinds = failed_by_kind(conn)
    for each in [kind] if kind else kinds:
        with site.store.write() as conn:
            again = retry_failed(conn, each)
            if again:
                tell_deed(conn, person_here(), "job", "retried", about=each, changes={"jobs": [None, again]})
            count += again
    tell(say("Waiting again: {count}", count=count))
    left = sum(number for name, number in kinds.items() if kind in ("", name)) - count
    if left > 0:
        complain(say("Left as they are, because the same work waits already: {count}", count=left))


@jobs.command("cancel")
@click.argument("ids", metavar="ID...", type=click.UUID, nargs=-1, required=True)
@site_option
@command
def cancel_command(folder: Path, ids: tuple[UUID, ...]) -> None:
    """Cancel jobs: at once while they wait, at their next step while they run."""
    _each(_site(folder), ids, cancel, "cancelled", say("Cancelled: {count}", count=len(ids)))


@jobs.command("run")
@click.argument("name", metavar="KIND")
@site_option
@command
def run_command(folder: Path, name: str) -> None:
    """Put what otherwise comes by the clock into the queue now: the KIND of a schedule, or its key."""
    site = _site(folder)
    with site.store.write() as conn:
        known = planned(conn)
        if not known:
            raise Refused(say("There are no schedules yet: the first worker writes them. Run: hanok worker"))
        wanted = [one.key for one in known if name in (one.key, one.kind)]
        if not wanted:
            raise Refused(unknown(name, sorted({one.kind for one in known}), noun=say("schedule")))
        ids = [run_now(conn, key, SYSTEM) for key in wanted]
        for key in wanted:
            tell_deed(conn, person_here(), "schedule", "run", about=key)
    for id in ids:
        tell(str(id))


def _site(folder: Path) -> Site:
    site = opened(folder)
    site.store.check_schema()
    return site


def _each(
    site: Site, ids: Sequence[UUID], act: Callable[[sa.Connection, UUID], Job], action: str, done: Message
) -> None:
    """Does it with each in a transaction of its own; what was refused is said, and then it ends as refused."""
    refused = 0
    for id in dict.fromkeys(ids):
        try:
            with site.store.write() as conn:
                found = act(conn, id)
                title = str(found.title or found.kind)
                tell_deed(conn, person_here(), "job", action, about=id, title=title)
        except HanokError as error:
            complain(say("{job}: {reason}", job=str(id), reason=error.message))
            refused += 1
    if refused:
        raise SystemExit(1)
    tell(done)


def as_json(one: Job) -> dict[str, Any]:
    """A job as a script reads it."""
    return {
        "id": one.id, "kind": one.kind, "state": one.state, "title": words(one.title) if one.title else "",
        "priority": one.priority, "due": _moment(one.due), "tries": one.tries, "crashes": one.crashes,
        "worker": one.worker, "request": one.request, "done": one.done, "total": one.total,
        "message": words(one.message) if one.message else "", "error": words(one.error) if one.error else "",
        "created_at": _moment(one.created_at), "started_at": _moment(one.started_at),
        "ended_at": _moment(one.ended_at),
    }  # fmt: skip


def _line(one: Job) -> str:
    """Id, state, kind, the moment that counts, and what it says."""
    moment = one.ended_at or (one.due if one.state == WAITING else one.started_at)
    so_far = f"{one.done:,}/{one.total:,}" if one.total else ""
    said = [words(each) for each in (one.title, one.error if one.state in (FAILED, WAITING) else one.message) if each]
    parts = (str(one.id), f"{words(STATES[one.state]):<9}", f"{one.kind:<20}", f"{moment:%Y-%m-%d %H:%M:%S}Z"
             if moment else "", so_far, " · ".join(said))  # fmt: skip
    return shown(" ".join(part for part in parts if part)).replace("\n", " ").rstrip()


def _moment(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
