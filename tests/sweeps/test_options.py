"""Each type under each option: what is written is kept, edited, exported and imported as it is."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from hanok.engine import records
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid
from hanok.engine.fields import Field
from hanok.engine.records import Record
from hanok.engine.store import Store
from tests.builders import TYPES, with_tables
from tests.evidence import Evidence, sizes
from tests.records.files import Database
from tests.sweeps.everything import ADMIN, Filler
from tests.sweeps.options import OPTIONAL, OPTIONS, named, option_of, optional
from tests.sweeps.test_round_trip import bare, read_again, whole

#: Types whose values have no column of their own to compare: they are neither unique nor indexed.
UNCOMPARED = {"rich_text", "choices", "recurrence", "links", "lines", "file", "files", "image", "signature"}
#: What a field has that nobody sees: a number of the engine's, and what is never empty.
ALWAYS = {"auto_number_unseen", "boolean_unseen"}
Made = tuple[Catalog, dict[str, str]]


@pytest.fixture(scope="module")
def made() -> Made:
    return optional()


@pytest.fixture
def here(store: Store, made: Made) -> Database:
    return Database(with_tables(store, made[0]), made[0])


def test_each_type_takes_each_option_but_for_those_that_need_a_value_to_compare(made: Made) -> None:
    catalog, refused = made
    assert set(refused) == {named(key, option) for key in UNCOMPARED for option in ("unique", "index")}
    assert all("has no value of its own that could be compared" in said for said in refused.values())
    fields = {key for module in OPTIONAL for key in catalog.modules[module].fields}
    assert fields >= {named(key, option) for key in TYPES for option in OPTIONS} - set(refused)


class Taken:
    """The values that records have already, of fields where no two have the same."""

    def __init__(self) -> None:
        self.values: dict[str, set[str]] = {}

    def fresh(self, filler: Filler, found: Field, but: Any = None) -> dict[str, Any]:
        """A raw value that nobody has yet, and that is not `but`; nothing where all of them are taken."""
        used = self.values.setdefault(found.key, set())
        for raw in [filler.value(found) for _ in range(20)] if found.targets else filler.pool(found):
            value = found.type.value(found).deserialize(raw, zone="Asia/Seoul")
            same = str(found.type.comparable(found, value))
            if same not in used and filler.stored(found, raw) != but:
                used.add(same)
                return {found.key: raw}
        return {}


def a_value(filler: Filler, found: Field, taken: Taken, before: Any = None) -> dict[str, Any]:
    """What a field is given: another value than the one before."""
    if found.type.apart:
        return {found.key: filler.several(found, least=1)}
    if found.unique:
        return taken.fresh(filler, found, before)
    return {found.key: filler.another(found, before)}


def first(here: Database, filler: Filler, taken: Taken) -> Record:
    """A record with a value in every field that takes one."""
    raw = {"size": 1}
    for found in filler.module.fields.values():
        if not found.made and found.key != "size":
            raw |= a_value(filler, found, taken)
    with here.store.write() as conn:
        return records.create(conn, here.catalog, ADMIN, filler.key, raw)


def change(here: Database, filler: Filler, record: Record, taken: Taken) -> set[str]:
    """Gives every field that may change another value; those of them that hold another one by now."""
    before, raw = whole(here, record), {}
    for found in filler.module.fields.values():
        if not found.made and found.key != "size" and option_of(found) != "fixed":
            raw |= a_value(filler, found, taken, before[found.key])
    with here.store.write() as conn:
        version = read_again(here, record).version
        records.update(conn, here.catalog, ADMIN, filler.key, record.id, raw, version=version)
    after = whole(here, record)
    return {key for key in raw if after[key] != before[key]}


def headings(filler: Filler, *, files: bool) -> list[str]:
    """The headings of what no import writes: fields that say so, and, where asked, files."""
    away = [found for found in filler.module.fields.values() if not found.imported and found.exported]
    away += [found for found in filler.module.fields.values() if found.type.holds_files and found.exported and files]
    labels = [found.label_in("en") for found in away if not found.type.embedded(found.settings)]
    tied = [found.label_in("en") for found in away if found.targets or found.type.members(found.settings)]
    return [*labels, *(f"{label} (id)" for label in tied)]


def returning(found: Field) -> bool:
    """Whether an export and an import bring the value of a field back."""
    lines = found.type.embedded(found.settings) is not None
    return found.exported and found.imported and not (lines or found.type.holds_files or found.type.secret)


@sizes(sample=1, full=2)  # no more than there are values of a boolean
@pytest.mark.parametrize("module", OPTIONAL)
def test_values_under_every_option_are_kept_edited_exported_and_brought_back(
    here: Database, evidence: Evidence, tmp_path: Path, module: str, dialect: str, size: int
) -> None:
    filler, taken = Filler(here.store, here.catalog, evidence.random, key=module), Taken()
    made = [first(here, filler, taken) for _ in range(size)]
    kept = [whole(here, record) for record in made]
    fields = filler.module.fields
    empty = {key for key, found in fields.items() if kept[0][key] in ((None, []) if found.type.apart else (None,))}
    assert empty == {key for key, found in fields.items() if option_of(found) == "unseen"} - ALWAYS
    back = {key for key, found in fields.items() if returning(found)}
    for ending in (".csv", ".xlsx"):
        file = tmp_path / f"{module}{ending}"
        here.take(file, module, language="en")
        unread = headings(filler, files=False)
        again = here.bring(file, module, key=("id",), ignored=unread)
        assert (again.faults, again.numbers) == ([], (0, 0, size, 0))
        changed = set.union(*(change(here, filler, record, taken) for record in made))
        done = here.bring(file, module, key=("id",), ignored=headings(filler, files=True))
        assert (done.faults, done.counts.changed) == ([], size)
        for record, before in zip(made, kept, strict=True):
            after = whole(here, record)
            assert {key: bare(after[key]) for key in back} == {key: bare(before[key]) for key in back}
        evidence.count(f"{dialect}: fields under an option, changed and brought back by {ending}", len(changed & back))


@pytest.mark.parametrize("module", OPTIONAL)
def test_what_is_fixed_after_creation_stays(here: Database, module: str) -> None:
    filler, taken = Filler(here.store, here.catalog, Random(3), key=module), Taken()
    record = first(here, filler, taken)
    before = whole(here, record)
    for found in filler.module.fields.values():
        if option_of(found) == "fixed" and not found.made:
            raw = a_value(filler, found, taken, before[found.key])
            with pytest.raises(Invalid) as caught, here.store.write() as conn:
                records.update(conn, here.catalog, ADMIN, module, record.id, raw, version=1)
            assert list(caught.value.errors) == [found.key]
