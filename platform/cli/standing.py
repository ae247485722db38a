"""`hanok status`: how a site stands, its metadata and its work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hanok.app import opened
from hanok.cli.console import command, dump, site_option, tell, told, words
from hanok.cli.upgrading import conflict_json, tell_conflict
from hanok.engine.deploy import Site
from hanok.engine.deploy import status as status_of
from hanok.engine.deploy.site import Status
from hanok.engine.errors import Message, say
from hanok.engine.jobs.figures import Figures, database_size, figures

STATES = {
    "new": say("new"), "changed": say("changed"), "removed": say("removed"), "behind": say("behind"),
}  # fmt: skip
UNITS = ("B", "KB", "MB", "GB", "TB")


@click.command()
@click.option("--json", "plain", is_flag=True, help="As JSON.")
@site_option
@command
def status(folder: Path, plain: bool) -> None:
    """Show the revision, files that differ from it, what is unfinished, and how the queue of jobs stands."""
    site = opened(folder)
    site.store.check_schema()
    found = status_of(site)
    with site.store.read() as conn:
        work, size = figures(conn), database_size(conn)
    if plain:
        dump(_of_metadata(found) | _of_work(work) | {"database": {"kind": site.store.dialect, "bytes": size}})
        return
    told({words(name): words(value) for name, value in (
        *_metadata(found), (say("Database"), f"{site.store.dialect}, {_size(size)}"), *_work(work)
    )})  # fmt: skip
    if work.is_idle:
        tell(say("There is work to do and nobody does it. Run: hanok worker"))
    _tell_files(site, found)


def _tell_files(site: Site, found: Status) -> None:
    for conflict in found.conflicts:
        tell_conflict(conflict)
    for each in found.files:
        tell(f"{words(STATES[each.state]):<9} {(site.metadata / each.file).as_posix()}")


def _metadata(found: Status) -> list[tuple[Message, Message | str]]:
    revision = found.revision
    at = f"{revision.number} ({revision.state}, {revision.at:%Y-%m-%d %H:%M} UTC)" if revision else "–"
    return [
        (say("Revision"), at), (say("Unfinished steps"), str(found.unfinished)),
        (say("Upgrade waiting"), say("yes") if found.upgrade else say("no")),
    ]  # fmt: skip


def _work(found: Figures) -> list[tuple[Message, Message | str]]:
    jobs = say("{due} due, {later} later, {running} running, {failed} failed", due=found.due, later=found.later,
               running=found.running, failed=found.failed)  # fmt: skip
    mail = say("{waiting} waiting, {sending} being sent, {failed} failed, {bounced} bounced", **found.mail)
    rows: list[tuple[Message, Message | str]] = [
        (say("Jobs"), jobs),
        (say("Events not taken yet"), str(found.outbox)),
        (say("Workers"), say("{alive} alive, {stale} silent", alive=found.alive, stale=found.stale)),
        (say("Schedules overdue"), str(found.overdue)),
        (say("Mail"), mail),
    ]
    if found.oldest:
        rows.insert(1, (say("Due the longest"), say("{seconds} seconds", seconds=round(found.oldest))))
    return rows


def _of_metadata(found: Status) -> dict[str, Any]:
    revision = found.revision
    return {
        "revision": revision.number if revision else 0, "state": revision.state if revision else "",
        "files": [{"file": each.file, "state": each.state} for each in found.files],
        "unfinished": found.unfinished, "upgrade": found.upgrade,
        "conflicts": [conflict_json(each) for each in found.conflicts],
    }  # fmt: skip


def _of_work(found: Figures) -> dict[str, Any]:
    return {
        "jobs": {"due": found.due, "later": found.later, "running": found.running, "failed": found.failed,
                 "oldest_due_seconds": found.oldest},
        "outbox": found.outbox, "workers": {"alive": found.alive, "stale": found.stale},
        "schedules_overdue": found.overdue, "mail": dict(found.mail), "nobody_works": found.is_idle,
    }  # fmt: skip


def _size(count: float) -> str:
    """Bytes as people say them."""
    unit = 0
    while count >= 1024 and unit < len(UNITS) - 1:
        count, unit = count / 1024, unit + 1
    return f"{count:.1f} {UNITS[unit]}" if unit else f"{count:.0f} B"
