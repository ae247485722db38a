"""`make bench`: sets up what is missing and measures (`hanok bench`); the scripts of `bench/` widen it."""

from __future__ import annotations

import environment
from steps import Steps, main, run


def work() -> None:
    steps = Steps(2)
    with steps("Python libraries (.venv)"):
        environment.ensure()
    with steps("Measuring"):
        run([environment.HANOK, "bench"], env=environment.clean_environment())


if __name__ == "__main__":
    main(work)
