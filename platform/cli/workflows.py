"""`hanok workflows` and `hanok runs`: what happens by itself, what came of it, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import sqlalchemy as sa

from hanok.app import live_of, opened
from hanok.cli.console import command, complain, dump, language, shown, site_option, tell, words
from hanok.engine.automation import listing, steering, switching
from hanok.engine.automation.run import (
    CANCELLED,
    DONE,
    FAILED,
    RUNNING,
    SKIPPED,
    STOPPED,
    WAITING,
    Run,
    run_of,
)
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.workflows import Workflow
from hanok.engine.deploy import Site
from hanok.engine.deploy.telling import person_here
from hanok.engine.errors import Message, NotFound, Refused, say
from hanok.engine.fields import in_language

STATES: Mapping[str, Message] = {
    RUNNING: say("running"), WAITING: say("waiting"), FAILED: say("failed"), DONE: say("done"),
    STOPPED: say("stopped"), SKIPPED: say("did not apply"), CANCELLED: say("cancelled"),
}  # fmt: skip
A_DAY = timedelta(days=1)


# -- workflows -----------------------------------------------------------------------------------------------------
@click.group(invoke_without_command=True)
@click.pass_context
def workflows(context: click.Context) -> None:
    """The workflows of the site: look, switch on and off."""
    if context.invoked_subcommand is None:
        context.invoke(list_workflows)


@workflows.command("list")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def list_workflows(folder: Path, plain: bool) -> None:
    """Show the workflows: whether each is on, what it did in the last 24 hours, where it is written."""
    site, catalog = _site(folder)
    with site.store.read() as conn:
        switches = switching.switches(conn)
        tallies = listing.tallies(conn, catalog.workflows, datetime.now(UTC) - A_DAY)
    found = [_workflow(one, switches.get(one.key), tallies[one.key]) for one in catalog.workflows.values()]
    if plain:
        dump(found)
        return
    for one in found:
        state = words(say("on") if one["active"] else say("off"))
        told = words(say("{runs} runs, {failed} failed", runs=one["runs"], failed=one["failed"]))
        tell(shown(f"{one['key']:<28} {state:<4} {one['trigger']:<12} {told}  {one['place']}"))
    if not found:
        tell(say("There are no workflows yet."))


@workflows.command("show")
@click.argument("key")
@site_option
@command
def show_workflow(folder: Path, key: str) -> None:
    """Show one workflow as JSON: its document, and whether it is on."""
    site, catalog = _site(folder)
    found = catalog.workflows.get(key)
    if found is None:
        raise NotFound(say("There is no workflow {workflow}.", workflow=key))
    with site.store.read() as conn:
        switch = switching.switches(conn).get(key)
        tally = listing.tallies(conn, [key], datetime.now(UTC) - A_DAY)[key]
    dump({**_workflow(found, switch, tally), "version": found.hash, "document": dict(found.data)})


@workflows.command("on")
@click.argument("key")
@site_option
@command
def switch_on(folder: Path, key: str) -> None:
    """Switch a workflow on, here, without a deploy."""
    _switch(folder, key, active=True)


@workflows.command("off")
@click.argument("key")
@site_option
@command
def switch_off(folder: Path, key: str) -> None:
    """Switch a workflow off, here, without a deploy. Runs that began go on to their end."""
    _switch(folder, key, active=False)


def _switch(folder: Path, key: str, *, active: bool) -> None:
    site, catalog = _site(folder)
    with site.store.write() as conn:
        switching.switch(conn, catalog, person_here(), key, active=active)
    tell(say("“{workflow}” is switched on.", workflow=key) if active else say(
        "“{workflow}” is switched off. Runs that began go on to their end.", workflow=key))  # fmt: skip


def _workflow(found: Workflow, switch: switching.Switch | None, tally: listing.Tally) -> dict[str, Any]:
    return {
        "key": found.key, "label": in_language(found.label, language()), "module": found.module,
        "trigger": found.trigger.kind, "active": found.active if switch is None else switch.active,
        "switched": switch is not None, "place": f"{found.place.file}:{found.place.line}", "runs": tally.runs,
        "failed": tally.failed, "last": tally.last,
    }  # fmt: skip


# -- runs ----------------------------------------------------------------------------------------------------------
@click.group(invoke_without_command=True)
@click.pass_context
def runs(context: click.Context) -> None:
    """Runs of workflows: look, cancel, try again."""
    if context.invoked_subcommand is None:
        context.invoke(list_runs)


@runs.command("list")
@click.option("--workflow", default="", help="Only runs of this workflow.")
@click.option("--state", default="", type=click.Choice(["", *STATES]), help="Only runs in this state.")
@click.option("--record", type=click.UUID, help="Only runs for the record with this id.")
@click.option("--limit", type=click.IntRange(1, listing.MOST_SIZE), default=50, show_default=True, help="At most.")
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def list_runs(folder: Path, workflow: str, state: str, record: UUID | None, limit: int, plain: bool) -> None:
    """Show runs, the newest first."""
    site, _ = _site(folder)
    search = listing.Search(workflow=workflow, state=state, record=record)
    with site.store.read() as conn:
        found = listing.page(conn, search, size=limit)
    if plain:
        dump([_run(one) for one in found.runs])
        return
    for one in found.runs:
        tell(_line(one))
    if not found.runs:
        tell(say("There are no such runs."))
    if found.next:
        complain(say("There are more of them."))


@runs.command("show")
@click.argument("id", type=click.UUID)
@site_option
@command
def show_run(folder: Path, id: UUID) -> None:
    """Show one run as JSON: what began it, and each step with what it saw and did."""
    site, _ = _site(folder)
    with site.store.read() as conn:
        found = run_of(conn, id)
        steps, more = listing.trace(conn, id, size=10_000)
    dump({**_run(found), "cause": dict(found.cause), "steps": [asdict(step) for step in steps], "more": more})


@runs.command("cancel")
@click.argument("ids", metavar="ID...", type=click.UUID, nargs=-1, required=True)
@site_option
@command
def cancel_runs(folder: Path, ids: tuple[UUID, ...]) -> None:
    """End runs: what they did stays, their next steps are not done."""
    site, _ = _site(folder)
    _each(site, ids, lambda conn, id: steering.cancel(conn, person_here(), id))
    tell(say("Cancelled: {count}", count=len(ids)))


@runs.command("retry")
@click.argument("ids", metavar="ID...", type=click.UUID, nargs=-1, required=True)
@click.option("--anew", is_flag=True, help="From the start, as a new run, instead of from the step that failed.")
@site_option
@command
def retry_runs(folder: Path, ids: tuple[UUID, ...], anew: bool) -> None:
    """Let runs that failed or were cancelled go on from where they ended."""
    site, catalog = _site(folder)
    work = steering.repeat if anew else steering.resume
    _each(site, ids, lambda conn, id: work(conn, catalog, person_here(), id))
    tell(say("Waiting again: {count}", count=len(ids)))


def _each(site: Site, ids: tuple[UUID, ...], act: Callable[[sa.Connection, UUID], Any]) -> None:
    """Does it with each in a transaction of its own; what was refused is said, and then it ends as refused."""
    refused = 0
    for id in dict.fromkeys(ids):
        try:
            with site.store.write() as conn:
                act(conn, id)
        except (NotFound, Refused) as error:
            complain(say("{job}: {reason}", job=str(id), reason=error.message))
            refused += 1
    if refused:
        raise SystemExit(1)


def _run(one: Run) -> dict[str, Any]:
    return {
        "id": one.id, "workflow": one.workflow, "state": one.state, "module": one.module, "record": one.record,
        "title": one.title, "trigger": one.trigger, "depth": one.depth, "parent": one.parent, "due": one.due,
        "error": words(one.error) if one.error else "", "created_at": one.created_at, "started_at": one.started_at,
        "ended_at": one.ended_at,
    }  # fmt: skip


def _line(one: Run) -> str:
    state = words(STATES.get(one.state, one.state))
    said = " · ".join(part for part in (one.title, words(one.error) if one.error else "") if part)
    return shown(f"{one.id} {state:<9} {one.workflow:<24} {one.created_at:%Y-%m-%d %H:%M:%S}Z {said}").rstrip()


def _site(folder: Path) -> tuple[Site, Catalog]:
    site = opened(folder)
    site.store.check_schema()
    return site, live_of(site).catalog


