"""What the slow sweeps have seen, kept in `docs/evidence/<suite>.json`.

A sweep takes the fixture `evidence`, draws from `evidence.random`, and says what it did:

    def test_every_plan_equals_what_runs(evidence: Evidence) -> None:
        for _ in range(1000):
            ...
            evidence.count("plans run")
        evidence.find("a retired column was offered twice")     # worth knowing, without failing

The suite is the name of the test module without `test_`. `HANOK_TEST_SEED` repeats a run.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "evidence"
SEED = 20261121


@dataclass
class Evidence:
    """The counts and findings of one suite."""

    suite: str
    seed: int
    counts: Counter[str] = field(default_factory=Counter)
    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def count(self, what: str, number: int = 1) -> None:
        self.counts[what] += number

    def find(self, sentence: str) -> None:
        self.found.append(sentence)

    def write(self, folder: Path) -> None:
        said = {"suite": self.suite, "commit": commit(), "seed": self.seed}
        said |= {"counts": dict(sorted(self.counts.items())), "found": self.found}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{self.suite}.json").write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n")


def commit() -> str:
    """The commit that was tested, with a `+` when files differ from it."""
    words = ["git", "describe", "--always", "--abbrev=12", "--dirty=+", "--exclude=*"]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture(scope="module")
def evidence(request: pytest.FixtureRequest) -> Iterator[Evidence]:
    suite = request.path.stem.removeprefix("test_").replace("_", "-")
    kept = Evidence(suite, int(os.environ.get("HANOK_TEST_SEED") or SEED))
    yield kept
    kept.write(FOLDER)
