"""A form that nobody touches changes nothing, whatever stands in it."""

from __future__ import annotations

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.builders import with_tables
from tests.evidence import Evidence, sizes
from tests.records.files import Database
from tests.sweeps.everything import EVERYTHING, Filler, everything
from tests.sweeps.pages import as_sent, form_of, visiting
from tests.sweeps.test_round_trip import read_again, whole


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return everything()


@sizes(sample=3, full=150)
def test_a_form_that_is_sent_untouched_changes_nothing(
    store: Store, catalog: Catalog, evidence: Evidence, size: int, dialect: str
) -> None:
    here = Database(with_tables(store, catalog), catalog)
    filler = Filler(here.store, here.catalog, evidence.random)
    filler.known[EVERYTHING] = [str(record.id) for record in filler.records(3)]
    made = [*filler.records(size, apart=True), *filler.records(1, empty=0, apart=True), *filler.records(1, empty=1)]
    for language in ("en", "ko") if size > 10 else evidence.random.sample(("en", "ko"), 1):
        with visiting(store, catalog, language=language) as client:
            for record in made:
                before, version = whole(here, record), read_again(here, record).version
                page = client.get(f"/{EVERYTHING}/{record.id}/edit")
                assert page.status_code == 200
                form = form_of(page.text, "record-form")
                assert len(form.sent) > len(catalog.modules[EVERYTHING].fields)
                answer = client.post(form.action, data=as_sent(form.sent))
                assert answer.status_code == 303, answer.text
                assert whole(here, record) == before
                assert read_again(here, record).version == version
                evidence.count(f"{dialect}: {language}: forms sent untouched, which changed nothing")
