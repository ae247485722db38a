"""One bad client, and whoever looks into the folder of a site, gets nowhere."""

from __future__ import annotations

import http.client
import socket
import stat
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.served import PASSWORD, Served, new_site, serving

HALF = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("attacked") / "site"
    new_site(folder)
    (folder / "first-password.txt").write_text(f"admin\n{PASSWORD}\n")
    with serving(folder) as found:
        yield found


def test_requests_that_never_end_keep_nobody_out(running: Served) -> None:
    place = urlsplit(running.address)
    with ExitStack() as stack:
        for _ in range(200):
            slow = stack.enter_context(socket.create_connection((place.hostname, place.port)))
            slow.sendall(HALF)
        with urllib.request.urlopen(f"{running.address}/health", timeout=20) as answer:
            assert answer.status == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_read(running: Served) -> None:
    place = urlsplit(running.address)
    for size in (3_000_000, 10_000_000_000):
        asked = http.client.HTTPConnection(str(place.hostname), place.port, timeout=20)
        asked.putrequest("POST", "/login")
        asked.putheader("Content-Length", str(size))
        asked.putheader("Content-Type", "application/x-www-form-urlencoded")
        asked.endheaders(b"a=" + b"x" * (size - 2) if size < 10**7 else b"a=1")
        assert asked.getresponse().status == 413
        asked.close()


def test_a_log_holds_no_password(running: Served) -> None:
    said = (running.site / "serve.log").read_text()
    assert "first-password.txt" in said
    assert PASSWORD not in said


def test_only_their_owner_reads_the_files_of_a_site(running: Served) -> None:
    def rights(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert rights(running.site) == 0o700
    for name in ("hanok.db", "hanok.db-wal", "hanok.db-shm", "site.yaml"):
        assert rights(running.site / name) == 0o600, name
