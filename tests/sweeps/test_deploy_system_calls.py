"""SQLite at its lowest: a deploy is killed, or its disk fails or is full, at any write, fsync, rename, unlink.

Slow set only: each attempt is a process of its own under `strace`. Where there is none the test says so.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from signal import SIGKILL

import pytest

from tests.databases import Sqlite, opened
from tests.evidence import Evidence
from tests.sweeps.inhabited import Inhabited
from tests.sweeps.processes import PROCESSES, deploy_folder_when_told, running
from tests.sweeps.test_deploy_crashes import Change, a_change, check_end, check_halfway

#: What changes a file or makes it last.
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink")
FAULTS = ("signal=KILL", "error=EIO", "error=ENOSPC")
#: Killed, gone on in spite of it, or ended with an error.
ENDS = (-SIGKILL, 0, 1)
MOMENTS = 150
SECONDS = 120


def run(address: str, folder: Path, options: Sequence[str]) -> int:
    """The deploy of a folder under strace, which looks at the files of the database and of the folder only.

    A child of a process that has imported everything already waits until strace has attached itself to it.
    """
    database = address.removeprefix("sqlite:///")
    paths = [f"{database}{end}" for end in ("", "-wal", "-journal")]
    paths += [str(folder / "metadata" / name) for name in (".revision.json", ".revision.json.new")]
    watched = [word for path in paths for word in ("-P", path)]
    told = PROCESSES.Event()
    with running([(deploy_folder_when_told, (address, str(folder), told))]) as (child,):
        words = ["strace", "-f", *watched, *options, "-p", str(child.pid)]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as strace:
            assert strace.stderr is not None
            assert "attached" in (said := strace.stderr.readline()), said
            told.set()
            strace.communicate(timeout=SECONDS)
    return int(child.exitcode)


def calls_of(change: Change, folder: Path, log: Path) -> dict[str, int]:
    """How many of each call a whole deploy makes."""
    with change.elsewhere() as (address, _):
        assert run(address, folder, ["-o", str(log), "-e", f"trace={','.join(CALLS)}"]) == 0
    found = re.findall(r"^(?:\d+ +)?(\w+)\(", log.read_text(), re.MULTILINE)
    return {call: found.count(call) for call in CALLS if call in found}


def written(change: Change, folder: Path) -> dict[Path, bytes]:
    """The wish as files that somebody edited by hand."""
    for name, text in change.wish.files().items():
        file = folder / "metadata" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return {path: path.read_bytes() for path in folder.rglob("*.yaml")}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_any_system_call_may_be_the_last_one(
    sqlite_databases: Sqlite, sqlite_template: str, evidence: Evidence, fault: str, tmp_path: Path
) -> None:
    if shutil.which("strace") is None:
        evidence.find("strace is missing: no system call was cut off")
        pytest.skip("strace is missing")
    change = a_change(sqlite_databases, sqlite_template, evidence)
    folder = tmp_path / "site"
    files = written(change, folder)
    counts = calls_of(change, folder, tmp_path / "calls")
    moments = [(call, number) for call, count in counts.items() for number in range(1, count + 1)]
    if len(moments) > MOMENTS:
        moments = evidence.random.sample(moments, MOMENTS)
    for call, number in moments:
        with change.elsewhere() as (address, _):
            inject = ["-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={number}"]
            assert run(address, folder, inject) in ENDS
            assert {path: path.read_bytes() for path in files} == files
            with opened(address) as store:
                there: Inhabited = change.house.moved_to(store)
                found = check_halfway(change, there)
                evidence.count(f"{fault} at {call}: wholly {found}, and {check_end(change, there)}")
