"""`hanok purge`: dropping what older models left in the database."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from hanok.app import opened
from hanok.cli.console import command, dump, progress, screen, shown, site_option, tell, words
from hanok.cli.deploying import telling
from hanok.engine.deploy import Leftover, Site, plan_purge, purge
from hanok.engine.errors import say
from hanok.engine.records.uploading import clean
from hanok.engine.store.blobs import open_blobs

UNITS = ("B", "KB", "MB", "GB", "TB")


@click.command("purge")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--accept", multiple=True, metavar="KEY",
              help="Drop this even though a rollback to an older revision would miss it.")  # fmt: skip
@click.option("--only", multiple=True, metavar="KEY", help="Drop these, and leave the rest.")
@click.option("--json", "plain", is_flag=True, help="As JSON; drops nothing.")
@site_option
@command
def purge_command(
    folder: Path, yes: bool, accept: tuple[str, ...], only: tuple[str, ...], plain: bool
) -> None:
    """Drop what older models left in the database; show it first.

    Those are retired fields and modules with their values, and what a refused deploy had prepared. Uploads that nobody
    saved within a day, and files that a record gave up a month ago, go without a question.
    """
    site = opened(folder)
    site.store.check_schema()
    found = [left for left in plan_purge(site.store, site.types) if not only or left.key in only]
    if plain:
        dump([_plain(left) for left in found])
        return
    _clear_files(site)
    if not found:
        tell(say("There is nothing to purge."))
        return
    _tell(found)
    if not yes and not click.confirm(words(say("Drop this for good?"))):
        raise SystemExit(1)
    with progress() as show:
        purge(site.store, site.types, found, accept=accept, progress=telling(show), by=getpass.getuser())
    tell(say("Dropped: {count}.", count=len(found)))


def _clear_files(site: Site) -> None:
    """Forgets files whose time is over: nobody can have them any more."""
    done = clean(site.store, open_blobs(str(site.settings["files"])), thoroughly=True)
    if done.files or done.blobs:
        tell(say("Files that nobody holds any more: {files} forgotten, {blobs} removed from the disk.",
                 files=done.files, blobs=done.blobs))  # fmt: skip


def _plain(left: Leftover) -> dict[str, Any]:
    return {
        "key": left.key, "table": left.table, "columns": list(left.columns), "rows": left.rows, "size": left.size,
        "needed": list(left.needed),
    }  # fmt: skip


def _tell(found: Sequence[Leftover]) -> None:
    for left in found:
        facts = {"key": left.key, "rows": f"{left.rows:,}", "size": in_units(left.size)}
        said = say("“{key}”: values {rows}, about {size}", **facts)
        if not left.columns:
            said = say("“{key}”: the whole table, records {rows}, about {size}", **facts)
        line = words(said)
        if left.needed:
            line += words(say("; a rollback to revision {numbers} would miss it", numbers=_ranges(left.needed)))
        screen.print(shown(f"{'!' if left.needed else '·'} {line}"), markup=False)


def _ranges(numbers: Sequence[int]) -> str:
    """1–3, 5"""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in found)


def in_units(size: float) -> str:
    """1,536 → 1.5 KB"""
    for unit in UNITS:
        if size < 1024 or unit == UNITS[-1]:
            break
        size /= 1024
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
