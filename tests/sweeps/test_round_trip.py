"""Every type with every setting: created, read, edited, exported and imported elsewhere, a value stays what it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from tests.builders import with_tables
from tests.databases import opened
from tests.evidence import Evidence, sizes
from tests.records.files import Database
from tests.sweeps.everything import ADMIN, EVERYTHING, Filler, everything
from tests.sweeps.uploads import bring

#: In the order in which links can be followed.
MODULES = ("user", "account", "lead", EVERYTHING)
KEPT_BY_THE_SYSTEM = {"created_at", "created_by", "updated_at", "updated_by", "version"}
WAYS = [(there, *how) for there in ("sqlite", "postgresql") for how in ((".csv", "ko"), (".xlsx", "en"))]
Opening = Callable[[str], Database]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return everything()


@pytest.fixture
def opening(request: pytest.FixtureRequest, catalog: Catalog) -> Iterator[Opening]:
    """Opens fresh databases with the tables of everything in them."""
    with ExitStack() as stack:

        def fresh(dialect: str) -> Database:
            databases = request.getfixturevalue(f"{dialect}_databases")
            address = databases.copy(request.getfixturevalue(f"{dialect}_template"))
            stack.callback(databases.drop, address)
            return Database(with_tables(stack.enter_context(opened(address)), catalog), catalog)

        yield fresh


def dumped(catalog: Catalog, record: Record, *, without: set[str] = frozenset()) -> dict[str, Any]:
    """All values of a record as JSON."""
    module = catalog.modules[record.module]
    return {
        key: module.field(key).type.dump(module.field(key), value)
        for key, value in record.values.items()
        if key not in without
    }


def read_again(here: Database, record: Record) -> Record:
    with here.store.read() as conn:
        return records.get(conn, here.catalog, ADMIN, record.module, record.id)


def made_anew(catalog: Catalog, module: str, language: str) -> tuple[str, ...]:
    """The headings of what the engine makes: a new record gets its own number, whatever a file says."""
    fields = catalog.modules[module].fields.values()
    return tuple(found.label_in(language) for found in fields if found.type.generated)


def edited(here: Database, filler: Filler, record: Record) -> Record:
    """The record with some values changed and some emptied."""
    raw = filler.raw(empty=0.7)
    raw |= {found: None for found in filler.pools if found not in raw and filler.drawn.random() < 0.1}
    with here.store.write() as conn:
        after = records.update(conn, here.catalog, ADMIN, EVERYTHING, record.id, raw, version=record.version)
    before, now = dumped(here.catalog, record), dumped(here.catalog, after)
    changed = {key for key in now if now[key] != before.get(key)}
    assert changed <= {*raw, "title", *KEPT_BY_THE_SYSTEM}
    return after


@sizes(sample=8, full=400)
def test_a_value_stays_what_it_is_from_form_to_file_to_another_database(
    opening: Opening, evidence: Evidence, tmp_path: Path, dialect: str, size: int
) -> None:
    here = opening(dialect)
    filler = Filler(here.store, here.catalog, evidence.random)
    for record in [*filler.records(size), *filler.records(1, empty=0), *filler.records(1, empty=1)]:
        stored = read_again(here, record)
        found = dumped(here.catalog, stored)
        assert dumped(here.catalog, record) == {key: found[key] for key in record.values}
        after = edited(here, filler, stored)
        assert dumped(here.catalog, read_again(here, record)) == dumped(here.catalog, after)
        evidence.count(f"{dialect}: records created, read, edited and read")
    for there, ending, language in WAYS if size > 100 else evidence.random.sample(WAYS, 1):
        elsewhere = opening(there)
        bring(here.store, elsewhere.store)
        for module in MODULES:
            file = tmp_path / f"{module}-{there}{ending}"
            count = here.take(file, module, language=language)
            found = elsewhere.bring(file, module, key=("id",), ignored=made_anew(here.catalog, module, language))
            assert found.faults == [] and found.counts.new == count
            assert elsewhere.bring(file, module, key=("id",)).counts.unchanged == count
            evidence.count(f"{dialect} → {ending} → {there}: records", count)
        for one, other in zip(here.all(EVERYTHING), elsewhere.all(EVERYTHING), strict=True):
            own = dumped(here.catalog, one, without=KEPT_BY_THE_SYSTEM)
            assert own == dumped(here.catalog, other, without=KEPT_BY_THE_SYSTEM)
