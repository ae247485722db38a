"""`hanok backup` and `hanok restore`: a site in one file."""

from __future__ import annotations

from pathlib import Path

import click

from hanok.app import opened
from hanok.cli.console import command, complain, progress, site_option, tell
from hanok.cli.deploying import telling
from hanok.engine.deploy import finish
from hanok.engine.deploy.archive import read_archive
from hanok.engine.deploy.backup import Contents, backup, restore
from hanok.engine.deploy.keys import FILE as KEYS
from hanok.engine.errors import say


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-keys", is_flag=True, help="Put the keys of encrypted fields into it too.")
@site_option
@command
def backup_command(folder: Path, file: Path, with_keys: bool) -> None:
    """Write the whole site into one FILE: database, settings, metadata, packages, uploaded files."""
    site = opened(folder)
    found = backup(site, file, keys=with_keys)
    tell(say("Revision {number} is kept in {file}.", number=found.revision, file=file.as_posix()))
    _tell_missing(found, has_keys=(folder / KEYS).exists())


def _tell_missing(found: Contents, *, has_keys: bool) -> None:
    if has_keys and not found.keys:
        complain(say("The keys of encrypted fields are not in it. Keep a copy of {file} apart.", file=KEYS))
    if found.elsewhere:
        complain(say("Uploaded files are not in it; they are kept in {place}.", place=found.elsewhere))
    if found.lost:
        complain(say("Retired columns that this version cannot read are not in it: {columns}",
                     columns=", ".join(found.lost)))  # fmt: skip


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--yes", is_flag=True, help="Replace the site that is there, after a backup of it.")
@site_option
@command
def restore_command(folder: Path, file: Path, yes: bool) -> None:
    """Put the site of a backup FILE back, into an empty folder or over a site. Stop its servers first."""
    done = restore(folder, read_archive(file), opened, replace=yes)
    if done.kept:
        tell(say("The former site is kept in {file}.", file=done.kept.as_posix()))
    if done.lost:
        complain(say("Retired columns that this version cannot read were left out: {columns}",
                     columns=", ".join(done.lost)))  # fmt: skip
    tell(say("Revision {number} is live again.", number=done.revision))
    if done.older:
        tell(say("The backup is of an older version of Hanok. Run: hanok upgrade"))
        return
    with progress() as show:
        finish(done.site.store, done.site.types, progress=telling(show))
