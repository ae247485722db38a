"""Every type with every setting, created, read, edited, exported and imported here and elsewhere, is still the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog, Module
from hanok.engine.fields import Field, Tie
from hanok.engine.records import Record
from tests.builders import TYPES, with_tables
from tests.databases import opened
from tests.evidence import Evidence, sizes
from tests.records.files import Database
from tests.sweeps.everything import ADMIN, EVERYTHING, OF_LINES, Filler, everything, writable
from tests.sweeps.uploads import bring

ID = "id"
KEPT_BY_THE_SYSTEM = {"created_at", "created_by", "updated_at", "updated_by", "version"}
WAYS = [(there, *how) for there in ("sqlite", "postgresql") for how in ((".csv", "ko"), (".xlsx", "en"))]
Opening = Callable[[str], Database]
Values = dict[str, Any]


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


def in_order(catalog: Catalog) -> list[str]:
    """The modules as their links can be followed: everything, and its lines, behind what it links to."""
    return [*sorted(key for key in catalog.every if not key.startswith(EVERYTHING)), *of_everything(catalog)]


def of_everything(catalog: Catalog) -> list[str]:
    return sorted(key for key in catalog.every if key.startswith(EVERYTHING))


def dumped(catalog: Catalog, record: Record, *, without: Iterable[str] = ()) -> Values:
    """All values of a record as JSON."""
    module = catalog.every[record.module]
    return {
        key: module.field(key).type.dump(module.field(key), value)
        for key, value in record.values.items()
        if key not in without
    }


def read_again(here: Database, record: Record) -> Record:
    with here.store.read() as conn:
        return records.get(conn, here.catalog, ADMIN, record.module, record.id)


def beside(here: Database, record: Record) -> dict[str, list[Values]]:
    """The ties and lines of a record as JSON."""
    module = here.catalog.every[record.module]
    with here.store.read() as conn:
        found = records.related(conn, here.catalog, ADMIN, record)
    return {key: [said(here.catalog, module.field(key), each) for each in some] for key, some in found.items()}


def said(catalog: Catalog, found: Field, each: Any) -> Values:
    if isinstance(each, Tie):
        return {**found.type.dump(found, [each])[0]}
    return dumped(catalog, each, without=KEPT_BY_THE_SYSTEM)


def whole(here: Database, record: Record, without: Iterable[str] = ()) -> Values:
    """What a record is, without who wrote it and when."""
    away = {*KEPT_BY_THE_SYSTEM, *without}
    found = {**dumped(here.catalog, read_again(here, record)), **beside(here, record)}
    return {key: value for key, value in found.items() if key not in away}


def made_anew(catalog: Catalog, module: str, language: str) -> tuple[str, ...]:
    """The headings of what the engine makes: a new record gets its own number, whatever a file says."""
    fields = catalog.every[module].fields.values()
    return tuple(found.label_in(language) for found in fields if found.type.generated)


def edited(here: Database, filler: Filler, record: Record) -> Record:
    """The record with some values changed and some emptied."""
    raw = filler.raw(empty=0.7)
    raw |= {found: None for found in filler.plain if found not in raw and filler.drawn.random() < 0.1}
    with here.store.write() as conn:
        after = records.update(conn, here.catalog, ADMIN, EVERYTHING, record.id, raw, version=record.version)
    before, now = dumped(here.catalog, record), dumped(here.catalog, after)
    changed = {key for key in now if now[key] != before.get(key)}
    assert changed <= {*raw, "title", *KEPT_BY_THE_SYSTEM}
    return after


def wholly_edited(here: Database, filler: Filler, record: Record) -> set[str]:
    """Gives every field another value; the fields whose values are other ones by now."""
    before = whole(here, record)
    raw = {found.key: filler.another(found, before[found.key]) for found in filler.fields}
    raw |= filler.apart(empty=0)
    with here.store.write() as conn:
        records.update(conn, here.catalog, ADMIN, EVERYTHING, record.id, raw, version=read_again(here, record).version)
    after = whole(here, record)
    return {key for key in raw if after[key] != before[key]}


@sizes(sample=6, full=400)
def test_a_value_stays_what_it_is_from_form_to_file_to_another_database(
    opening: Opening, evidence: Evidence, tmp_path: Path, dialect: str, size: int
) -> None:
    here = opening(dialect)
    filler = Filler(here.store, here.catalog, evidence.random)
    made = [*filler.records(size, apart=True), *filler.records(1, empty=0, apart=True), *filler.records(1, empty=1)]
    for record in made:
        stored = read_again(here, record)
        found = dumped(here.catalog, stored)
        assert dumped(here.catalog, record) == {key: found[key] for key in record.values}
        after = edited(here, filler, stored)
        assert dumped(here.catalog, read_again(here, record)) == dumped(here.catalog, after)
        evidence.count(f"{dialect}: records created, read, edited and read")
    for there, ending, language in WAYS if size > 100 else evidence.random.sample(WAYS, 1):
        elsewhere = opening(there)
        bring(here.store, elsewhere.store)
        for module in in_order(here.catalog):
            file = tmp_path / f"{module}-{there}{ending}"
            count = here.take(file, module, language=language)
            found = elsewhere.bring(file, module, key=("id",), ignored=made_anew(here.catalog, module, language))
            assert found.faults == [] and found.counts.new == count
            assert elsewhere.bring(file, module, key=("id",)).counts.unchanged == count
            evidence.count(f"{dialect} → {ending} → {there}: records", count)
        lost = without_files(here.catalog.modules[EVERYTHING])
        for one, other in zip(here.all(EVERYTHING), elsewhere.all(EVERYTHING), strict=True):
            assert without_own(whole(here, one, lost)) == without_own(whole(elsewhere, other, lost))


def without_files(module: Module) -> set[str]:
    """What no file holds unless somebody asks for it: secrets."""
    return {key for key, found in module.fields.items() if not found.exported and not found.type.apart}


def without_own(found: Values) -> Values:
    """Without what ties say of themselves, which no cell holds."""
    return {key: bare(value) for key, value in found.items()}


def bare(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], dict) and "title" not in value[0]:
        return [{key: tie[key] for key in ("module", "id") if key in tie} for tie in value]
    return value


@sizes(sample=3, full=60)
def test_an_import_gives_back_what_was_exported_before_every_field_was_changed(
    opening: Opening, evidence: Evidence, tmp_path: Path, dialect: str, size: int
) -> None:
    here = opening(dialect)
    filler = Filler(here.store, here.catalog, evidence.random)
    filler.known[EVERYTHING] = [str(record.id) for record in filler.records(4)]
    made = filler.records(size, empty=0, apart=True)
    kept = {record.id: whole(here, record) for record in made}
    gone = without_files(here.catalog.modules[EVERYTHING])
    gone |= {found.key for found in filler.fields if found.type.holds_files}
    for ending, language in ((".csv", "ko"), (".xlsx", "en")):
        files = {}
        for module in of_everything(here.catalog):
            files[module] = tmp_path / f"{module}{ending}"
            here.take(files[module], module, language=language)
        changed = [wholly_edited(here, filler, record) for record in made]
        few = {found.key for found in filler.fields if filler.variety(found) < 2}
        assert set.union(*changed) >= {found.key for found in filler.fields} - few
        evidence.count(f"{dialect}: fields given other values", sum(map(len, changed)))
        headings = [found.label_in(language) for found in filler.fields if found.type.holds_files]
        done = here.bring(files[EVERYTHING], EVERYTHING, key=("id",), ignored=headings)
        assert (done.faults, done.counts.changed) == ([], size)
        for record in made:
            assert without_own(whole(here, record, gone | lines_of(here.catalog))) == without_own(
                {key: value for key, value in kept[record.id].items() if key not in gone | lines_of(here.catalog)}
            )
            evidence.count(f"{dialect}: records as they were before, by an import of {ending}")
        again = here.bring(files[EVERYTHING], EVERYTHING, key=("id",), ignored=headings)
        assert again.counts.unchanged == size + 4


@sizes(sample=3, full=40)
def test_lines_come_back_from_their_own_file(
    opening: Opening, evidence: Evidence, tmp_path: Path, dialect: str, size: int
) -> None:
    here = opening(dialect)
    filler = Filler(here.store, here.catalog, evidence.random)
    made = filler.records(size, empty=0, apart=True)
    kept = {record.id: beside(here, record) for record in made}
    for module in of_everything(here.catalog)[1:]:
        file = tmp_path / f"{module}.xlsx"
        count = here.take(file, module, language="en")
        for line in here.all(module):
            change_line(here, filler, line)
        done = here.bring(file, module, key=("id",))
        assert (done.faults, done.counts.changed) == ([], count)
        evidence.count(f"{dialect}: lines as they were before", count)
    assert {record.id: beside(here, record) for record in made} == kept


def change_line(here: Database, filler: Filler, line: Record) -> None:
    child = here.catalog.every[line.module]
    before = dumped(here.catalog, line)
    own = [found for found in writable(child) if found.key not in OF_LINES]
    raw = {found.key: filler.another(found, before[found.key]) for found in own if not found.made}
    with here.store.write() as conn:
        records.update(conn, here.catalog, ADMIN, line.module, line.id, raw, version=line.version)


#: What a file alone cannot bring to a site that has nothing, and the words in which that is said.
CANNOT = {
    "auto_number": "New records get this from the system",
    **dict.fromkeys(("file", "files", "image", "signature"), "spreadsheets name files, but do not bring them"),
    **dict.fromkeys(("link", "user", "team"), "The linked record does not exist"),
    "links": "A linked record does not exist",
}  # fmt: skip


def test_what_a_file_cannot_bring_to_an_empty_site_is_said_and_all_else_comes(
    opening: Opening, tmp_path: Path, dialect: str
) -> None:
    here, elsewhere = opening(dialect), opening(dialect)
    filler = Filler(here.store, here.catalog, Random(7))
    (record,) = filler.records(1, empty=0, apart=True)
    present, fields = whole(here, record), here.catalog.modules[EVERYTHING].fields
    given = {key for key, value in present.items() if value is not None and value not in ("", (), [])}
    asked = [found for key, found in fields.items() if found.type.embedded(found.settings) is None and key in given]
    asked.sort(key=lambda found: not found.type.generated)
    for found in asked:
        file, led = tmp_path / f"{found.key}.csv", found.targets or found.members
        here.take(file, EVERYTHING, columns=(ID, f"{found.key}.id" if led else found.key))
        done = elsewhere.bring(file, EVERYTHING, key=(ID,))
        expected = CANNOT.get(found.type.key)
        if expected is None:
            assert done.faults == []
            assert whole(elsewhere, record)[found.key] == present[found.key]
        else:
            assert len(done.faults) == 1 and expected in done.faults[0], (found.key, done.faults)
    assert {found.type.key for found in asked} >= {*CANNOT, *TYPES} - {"lines"}


def lines_of(catalog: Catalog) -> set[str]:
    return {key.partition(".")[2] for key in of_everything(catalog)}
