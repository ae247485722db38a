"""Evidence can be read and repeated."""

import json
from pathlib import Path

from tests.evidence import Evidence


def test_evidence_names_the_commit_the_seed_and_what_was_seen(tmp_path: Path) -> None:
    evidence = Evidence("plans", 7)
    evidence.count("plans run", 2)
    evidence.find("a retired column was offered twice")
    evidence.write(tmp_path)
    said = json.loads((tmp_path / "plans.json").read_text())
    assert said.pop("commit")
    assert said == {
        "suite": "plans",
        "seed": 7,
        "counts": {"plans run": 2},
        "found": ["a retired column was offered twice"],
        "failed": [],
    }


def test_the_same_seed_draws_the_same(tmp_path: Path) -> None:
    assert Evidence("a", 7).random.random() == Evidence("b", 7).random.random()


def test_a_test_draws_the_same_whatever_ran_before_it(tmp_path: Path) -> None:
    alone, later = Evidence("a", 7), Evidence("a", 7)
    later.random.random()
    alone.begin("test_x[full]")
    later.begin("test_x[full]")
    assert alone.random.random() == later.random.random()
