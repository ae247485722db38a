"""Processes that begin with everything imported: children of one that did that once, without threads or connections.

`hanok` costs a second of processor time before it does anything; tests run it hundreds of times. What it does from
there on is the same: arguments, environment, exit code, signals and streams are a process's own. That the installed
command begins by itself is asked for by tests/house/test_packaging.py and tests/acceptance/test_command_line.py.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([
    "hanok.app", "hanok.cli.deploying", "hanok.cli.importing", "hanok.cli.jobs", "hanok.cli.people",
    "hanok.cli.serving", "hanok.cli.sites", "hanok.cli.standing", "hanok.cli.working", "alembic.command",
    "psycopg", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.dialects.sqlite.pysqlite",
    "tests.sweeps.jobs",
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Command:
    """`hanok` under way, with the methods of `subprocess.Popen` that tests use."""

    process: BaseProcess

    @property
    def pid(self) -> int:
        return self.process.pid or 0

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self.process.join(timeout)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired("hanok", timeout or 0)
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        if self.process.exitcode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.process.terminate()

    def kill(self) -> None:
        self.process.kill()


def begin(words: Sequence[str | Path], *, env: Mapping[str, str], out: Path, err: Path) -> Command:
    """Starts `hanok` with these words and this environment; what it prints is added to these files."""
    said = [str(word) for word in words]
    process = PROCESSES.Process(target=_be_hanok, args=(said, dict(env), os.getcwd(), str(out), str(err)))
    process.start()
    return Command(process)


def run(words: Sequence[str | Path], *, env: Mapping[str, str]) -> Done:
    """Runs `hanok` to its end, with nobody at its terminal."""
    with TemporaryDirectory(prefix="hanok-said-") as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        code = begin(words, env=env, out=out, err=err).wait()
        return Done(code, out.read_text("utf-8"), err.read_text("utf-8"))


def _be_hanok(words: list[str], env: dict[str, str], folder: str, out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = ["hanok", *words]
    for number, name in ((1, out), (2, err)):
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115  # as long as the process
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    from hanok.cli import main

    main()
