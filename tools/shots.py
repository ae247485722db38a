"""`make shots`: sets up what is missing and takes pictures of every screen into `shots/` (tests/layout/shots.py)."""

from __future__ import annotations

import os
import shlex

import environment
import vendor
from steps import Steps, main, run


def work() -> None:
    steps = Steps(3)
    with steps("Python libraries (.venv)"):
        environment.ensure("dev")
    with steps("Browser libraries (platform/web/static/vendor)"):
        vendor.ensure()
    with steps("Pictures of every screen (shots/)"):
        asked = shlex.split(os.environ.get("LOOK", ""))
        run([environment.PYTHON, "-m", "tests.layout.shots", *asked], env=environment.clean_environment())


if __name__ == "__main__":
    main(work)
