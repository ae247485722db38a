"""`hanok serve`: the web server of a site, in one process."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import click
import waitress

from hanok.app import create_app, live_of, opened, worker_of
from hanok.cli.console import command, complain, screen, site_option, tell, tell_problems
from hanok.cli.sites import PASSWORD_FILE
from hanok.engine.accounts import Sightings
from hanok.engine.accounts.token_list import Uses
from hanok.engine.catalog import Catalog
from hanok.engine.catalog.garbage import set_aside
from hanok.engine.deploy import Clock, Live, Site
from hanok.engine.errors import MetadataError, say
from hanok.engine.jobs import Worker
from hanok.engine.records.recent import Openings
from hanok.web import logs
from hanok.web.metrics import Metrics
from hanok.web.security import LARGEST
from hanok.web.uploads import MEGABYTE

#: What one client may take. Requests are read before a thread gets them, so a slow one holds a connection and no more;
#: whoever wants to hold all of them has to be stopped by a proxy in front.
LIMITS: dict[str, Any] = {
    "ident": None, "max_request_body_size": 2 * LARGEST, "max_request_header_size": 64 * 1024,
    "connection_limit": 1000, "asyncore_use_poll": True, "channel_timeout": 30, "cleanup_interval": 5,
}  # fmt: skip

#: How long jobs get to end when the server stops; what has not ended by then goes back into the queue.
GRACE = timedelta(seconds=5)
#: How often SQLite is let look at what was entered meanwhile.
STATISTICS_SECONDS = 6 * 3600


class Following:
    """Takes up new revisions, and leaves what stays in memory with each out of every later garbage collection."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self._settled: Catalog | None = None
        self._settle()

    def tick(self) -> None:
        try:
            self.live.refresh()
        finally:
            self._settle()

    def _settle(self) -> None:
        """Also when a request took the revision up itself."""
        if self._settled is not self.live.catalog:
            self._settled = self.live.catalog
            set_aside()


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: the setting `port`).")
@click.option("--host", help="Address to listen on (default: the setting `host`).")
@site_option
@command
def serve(folder: Path, port: int | None, host: str | None) -> None:
    """Serve the site. A new revision is taken up without a restart."""
    site = opened(folder)
    logs.configure(site.settings)
    live = live_or_end(site)
    settings: dict[str, Any] = dict(site.settings)
    listen, number = str(host or settings["host"]), int(port or settings["port"])
    app = create_app(live, settings)
    signal.signal(signal.SIGTERM, _stop)
    sightings: Sightings = app.extensions["hanok.sightings"]
    uses: Uses = app.extensions["hanok.uses"]
    openings: Openings = app.extensions["hanok.openings"]
    following = Following(live)
    metrics: Metrics = app.extensions["hanok.metrics"]
    worker = None
    if settings["worker"]:
        worker = worker_of(site, live, threads=settings["worker_threads"], told=(metrics.ran,)).start()
    clocks = (
        Clock("catalog", following.tick, seconds=1).start(),
        Clock("statistics", site.store.analyze, seconds=STATISTICS_SECONDS).start(),
        Clock("sessions", lambda: sightings.write(site.store), seconds=60).start(),
        Clock("tokens", lambda: uses.write(site.store), seconds=60).start(),
        Clock("opened", lambda: openings.write(site.store), seconds=30).start(),
    )
    tell(
        say("Hanok serves {folder} at {address}", folder=folder.as_posix(), address=f"http://{_shown(listen)}:{number}")
    )
    if (folder / PASSWORD_FILE).exists():
        _tell_login(folder / PASSWORD_FILE)
    try:
        waitress.serve(app, host=listen, port=number, threads=settings["threads"], **_limits(settings))
    except OSError as error:
        tell(say("Port {port} cannot be opened: {reason}", port=number, reason=error.strerror or str(error)))
        raise SystemExit(1) from None
    finally:
        if worker is not None:
            worker.stop(GRACE)
        for clock in clocks:
            clock.stop()
        sightings.write(site.store)
        uses.write(site.store)
        openings.write(site.store)
        site.store.dispose()
        if worker is not None:
            leave_deaf(worker, 0)


def leave_deaf(worker: Worker, code: int) -> None:
    """Ends the process where a job does not hear that it shall end: it waits in the queue for others by now."""
    if worker.busy:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def _limits(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What one client may take, with room for the largest file."""
    return {**LIMITS, "max_request_body_size": 2 * LARGEST + settings["upload_mb"] * MEGABYTE}


def live_or_end(site: Site) -> Live:
    """What is live; where this version refuses it, what and where, and the ways on."""
    try:
        return live_of(site)
    except MetadataError as error:
        tell_problems(error.problems)
        complain(say("This version of Hanok refuses the live revision. Correct the files and run hanok deploy, take up "
                     "what is shipped by hanok upgrade, or go back by hanok rollback REVISION."))  # fmt: skip
        raise SystemExit(1) from None


def _tell_login(file: Path) -> None:
    """The first password, to whoever sits at the terminal; a log gets the name of the file."""
    if not screen.is_terminal:
        tell(say("The first password is kept in {file}.", file=file.as_posix()))
        return
    username, _, password = file.read_text(encoding="utf-8").strip().partition("\n")
    tell(say("Log in as {username} with the password {password}", username=username, password=password))


def _stop(number: int, frame: FrameType | None) -> None:
    """Ends as Ctrl+C does: requests under way are answered."""
    raise SystemExit(0)


def _shown(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "::") else host  # noqa: S104  # shown, not bound
