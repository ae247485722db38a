"""`hanok`, whose workers know one kind of job more: `trial.wait` waits until a file is there, and hears or is deaf."""

from __future__ import annotations

import time
from pathlib import Path

from hanok import app
from hanok.cli import main
from hanok.engine.errors import say
from hanok.engine.jobs import Kind, Work, kinds_of
from hanok.engine.jobs.kinds import Kinds


def wait(work: Work) -> None:
    Path(work.payload["began"]).touch()
    while not Path(work.payload["until"]).exists():
        if not work.payload.get("deaf"):
            work.check()
        time.sleep(0.01)


def job_kinds(ours: Kinds) -> Kinds:
    return kinds_of(ours.values(), (Kind("trial.wait", say("Work"), wait),))


if __name__ == "__main__":
    found = job_kinds(app.job_kinds())
    app.job_kinds = lambda *subscribers: found
    main()
