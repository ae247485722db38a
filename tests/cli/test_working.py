"""`hanok worker` as a process: how it begins, how it ends, and what it does while its database is away."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from hanok.cli import hanok
from hanok.engine.jobs import Job, enqueue
from hanok.engine.jobs.queue import job_of
from hanok.engine.store import Store, open_store
from hanok.engine.store.job_tables import worker as worker_table
from tests.databases import Postgres
from tests.served import free_port, new_site, run_hanok

TRIAL = Path(__file__).parent / "trial_worker.py"
LONGEST = 30.0


def until(come: Callable[[], object]) -> None:
    """Returns when it has come; fails when it does not."""
    end = time.monotonic() + LONGEST
    while not come():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


@dataclass
class House:
    """A site with its database, and what its workers said."""

    folder: Path
    store: Store
    hired: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def log(self) -> str:
        return (self.folder / "worker.log").read_text()

    def hire(self, *words: str, command: str = "worker", **environment: str) -> subprocess.Popen[bytes]:
        whole = [sys.executable, str(TRIAL), "--site", str(self.folder), command, *words]
        with (self.folder / "worker.log").open("ab") as log:
            made = subprocess.Popen(whole, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                    env={**os.environ, "HANOK_LANGUAGE": "en", **environment})  # fmt: skip
        self.hired.append(made)
        return made

    def put(self, name: str, *, deaf: bool = False) -> UUID:
        """A job that waits for `go(name)`."""
        said = {"began": str(self.folder / f"{name}.began"), "until": str(self.folder / f"{name}.until"), "deaf": deaf}
        with self.store.write() as conn:
            return enqueue(conn, "trial.wait", said)

    def began(self, name: str) -> None:
        until((self.folder / f"{name}.began").exists)

    def go(self, name: str) -> None:
        (self.folder / f"{name}.until").touch()

    def job(self, id: UUID) -> Job:
        with self.store.read() as conn:
            return job_of(conn, id)

    def is_done(self, id: UUID) -> bool:
        return self.job(id).state == "done"

    def workers(self) -> int:
        with self.store.read() as conn:
            return int(conn.execute(sa.select(sa.func.count()).select_from(worker_table)).scalar_one())

    def end(self) -> None:
        for process in self.hired:
            if process.poll() is None:
                process.kill()
                process.wait(10)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fresh") / "site"
    new_site(folder)
    return folder


@pytest.fixture
def house(fresh: Path, tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "site"
    shutil.copytree(fresh, folder)
    made = House(folder, open_store(f"sqlite:///{folder}/hanok.db"))
    yield made
    made.end()
    made.store.dispose()


def test_it_ends_when_what_it_runs_has_ended(house: House) -> None:
    worker, id = house.hire(), house.put("one")
    house.began("one")
    worker.send_signal(signal.SIGTERM)
    until(lambda: "The worker ends" in house.log)
    assert worker.poll() is None
    house.go("one")
    assert worker.wait(LONGEST) == 0
    assert house.is_done(id) and house.workers() == 0


def test_what_does_not_end_in_time_goes_back_into_the_queue(house: House) -> None:
    worker, deaf, hearing = house.hire("--grace", "0"), house.put("deaf", deaf=True), house.put("hearing")
    house.began("deaf")
    house.began("hearing")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(LONGEST) == 0
    assert [house.job(id).state for id in (deaf, hearing)] == ["waiting", "waiting"]
    assert [house.job(id).crashes for id in (deaf, hearing)] == [0, 0]


def test_asked_twice_it_ends_at_once(house: House) -> None:
    worker, id = house.hire(), house.put("one")
    house.began("one")
    worker.send_signal(signal.SIGINT)
    until(lambda: "The worker ends" in house.log)
    worker.send_signal(signal.SIGINT)
    assert worker.wait(LONGEST) == 128 + signal.SIGINT
    assert house.job(id).state == "running", "its lease ends, and another takes it"


@pytest.mark.slow
def test_a_server_ends_although_a_job_of_its_own_does_not_hear(house: House) -> None:
    server, id = house.hire("--port", str(free_port()), command="serve"), house.put("deaf", deaf=True)
    house.began("deaf")
    server.send_signal(signal.SIGTERM)
    assert server.wait(LONGEST) == 0
    assert (house.job(id).state, house.job(id).crashes) == ("waiting", 0)


def test_two_of_them_share_one_file(house: House) -> None:
    for _ in range(2):
        house.hire("--threads", "2")
    ids = [house.put(f"job-{at}") for at in range(40)]
    for at in range(40):
        house.go(f"job-{at}")
    until(lambda: all(house.is_done(id) for id in ids))
    assert [house.job(id).claims for id in ids] == [1] * 40
    assert "error" not in house.log


@pytest.mark.parametrize(("version", "said"), [("0001", "older version"), ("9999", "newer version")])
def test_it_refuses_system_tables_of_another_version(house: House, version: str, said: str) -> None:
    number = sa.table("hanok_schema", sa.column("version_num"))
    with house.store.write() as conn:
        conn.execute(number.update().values(version_num=version))
    assert house.hire().wait(LONGEST) == 1
    assert said in house.log and "Traceback" not in house.log


@pytest.mark.parametrize("words", [("--threads", "0"), ("--metrics-port", "99999"), ("--grace", "-1")])
def test_wrong_usage_ends_with_two(words: tuple[str, str]) -> None:
    assert CliRunner().invoke(hanok, ["worker", *words]).exit_code == 2


def test_it_tells_of_itself_where_it_is_asked_to(house: House) -> None:
    port = free_port()
    worker = house.hire("--metrics-port", str(port))
    house.go("one")
    id = house.put("one")
    until(lambda: house.is_done(id) and "hanok_job_runs_total" in body(port, "/metrics"))
    until(lambda: 'hanok_job_runs_total{kind="trial.wait",outcome="done"} 1.0' in body(port, "/metrics"))
    assert body(port, "/health/ready").startswith('{"status":"ready"')
    with pytest.raises(urllib.error.HTTPError, match="404"):
        body(port, "/login")
    taken = house.hire("--metrics-port", str(port))
    assert taken.wait(LONGEST) == 1
    assert f"Port {port} cannot be opened" in house.log
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(LONGEST) == 0


def body(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


# -- a database that is away ---------------------------------------------------------------------------------------
class Line:
    """What lies between a worker and a PostgreSQL server: it can be cut and mended."""

    def __init__(self, socket_file: str) -> None:
        self.server = socket_file
        self.port = free_port()
        self._listening: socket.socket | None = None
        self._ends: list[socket.socket] = []

    def mend(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        ends, self._ends = [*self._ends, *filter(None, [self._listening])], []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        if self._listening is not None:
            self._listening.close()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, far = listening.accept()[0], socket.socket(socket.AF_UNIX)
                far.connect(self.server)
                self._ends += [near, far]
                for ends in ((near, far), (far, near)):
                    Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), closing(source), closing(target):
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def line(postgresql_databases: Postgres) -> Iterator[Line]:
    folder = postgresql_databases.admin.query.get("host", "")  # the embedded server has its socket in a folder
    found = sorted(Path(str(folder)).glob(".s.PGSQL.*[0-9]")) if folder else []
    if not found:
        pytest.skip("the PostgreSQL server has no socket file here")
    made = Line(str(found[0]))
    yield made
    made.cut()


@pytest.fixture
def far_house(
    line: Line, postgresql_databases: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """A site on PostgreSQL whose workers reach it by the line; `store` reaches it directly."""
    address = postgresql_databases.empty()
    url = sa.make_url(address)
    by_line = url.set(host="127.0.0.1", port=line.port, query={})
    monkeypatch.setenv("HANOK_DATABASE", by_line.set(drivername="postgresql").render_as_string(hide_password=False))
    line.mend()
    run_hanok("--site", tmp_path / "site", "init")
    made = House(tmp_path / "site", open_store(address))
    yield made
    made.end()
    made.store.dispose()
    line.cut()
    postgresql_databases.drop(address)


def test_it_waits_for_a_database_that_is_not_there_yet_and_comes_back_when_it_was_away(
    far_house: House, line: Line
) -> None:
    line.cut()
    worker = far_house.hire()
    until(lambda: "It is tried again" in far_house.log)
    line.mend()
    first = far_house.put("first")
    far_house.began("first")
    line.cut()
    until(lambda: "worker failed" in far_house.log)
    second = far_house.put("second")
    far_house.go("first")
    far_house.go("second")
    line.mend()
    until(lambda: far_house.is_done(first) and far_house.is_done(second))
    assert worker.poll() is None
    line.cut()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(LONGEST) in (0, 1)
    assert "\nTraceback" not in far_house.log, "what is raised is a line of the log or a sentence"
