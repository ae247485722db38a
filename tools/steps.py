"""How the house speaks while it is being set up: numbered step lines, a moving line on a terminal, one on failure."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".make"
KEPT_LINES = 40


class Failed(Exception):
    """A step could not be done; the message says why and what to do."""


class Steps:
    """Counts the steps of one run: `with steps("Installing libraries"): …` prints `[2/5] Installing libraries …`."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.done = 0

    @contextmanager
    def __call__(self, title: str) -> Iterator[None]:
        self.done += 1
        started = time.monotonic()
        tell(f"[{self.done}/{self.total}] {title} …")
        yield
        if (spent := time.monotonic() - started) >= 1:
            tell(f"      done in {spent:.0f} s")


def tell(line: str) -> None:
    print(line, flush=True)


def glance(line: str) -> None:
    """Shows a passing line on a terminal; nothing in a log."""
    if sys.stdout.isatty():
        width = os.get_terminal_size().columns - 1
        print(f"\r\x1b[K{line[:width]}", end="", flush=True)


def run(words: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> None:
    """Runs a command whose output people want to see."""
    code = subprocess.run([str(word) for word in words], env=env, cwd=cwd, check=False).returncode
    if code:
        raise Failed(f"`{' '.join(map(str, words[:6]))}` ended with exit code {code}; see above.")


def run_quietly(
    words: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    watch: Callable[[str], str] = str.strip,
) -> None:
    """Runs a command whose output matters only when it fails; `watch` turns a line into the passing line."""
    lines: list[str] = []
    command = [str(word) for word in words]
    with subprocess.Popen(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            if shown := watch(line):
                glance(f"      {shown}")
    glance("")
    if process.returncode:
        sys.stdout.writelines(lines[-KEPT_LINES:])
        raise Failed(f"`{' '.join(command[:6])}` ended with exit code {process.returncode}; see above.")


def main(work: Callable[[], None]) -> None:
    """Runs a whole script; what failed becomes one sentence and exit code 1."""
    try:
        work()
    except Failed as reason:
        sys.exit(f"\nStopped: {reason}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
