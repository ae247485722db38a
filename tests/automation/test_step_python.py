"""What packages with Python bring: called with the transaction and the values, and clear where it is not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hanok.engine.automation.steps import python
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Refused
from hanok.engine.store import Store
from hanok.plugin import Call, records
from tests.automation.doing import a_doing, step_of, surroundings
from tests.builders import a_catalog, a_record, with_tables

JOB = """
label: {en: Job, ko: 건}
fields: {name: {type: text, required: true}, size: {type: integer}}
actions:
  plan:
    do: [{python: {action: projects.plan, values: {more: "=size * 2", text: "{{ name }}!", deep: [$record.size]}}}]
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({"modules/job.yaml": JOB})


def plan(call: Call) -> Mapping[str, Any]:
    assert call.record is not None
    wanted = {"size": call.values["more"], "name": call.values["text"]}
    here, record = (call.conn, call.catalog, call.actor), call.record
    made = records.update(*here, "job", record.id, wanted, version=record.version)
    return {"deep": call.values["deep"], "version": made.version}


def test_it_changes_records_in_the_transaction_of_its_step(store: Store, catalog: Catalog, tmp_path: Path) -> None:
    with_tables(store, catalog)
    job = a_record(store, catalog, "job", name="지붕", size=4)
    here = surroundings(tmp_path, brought={"actions": {"projects.plan": plan}})
    with store.write() as conn:
        doing = a_doing(conn, catalog, job, surroundings=here)
        told = python.run(doing, step_of(catalog, "job", "plan"))
        assert doing.running.subject is not None
        assert (doing.running.subject["name"], doing.running.subject["size"]) == ("지붕!", 8)
    assert told["told"] == {"deep": [4], "version": 2}


def test_one_that_no_package_brings_is_told(store: Store, catalog: Catalog, tmp_path: Path) -> None:
    with_tables(store, catalog)
    job = a_record(store, catalog, "job", name="지붕", size=4)
    words = "No package here brings the action “projects.plan”; there are: a.b, c.d."
    here = surroundings(tmp_path, brought={"actions": {"c.d": plan, "a.b": plan}})
    with store.write() as conn, pytest.raises(Refused, match=words):
        python.run(a_doing(conn, catalog, job, surroundings=here), step_of(catalog, "job", "plan"))
