"""The command that indexes records anew for the search."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import UUID

import click

from hanok.app import live_of, opened
from hanok.cli.console import command, site_option, tell
from hanok.engine import records
from hanok.engine.deploy import Live
from hanok.engine.errors import NotFound, say


@click.command()
@click.argument("modules", nargs=-1)
@site_option
@command
def reindex_command(folder: Path, modules: tuple[str, ...]) -> None:
    """Index the records of these MODULES (none: all) anew for the search. Nobody has to stop working meanwhile."""
    live = live_of(opened(folder))
    for key in modules:
        if key not in live.catalog.modules:
            raise NotFound(say("There is no module {module}.", module=key))
    for key in modules or tuple(live.catalog.modules):
        _index(live, key)
        tell(say("The records of {module} are indexed.", module=key))


def _index(live: Live, module: str) -> None:
    """Batch by batch, so that nobody waits for long."""
    after: UUID | None = None
    while True:
        after = live.write(partial(records.reindex, module=module, after=after))
        if after is None:
            return
