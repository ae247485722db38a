"""`hanok worker`: a process that runs the jobs of a site."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import click
import sqlalchemy as sa

from hanok.app import opened, worker_of
from hanok.cli.console import command, complain, site_option, tell
from hanok.cli.serving import Following, leave_deaf, live_or_end
from hanok.engine.deploy import Clock, Live, Site
from hanok.engine.errors import say
from hanok.engine.jobs import Worker
from hanok.engine.store.blobs import open_blobs
from hanok.web import logs
from hanok.web.beside import beside
from hanok.web.health import Health
from hanok.web.metrics import Metrics
from hanok.web.watching import LOCAL, Watching, metrics_of

#: How long a database that is away is waited for at the start, and how often it is tried, in seconds.
PATIENCE, AGAIN = 60.0, 2.0


@click.command()
@click.option("--threads", type=click.IntRange(1, 64), help="Jobs at a time (default: the setting `worker_threads`).")
@click.option("--grace", type=click.IntRange(0, 3600), default=20, show_default=True,
              help="Seconds that jobs get to end when the worker shall stop.")  # fmt: skip
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Port for /metrics, /health and /health/ready.")
@click.option("--metrics-host", default="127.0.0.1", show_default=True, help="Address for them.")
@site_option
@command
def worker_command(
    folder: Path, threads: int | None, grace: int, metrics_port: int | None, metrics_host: str
) -> None:
    """Run the jobs of the site, beside `hanok serve` or on other machines. Any number may run.

    A new revision is taken up without a restart. Ctrl+C or SIGTERM lets what runs come to its end; a second one does
    not wait for it.
    """
    site = opened(folder)
    logs.configure(site.settings)
    ending = _ending()
    if not _is_reached(site, ending):
        return
    live = live_or_end(site)
    number, metrics = int(threads or site.settings["worker_threads"]), metrics_of(live)
    with _watched(site, live, metrics, host=metrics_host, port=metrics_port):
        clock = Clock("catalog", Following(live).tick, seconds=1).start()
        worker = worker_of(site, live, threads=number, told=(metrics.ran,)).start()
        tell(say("A worker runs the jobs of {folder}, {threads} at a time.", folder=folder.as_posix(), threads=number))
        ending.wait()
        tell(say("The worker ends when what it runs has ended."))
        stopped = _stop(worker, timedelta(seconds=grace))
        clock.stop()
    site.store.dispose()
    if not stopped:
        complain(say("What it ran could not be given back; other workers take it up when its leases end."))
    leave_deaf(worker, 0 if stopped else 1)
    raise SystemExit(0 if stopped else 1)


def _ending() -> Event:
    """Set by the first signal that asks to end; the second one ends at once."""
    ending = Event()

    def end(number: int, _: Any) -> None:
        if ending.is_set():
            os._exit(128 + number)
        ending.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, end)
    return ending


def _is_reached(site: Site, ending: Event) -> bool:
    """Waits for a database that is not there yet; False when it shall end meanwhile. Raises what the database says."""
    until, said = time.monotonic() + PATIENCE, False
    while not ending.is_set():
        try:
            with site.store.read():
                return True
        except sa.exc.OperationalError as error:
            if time.monotonic() > until:
                raise
            if not said:
                complain(say("The database cannot be reached: {reason}", reason=str(error.orig).strip()))
                complain(say("It is tried again for a minute."))
            said = True
            ending.wait(AGAIN)
    return False


@contextmanager
def _watched(site: Site, live: Live, metrics: Metrics, *, host: str, port: int | None) -> Iterator[None]:
    """With the addresses for machines that watch, where a port is given for them."""
    if port is None:
        yield
        return
    opened = str(site.settings["metrics"])
    app = Watching(None, health=Health(live, open_blobs(str(site.settings["files"]))), metrics=metrics,
                   opened="" if opened == LOCAL else opened, closed=False)  # fmt: skip
    try:
        server = beside(app, host=host, port=port)
    except OSError as error:
        complain(say("Port {port} cannot be opened: {reason}", port=port, reason=error.strerror or str(error)))
        raise SystemExit(1) from None
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def _stop(worker: Worker, grace: timedelta) -> bool:
    """Whether it ended in good order: the database may be away."""
    try:
        worker.stop(grace)
    except sa.exc.DBAPIError:
        return False
    return True
