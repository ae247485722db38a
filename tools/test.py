"""`make test`: sets up what is missing, then checks the code and runs every test but the slow sweeps."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import environment
import vendor
from steps import Failed, Steps, main, run, tell

#: Tests wait for browsers and servers: three processes keep two cores busy.
WORKERS = os.environ.get("WORKERS") or "3"
ENV = environment.clean_environment()


def prepare(steps: Steps) -> None:
    with steps("Python libraries (.venv)"):
        environment.ensure("dev")
    with steps("Browser libraries (platform/web/static/vendor)"):
        vendor.ensure()


def ruff() -> None:
    run([environment.in_environment("ruff"), "check", "--quiet", "--output-format=concise", "."], env=ENV)


def mypy() -> None:
    run([environment.in_environment("mypy"), "--no-error-summary"], env=ENV)


def tests() -> None:
    run([environment.PYTHON, "-m", "pytest", "-m", "not slow", "-n", WORKERS, "--dist=loadscope", "-ra"], env=ENV)


def sweeps() -> None:
    run([environment.PYTHON, "-m", "pytest", "-m", "slow", "-n", WORKERS, "--dist=loadscope", "-ra"], env=ENV)


STYLE = ("Style (ruff)", ruff)
TYPES = ("Types (mypy)", mypy)
TESTS = (f"Tests on SQLite, on PostgreSQL and in Chromium ({WORKERS} processes)", tests)
SWEEPS = ("The full sweeps (evidence in docs/evidence)", sweeps)
RUNS = {"test": (STYLE, TYPES, TESTS), "lint": (STYLE, TYPES), "slow": (SWEEPS,)}


def work() -> None:
    checks = RUNS[sys.argv[1]]
    steps = Steps(2 + len(checks))
    prepare(steps)
    failed = [title for title, check in checks if not passes(steps, title, check)]
    if failed:
        raise Failed(f"not all is well: {', '.join(failed)}; the reasons stand above.")
    tell("All is well.")


def passes(steps: Steps, title: str, check: Callable[[], None]) -> bool:
    """Runs one check; a failed one does not keep the next from running."""
    with steps(title):
        try:
            check()
        except Failed as reason:
            tell(f"      {reason}")
            return False
    return True


if __name__ == "__main__":
    main(work)
