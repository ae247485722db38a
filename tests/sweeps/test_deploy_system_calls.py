"""SQLite at its lowest: a deploy is killed, or its disk fails or is full, at any write, fsync, rename, unlink.

Slow set only: each attempt is a process of its own under `strace`. Where there is none the test says so.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.databases import Sqlite, opened
from tests.evidence import ROOT, Evidence
from tests.sweeps.inhabited import Inhabited
from tests.sweeps.test_deploy_crashes import Change, a_change, check_end, check_halfway

#: What changes a file or makes it last.
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink")
FAULTS = ("signal=KILL", "error=EIO", "error=ENOSPC")
SCRIPT = "import sys; from tests.sweeps.processes import deploy_folder; deploy_folder(*sys.argv[1:])"
MOMENTS = 100
SECONDS = 120


def run(address: str, folder: Path, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """The deploy of a folder under strace, which looks at the files of the database and of the folder only."""
    database = address.removeprefix("sqlite:///")
    paths = [f"{database}{end}" for end in ("", "-wal", "-journal")]
    paths += [str(folder / "metadata" / name) for name in (".revision.json", ".revision.json.new")]
    watched = [word for path in paths for word in ("-P", path)]
    words = ["strace", "-f", "-qq", *watched, *options, sys.executable, "-c", SCRIPT, address, str(folder)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)


def calls_of(change: Change, folder: Path, log: Path) -> dict[str, int]:
    """How many of each call a whole deploy makes."""
    with change.elsewhere() as (address, _):
        done = run(address, folder, ["-o", str(log), "-e", f"trace={','.join(CALLS)}"])
        assert done.returncode == 0, done.stderr
    found = re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE)
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
            done = run(address, folder, inject)
            assert done.returncode in (-9, 137, 0, 1), done.stderr
            assert {path: path.read_bytes() for path in files} == files
            with opened(address) as store:
                there: Inhabited = change.house.moved_to(store)
                found = check_halfway(change, there)
                evidence.count(f"{fault} at {call}: wholly {found}, and {check_end(change, there)}")
