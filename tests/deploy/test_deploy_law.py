"""The law of deploys: from any model to any other, and on to a third; then the tables are what the catalog wants."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hanok.engine import records
from hanok.engine.deploy import deploy, load_live, make_plan
from hanok.engine.deploy.physical import Physical, Present
from hanok.engine.language import Layer
from hanok.engine.store import Store, open_store
from tests.builders import CORE, TYPES, a_layer, a_record, an_administrator
from tests.databases import Databases

KINDS = (
    "{type: text}", "{type: text, search: true}", "{type: text, index: true, length: 20}", "{type: long_text}",
    "{type: integer}", "{type: integer, index: true}", "{type: decimal, places: 2}", "{type: decimal, places: 4}",
    "{type: date}", "{type: boolean}", "{type: choice, options: {a: {label: {en: A}}}}", "{type: link, to: thing}",
    "{type: user}",
)  # fmt: skip
FIELDS = st.dictionaries(st.sampled_from(["one", "two", "three"]), st.sampled_from(KINDS), max_size=3)
MODELS = st.dictionaries(st.sampled_from(["thing", "other"]), FIELDS, max_size=2)


def layers_of(model: dict[str, dict[str, str]]) -> list[Layer]:
    model = {"thing": {}, **model}
    files = {}
    for module, fields in model.items():
        lines = "".join(f"  {key}: {kind}\n" for key, kind in fields.items())
        files[f"modules/{module}.yaml"] = f"label: {{en: X}}\nfields:\n  name: {{type: text}}\n{lines}"
    return [CORE, a_layer(files)]


@contextmanager
def fresh(databases: Databases, template: str) -> Iterator[Store]:
    address = databases.copy(template)
    store = open_store(address)
    try:
        yield store
    finally:
        store.dispose()
        databases.drop(address)


def check(store: Store) -> None:
    live = load_live(store, TYPES)
    physical = Physical.of(live.catalog, store.dialect)
    with store.read() as conn:
        present = Present.of(conn)
        for table in physical.tables.values():
            assert all(present.has(column) for column in table.columns)
        mine = {name for name, table in present.indexes.items() if table in physical.tables}
        assert mine == set(physical.indexes)
        for module in live.catalog.modules:
            records.page(conn, live.catalog, an_administrator(), records.Query(module=module))


@settings(
    max_examples=5, deadline=None, phases=[Phase.generate, Phase.shrink], derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(models=st.lists(MODELS, min_size=2, max_size=3))
def test_any_model_follows_any_other(
    request: pytest.FixtureRequest, dialect: str, databases: Databases, models: list[dict[str, dict[str, str]]]
) -> None:
    template = request.getfixturevalue(f"{dialect}_template")
    with fresh(databases, template) as store:
        numbers = itertools.count(1)
        for model in models:
            found = make_plan(store, layers_of(model), TYPES)
            if not found.empty:
                every = [step.key for step in found.steps]
                assert deploy(store, found, accept=every) == next(numbers)
            check(store)
            assert make_plan(store, layers_of(model), TYPES).empty
            a_record(store, load_live(store, TYPES).catalog, "thing", name="one more")
