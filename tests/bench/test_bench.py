"""`hanok bench` on small sizes, on both databases."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from hanok.cli import hanok
from hanok.cli.bench import access


def run(*words: str) -> Result:
    return CliRunner().invoke(hanok, ["bench", *words])


@pytest.fixture(scope="module")
def quick() -> Result:
    return run("--quick", "--rows", "1000")


def test_a_list_is_measured_three_ways_on_any_database(empty_database: str) -> None:
    address = "" if empty_database.startswith("sqlite") else empty_database
    done = run("list", "--quick", "--rows", "1000", "--json", "--database", address)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["list"]
    first, far, bare = found["situations"]
    assert found["statements"] == 3  # who is here, how she keeps the list, and the page
    assert first["index"] == far["index"] and first["index"] and bare["index"] is None
    for one in found["situations"]:
        assert set(one["ways"]) == {"app", "page", "bare"}
        assert one["ways"]["bare"]["ratio"] == 1.0 and one["plan"]


def test_a_database_is_left_empty(postgresql_databases: object) -> None:
    address = postgresql_databases.empty()  # type: ignore[attr-defined]
    assert run("list", "--quick", "--rows", "1000", "--database", address).exit_code == 0
    engine = sa.create_engine(address)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_database_with_tables_is_refused(database: str) -> None:
    done = run("list", "--quick", "--database", database)
    assert done.exit_code == 1 and "not empty" in done.output
    engine = sa.create_engine(database)
    assert sa.inspect(engine).get_table_names()
    engine.dispose()


def test_the_compiler_is_measured(quick: Result) -> None:
    assert quick.exit_code == 0, quick.output
    assert "10 × 20" in quick.output and "reading" in quick.output
    lines = [line.split() for line in quick.output.splitlines()]
    assert [line[-3:] for line in lines if line[:1] == ["unchanged"]] == [["0", "0", "0"]] * 2
    assert [line[-3:] for line in lines if line[:3] == ["one", "field", "changed"]] == [["1", "1", "1"]] * 2


def test_ratios_stand_first(quick: Result) -> None:
    lines = [line.split() for line in quick.output.splitlines() if line.strip().startswith("bare handler")]
    assert [line[2] for line in lines] == ["1.00"] * 3


def test_jobs_are_measured_beside_bare_rows_on_any_database(empty_database: str) -> None:
    address = "" if empty_database.startswith("sqlite") else empty_database
    done = run("jobs", "--quick", "--json", "--database", address)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["jobs"]
    assert found["database"] == ("postgresql" if address else "sqlite") and found["rounds"] >= 3
    assert found["ratio"] > 0 and found["events_per_second"] > 0
    engine = sa.create_engine(empty_database)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_jobs_are_shown_with_their_ratio(quick: Result) -> None:
    lines = [line.split() for line in quick.output.splitlines() if line.strip().startswith("bare row")]
    assert [line[-2] for line in lines] == ["1.00"]


def test_lists_are_measured_by_rights_on_any_database(empty_database: str) -> None:
    address = "" if empty_database.startswith("sqlite") else empty_database
    done = run("access", "--quick", "--rows", "1000", "--json", "--database", address)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["access"]
    assert (found["database"], found["rows"]) == ("postgresql" if address else "sqlite", 1000)
    assert found["in_groups"] > 1000
    assert {"request: first page", "request: a middle page", "request: by name"} <= set(found["questions"])
    for people in found["questions"].values():
        assert set(people) == {access.ADMIN, *access.CASES}
        assert people[access.ADMIN]["ratio"] == 1.0
        assert all(one["ratio"] > 0 and one["runs"] >= 3 for one in people.values())
    engine = sa.create_engine(empty_database)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_lists_by_rights_are_shown_beside_the_administrators(quick: Result) -> None:
    told = quick.output.partition("200 groups.")[2]
    lines = [line.split() for line in told.splitlines()]
    administrators = [line[1] for line in lines if line[:1] == ["administrator"]]
    assert administrators and set(administrators) == {"1.00"}
    for name in access.CASES.values():
        assert told.count(f"  {name} ") == len(administrators)


def test_workflows_are_measured_beside_the_queue_on_any_database(empty_database: str) -> None:
    address = "" if empty_database.startswith("sqlite") else empty_database
    done = run("automation", "--quick", "--json", "--database", address)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["automation"]
    assert found["database"] == ("postgresql" if address else "sqlite") and found["rounds"] >= 2
    assert found["ratio"] > 0 and found["events_per_second"] > 0
