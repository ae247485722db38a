"""Servers go on writing while the model is changed under them: nobody sees an error, and no update is lost."""

from __future__ import annotations

import time
from collections import Counter

import sqlalchemy as sa

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import deploy, load_live, make_plan
from hanok.engine.store import Store, tables
from tests.builders import CORE, SMALL, TYPES, a_layer
from tests.evidence import Evidence, sizes
from tests.sweeps.processes import ADMIN, PROCESSES, Told, running, write_on

WRITERS, COMPANIES = 8, 20
#: What is done to the company while it is written, round and round.
CHANGES = (
    ("founded: {type: date}", "founded: {type: date, index: true}"),
    ("rate:    {type: decimal, places: 3}", "rate: {type: decimal, places: 4}"),
    ("size:    {type: integer, min: 0}", "size: {type: integer, min: 0, unique: false, index: true}"),
    ("stage:   {type: choice, options: stage, default: new}", "stage: {type: text}"),
    ("story:   {type: long_text, search: true}", "story: {type: long_text}"),
    ("active:  {type: boolean, default: true}", "alive: {type: boolean}"),
    ("fields:\n", "fields:\n  city: {type: text, search: true}\n"),
)


def a_change(turn: int) -> dict[str, str]:
    """The small model with one change, and with something new each time."""
    files = dict(SMALL)
    old, new = CHANGES[turn % len(CHANGES)]
    assert old in files["modules/company.yaml"]
    files["modules/company.yaml"] = files["modules/company.yaml"].replace(old, new)
    files[f"modules/turn{turn}.yaml"] = "label: {en: Turn}\nfields: {name: {type: text}}\n"
    return files


def put_live(store: Store, files: dict[str, str]) -> None:
    plan = make_plan(store, [CORE, a_layer(files)], TYPES)
    deploy(store, plan, accept=[step.key for step in plan.steps])


def settle(store: Store) -> list[str]:
    """The first model, and the companies that are written."""
    put_live(store, dict(SMALL))
    catalog = load_live(store, TYPES).catalog
    raw = {"stage": "open", "rate": "1.5", "founded": "2001-02-03", "size": 0}
    with store.write() as conn:
        made = [records.create(conn, catalog, ADMIN, "company", {"name": f"c{n}", **raw}) for n in range(COMPANIES)]
    return [str(record.id) for record in made]


def check_sums(store: Store, catalog: Catalog, ids: list[str], written: Counter[str]) -> None:
    """Values, versions, audit rows and outbox rows say the same as the writers."""
    with store.read() as conn:
        for id in ids:
            record = records.get(conn, catalog, ADMIN, "company", id)
            assert record.values["size"] == written[id]
            assert record.version == written[id] + 1
            audited = sa.select(sa.func.count()).select_from(tables.audit).where(tables.audit.c.record == record.id)
            assert conn.scalar(audited) == written[id] + 1
            sent = sa.select(sa.func.count()).select_from(tables.outbox).where(tables.outbox.c.record == record.id)
            assert conn.scalar(sent) == written[id] + 1


@sizes(sample=1, full=50)
def test_writers_go_on_through_deploys(
    store: Store, database: str, evidence: Evidence, size: int, dialect: str
) -> None:
    ids = settle(store)
    told, stop, heard = PROCESSES.Queue(), PROCESSES.Event(), list[Told]()
    writers = WRITERS if size > 1 else 2
    begun = [PROCESSES.Event() for _ in range(writers)]
    works = [(write_on, (database, evidence.random.random(), ids, told, stop, ready)) for ready in begun]
    with running(works):
        try:
            assert all(ready.wait(60) for ready in begun)
            began = time.monotonic()
            for turn in range(size):
                put_live(store, a_change(turn))
            seconds = time.monotonic() - began
        finally:
            stop.set()
        heard += [told.get(timeout=60) for _ in works]
    written = sum((each.written for each in heard), Counter())
    assert [error for each in heard for error in each.errors] == []
    assert all(each.written for each in heard)
    check_sums(store, load_live(store, TYPES).catalog, ids, written)
    evidence.count(f"{dialect}: deploys", size)
    evidence.count(f"{dialect}: writing processes", writers)
    evidence.count(f"{dialect}: updates, none of them lost", written.total())
    evidence.count(f"{dialect}: conflicts told", sum(each.conflicts for each in heard))
    evidence.count(f"{dialect}: errors", 0)
    evidence.count(f"{dialect}: milliseconds of a deploy among writers", round(seconds / size * 1000))
