"""`make test`: sets up what is missing, then checks the code and runs every test but the slow sweeps."""

from __future__ import annotations

import os
import sys

import environment
import vendor
from steps import ROOT, Failed, Steps, main, run

WORKERS = os.environ.get("WORKERS") or "2"


def lint(steps: Steps) -> None:
    with steps("Style (ruff)"):
        run([environment.in_environment("ruff"), "check", "--quiet", "."], env=environment.clean_environment())
    with steps("Types (mypy)"):
        run([environment.in_environment("mypy"), "--no-error-summary"], env=environment.clean_environment())


def prepare(steps: Steps) -> None:
    with steps("Python libraries (.venv)"):
        environment.ensure("dev")
    with steps("Browser libraries (platform/web/static/vendor)"):
        vendor.ensure()


def pytest(*words: str) -> None:
    run([environment.PYTHON, "-m", "pytest", *words], env=environment.clean_environment())


def work() -> None:
    asked = sys.argv[1] if len(sys.argv) > 1 else "test"
    if asked == "lint":
        steps = Steps(4)
        prepare(steps)
        lint(steps)
    elif asked == "test":
        steps = Steps(5)
        prepare(steps)
        lint(steps)
        with steps(f"Tests on SQLite, PostgreSQL and in Chromium ({WORKERS} processes)"):
            pytest("-m", "not slow", "-n", WORKERS, "--dist", "loadgroup", "-ra", *sys.argv[2:])
    elif asked == "slow":
        steps = Steps(3)
        prepare(steps)
        (ROOT / "docs" / "evidence").mkdir(exist_ok=True)
        with steps("The full sweeps (evidence in docs/evidence)"):
            pytest("-m", "slow", *sys.argv[2:])
    else:
        raise Failed(f"there is no `{asked}`; there are test, lint and slow.")


if __name__ == "__main__":
    main(work)
