"""A real `hanok serve` process on a fresh SQLite site.

`site` is a folder made by `hanok init`, `served` the address of a server on such a site.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

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


def run_hanok(*words: str | Path, command: tuple[str, ...] = HANOK, cwd: Path | None = None) -> str:
    """Runs the command line to its end and returns what it printed; fails the test when the exit code is not 0."""
    done = subprocess.run(
        [*command, *map(str, words)],
        env={**os.environ, "HANOK_ADMIN_PASSWORD": PASSWORD, "LC_ALL": "C.UTF-8"},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"hanok {' '.join(map(str, words))}\n{done.stdout}{done.stderr}"
    return done.stdout


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


def wait_for(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    """Returns when `/login` answers; fails with the server's log when it stops or takes too long."""
    end = time.monotonic() + START_UP
    while not answers(address):
        assert process.poll() is None, f"hanok serve stopped:\n{log.read_text()}"
        assert time.monotonic() < end, f"hanok serve did not answer in {START_UP:.0f} s:\n{log.read_text()}"
        time.sleep(0.05)


@contextmanager
def serving(
    site: Path, *, command: tuple[str, ...] = HANOK, cwd: Path | None = None, port: int = 0
) -> Iterator[Served]:
    """Serves a site on a free port, or on this one, until the block ends."""
    port, log = port or free_port(), site / "serve.log"
    words = [*command, "--site", str(site), "serve", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(words, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
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
    folder = tmp_path / "site"
    run_hanok("--site", folder, "init", "--demo", "0")
    return folder


@pytest.fixture
def served(site: Path) -> Iterator[Served]:
    """A server of this test's alone."""
    with serving(site) as running:
        yield running


@pytest.fixture(scope="module")
def served_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests of a module: cheaper, and they see each other's records."""
    folder = tmp_path_factory.mktemp("served") / "site"
    run_hanok("--site", folder, "init", "--demo", "0")
    with serving(folder) as running:
        yield running
