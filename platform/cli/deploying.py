"""Commands that look at metadata and put it live: check, plan, deploy."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from hanok.app import field_types, opened
from hanok.cli.console import (
    as_json,
    command,
    complain,
    counted,
    dump,
    progress,
    screen,
    site_option,
    tell,
    tell_problems,
    words,
)
from hanok.engine.catalog import compile_catalog
from hanok.engine.deploy import (
    Plan,
    Progress,
    Site,
    deploy,
    finish,
    lost_values,
    pending_layers,
    plan_rollback,
    plan_site,
    shipped_layers,
    write_manifest,
)
from hanok.engine.errors import Message, MetadataError, say
from hanok.engine.language import Layer, read_folder
from hanok.engine.records.writing import write_table

BACK_UP_YOURSELF = say("Make a backup of the database first; Hanok copies SQLite files only.")


def telling(show: Callable[[str, int, int], None]) -> Progress:
    """The engine's progress on a bar."""

    def tell_progress(phase: str, sentence: Message, done: int, total: int) -> None:
        show(words(sentence), done, total)

    return tell_progress


@click.command()
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def check(folder: Path, plain: bool) -> None:
    """Compile the metadata and say everything that is wrong with it; change nothing."""
    layers = _layers(folder)
    try:
        catalog = compile_catalog(layers, field_types())
    except MetadataError as error:
        if plain:
            dump([as_json(problem) for problem in error.problems])
        else:
            tell_problems(error.problems)
            complain(counted(error.problems))
        raise SystemExit(1) from None
    if plain:
        dump([as_json(problem) for problem in catalog.advice])
        return
    for problem in catalog.advice:
        tell(say("{place}: advice: {message}", place=str(problem.place), message=words(problem.message)))
    tell(say("{count} modules, no problems.", count=len(catalog.modules)))


def _layers(folder: Path) -> Sequence[Layer]:
    """What a deploy would take; without a database yet, what it would take first."""
    site = opened(folder)
    if site.settings.get("database") or (folder / "hanok.db").exists():
        site.store.check_schema()
        return pending_layers(site)
    own = read_folder(folder / "metadata", name="site", root=(folder / "metadata").as_posix())
    return (*shipped_layers(), own)


@click.command()
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@click.option("--sql", is_flag=True, help="Show the SQL too.")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="CSV file for every value that would be lost."
)
@site_option
@command
def plan(folder: Path, plain: bool, sql: bool, report: Path | None) -> None:
    """Show what a deploy would do."""
    site = _ready(folder)
    found = plan_site(site)
    if report is not None:
        _write_report(site, found, report)
    if plain:
        dump(found.to_json())
        return
    _tell_plan(found, sql=sql)


def _write_report(site: Site, found: Plan, file: Path) -> None:
    """One row for each value that would be lost: its field, its record, what it is, and why."""
    headings = [words(said) for said in (say("field"), say("record"), say("title"), say("value"), say("why"))]
    with site.store.read() as conn:
        every = lost_values(conn, found)
        rows = ((lost.field, lost.record, lost.title, lost.value, words(lost.reason)) for lost in every)
        write_table(file, headings, rows, title="plan")
    complain(say("What would be lost is listed in {file}.", file=file.as_posix()))


@click.command("deploy")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--accept", multiple=True, metavar="KEY", help="Accept the loss that the plan names so.")
@click.option("--message", default="", help="Why, for the history.")
@site_option
@command
def deploy_command(folder: Path, yes: bool, accept: tuple[str, ...], message: str) -> None:
    """Put the metadata of the site live."""
    site = _ready(folder)
    run_plan(site, plan_site(site), accept=accept, message=message, yes=yes)
    write_manifest(site)


@click.command()
@click.argument("revision", type=click.IntRange(1))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--accept", multiple=True, metavar="KEY", help="Accept the loss that the plan names so.")
@site_option
@command
def rollback(folder: Path, revision: int, yes: bool, accept: tuple[str, ...]) -> None:
    """Deploy the metadata of an old revision as a new one. Records are not turned back, the folder's files stay."""
    site = _ready(folder)
    found = plan_rollback(site, revision)
    run_plan(site, found, accept=accept, message=f"rollback {revision}", yes=yes)


def run_plan(site: Site, found: Plan, *, accept: tuple[str, ...], message: str, yes: bool) -> None:
    """Shows the plan, asks, runs it; a plan without steps still finishes what an earlier one left."""
    _tell_plan(found, sql=False)
    if found.empty:
        finish(site.store, site.types)
        return
    found.check(accept)
    if not yes and not click.confirm(words(say("Deploy this?"))):
        raise SystemExit(1)
    with progress() as show:
        number = deploy(site.store, found, accept=accept, by=getpass.getuser(), message=message, progress=telling(show))
    tell(say("Revision {number} is live.", number=number))


def _ready(folder: Path) -> Site:
    site = opened(folder)
    site.store.check_schema()
    return site


def _tell_plan(found: Plan, *, sql: bool) -> None:
    if found.empty:
        tell(say("There is nothing to deploy."))
        return
    for step in found.shown:
        mark = "!" if step.loses else "·"
        rows = f" [{step.rows:,}]" if step.rows else ""
        key = f"  ({step.key})" if step.loses else ""
        screen.print(f"{mark} {words(step.sentence)}{rows}{key}", markup=False)
        for wait in step.waits:
            screen.print(f"    {words(wait)}", markup=False)
        for line in step.sql if sql else ():
            screen.print(f"    {line.strip()}", markup=False, style="dim")
    for question in found.questions:
        tell(f"? {words(question)}")
    for blocker in found.blockers:
        complain(blocker)
