"""A real `hanok serve` process on a fresh SQLite site.

`site` is a folder made by `hanok init`, `served` the address of a server on such a site. Commands are processes of
their own that begin with everything imported (tests/forked.py), unless a test names another command.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import forked

HANOK = (str(Path(sys.executable).parent / "hanok"),)
PASSWORD = "celadon-tiger-42"
START_UP = 60.0


@dataclass(frozen=True)
class Served:
    """A running server: its address without a trailing slash, its site's folder, and how to log in."""

    address: str
    site: Path
    username: str = "admin"
    password: str = PASSWORD


def run_hanok(*words: str | Path, command: tuple[str, ...] = (), cwd: Path | None = None) -> str:
    """Runs the command line to its end and returns what it printed; fails the test when the exit code is not 0."""
    env = {**os.environ, "HANOK_ADMIN_PASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"}
    done = run_elsewhere([*command, *map(str, words)], env, cwd) if command else forked.run(words, env=env)
    assert done.code == 0, f"hanok {' '.join(map(str, words))}\n{done.said}"
    return done.out


def run_elsewhere(words: list[str], env: dict[str, str], cwd: Path | None = None) -> forked.Done:
    """Runs a command as a shell would."""
    done = subprocess.run(
        words, env=env, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return forked.Done(done.returncode, done.stdout, done.stderr)


@functools.cache
def _made(demo: int) -> Path:
    """A site as `hanok init` makes it, kept until this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="hanok-site-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    run_hanok("--site", folder / "site", "init", "--demo", str(demo))
    return folder / "site"


def new_site(folder: Path, *, demo: int = 0) -> Path:
    """A new site on SQLite in this folder: a copy of what `hanok init` made first. `admin` logs in with PASSWORD."""
    shutil.copytree(_made(demo), folder, dirs_exist_ok=True)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/login", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_for(process: subprocess.Popen[bytes] | forked.Command, address: str, log: Path) -> None:
    """Returns when `/login` answers; fails with the server's log when it stops or takes too long."""
    end = time.monotonic() + START_UP
    while not answers(address):
        assert process.poll() is None, f"hanok serve stopped:\n{log.read_text()}"
        assert time.monotonic() < end, f"hanok serve did not answer in {START_UP:.0f} s:\n{log.read_text()}"
        time.sleep(0.05)


@contextmanager
def serving(
    site: Path, *, command: tuple[str, ...] = (), cwd: Path | None = None, port: int = 0
) -> Iterator[Served]:
    """Serves a site on a free port, or on this one, until the block ends."""
    port, log = port or free_port(), site / "serve.log"
    words = ["--site", str(site), "serve", "--port", str(port)]
    log.write_bytes(b"")
    process: subprocess.Popen[bytes] | forked.Command
    if command:
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*command, *words], cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
    else:
        process = forked.begin(words, env=os.environ, out=log, err=log)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(process, address, log)
        yield Served(address, site)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A new site without records on SQLite; its `admin` logs in with PASSWORD."""
    return new_site(tmp_path / "site")


@pytest.fixture
def served(site: Path) -> Iterator[Served]:
    """A server of this test's alone."""
    with serving(site) as running:
        yield running


@pytest.fixture(scope="module")
def served_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests of a module: cheaper, and they see each other's records."""
    with serving(new_site(tmp_path_factory.mktemp("served") / "site")) as running:
        yield running
