"""Commands about the keys of encrypted fields."""

from __future__ import annotations

from pathlib import Path

import click

from hanok.cli.console import command, site_option, tell
from hanok.engine.deploy.keys import add_key
from hanok.engine.deploy.settings import FILE
from hanok.engine.errors import Refused, say


@click.group()
def keys() -> None:
    """The keys of encrypted fields."""


@keys.command()
@site_option
@command
def new(folder: Path) -> None:
    """Make a new key: it encrypts from now on, the older ones still decrypt."""
    if not (folder / FILE).is_file():
        raise Refused(say("There is no site in {folder}. Run: hanok init", folder=folder.as_posix()))
    file = add_key(folder)
    tell(say("{file} has a new key. Restart the server, and keep a copy of the file apart from the backups.",
             file=file.as_posix()))  # fmt: skip
