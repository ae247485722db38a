"""`hanok worker`: a process that runs the jobs of a site."""

from __future__ import annotations

import signal
from pathlib import Path
from threading import Event

import click

from hanok.app import opened, worker_of
from hanok.cli.console import command, site_option, tell
from hanok.cli.serving import Following, live_or_end
from hanok.engine.deploy import Clock
from hanok.engine.errors import say


@click.command()
@click.option("--threads", type=click.IntRange(1, 64), help="Jobs at a time (default: the setting `worker_threads`).")
@site_option
@command
def worker_command(folder: Path, threads: int | None) -> None:
    """Run the jobs of the site, beside `hanok serve` or on other machines. Any number may run.

    A new revision is taken up without a restart. Ctrl+C or SIGTERM lets what runs come to its end.
    """
    site = opened(folder)
    live = live_or_end(site)
    number = int(threads or site.settings["worker_threads"])
    ending = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: ending.set())
    clock = Clock("catalog", Following(live).tick, seconds=1).start()
    worker = worker_of(site, live, threads=number).start()
    tell(say("A worker runs the jobs of {folder}, {threads} at a time.", folder=folder.as_posix(), threads=number))
    ending.wait()
    tell(say("The worker ends when what it runs has ended."))
    worker.stop()
    clock.stop()
    site.store.dispose()
