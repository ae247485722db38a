"""Sweeps: tests that are written once and run in two sizes, and what the full ones have seen.

A sweep says its two sizes, takes the fixture `evidence`, draws from `evidence.random`, and says what it did:

    @sizes(sample=20, full=1000)
    def test_every_plan_equals_what_runs(evidence: Evidence, size: int) -> None:
        for _ in range(size):
            ...
            evidence.count("plans run")
        evidence.find("a retired column was offered twice")     # worth knowing, without failing

`make test` runs the sample; `make test-slow` runs the full size and keeps what was seen in
`docs/evidence/<suite>.json`, where the suite is the name of the test module without `test_`. Both print the seed:
`HANOK_TEST_SEED` repeats a run. On CI each commit has a seed of its own, so that a red run is red again.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "evidence"
SEED = 20261121
FAILED = pytest.StashKey[list[str]]()


def sizes(*, sample: int, full: int) -> pytest.MarkDecorator:
    """Runs the test in two sizes, given as `size`: a sample always, the full one among the slow tests."""
    whole = pytest.param(full, id="full", marks=pytest.mark.slow)
    return pytest.mark.parametrize("size", [pytest.param(sample, id="sample"), whole])


def seed() -> int:
    """What `HANOK_TEST_SEED` says. Without it the same each time, but on CI another one for each commit."""
    said = os.environ.get("HANOK_TEST_SEED")
    if not said:
        drawn = int(commit()[:7] or "0", 16) if os.environ.get("CI") else SEED
        said = os.environ["HANOK_TEST_SEED"] = str(drawn)
    return int(said)


@dataclass
class Evidence:
    """The counts and findings of one suite."""

    suite: str
    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def begin(self, test: str) -> None:
        """From here on the draws are this test's own, whatever ran before it."""
        self.random.seed(f"{self.seed} {test}")

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] += number

    def find(self, sentence: str) -> None:
        self.found.append(sentence)

    def write(self, folder: Path) -> None:
        said = {"suite": self.suite, "commit": commit(), "seed": self.seed}
        said |= {"counts": dict(sorted(self.counts.items())), "found": self.found, "failed": self.failed}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.suite}.json").write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n")


def commit() -> str:
    """The commit that was tested, with a `+` when files differ from it."""
    words = ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture(scope="module")
def kept_evidence(request: pytest.FixtureRequest) -> Iterator[Evidence]:
    suite = request.path.stem.removeprefix("test_").replace("_", "-")
    kept = Evidence(suite, seed())
    yield kept
    here = [item for item in request.session.items if item.path == request.path]
    if any(item.get_closest_marker("slow") for item in here):
        kept.failed += [name for name in request.config.stash[FAILED] if name.startswith(f"{here[0].location[0]}::")]
        kept.write(FOLDER)


@pytest.fixture
def evidence(request: pytest.FixtureRequest, kept_evidence: Evidence) -> Evidence:
    kept_evidence.begin(request.node.name)
    return kept_evidence


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FAILED] = []
    seed()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.config.stash[FAILED].append(item.nodeid)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(f"HANOK_TEST_SEED={seed()}")
