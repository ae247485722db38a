"""The table of conditions, asked in SQL on both databases, in Python and in JavaScript."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from hanok.engine.conditions import holds, to_browser, to_sql
from hanok.engine.fields import FieldType
from hanok.engine.store import Store
from tests.contract import javascript
from tests.contract.table import CONTEXT, Case, asked, cases, every_type, of_the_samples, operators_in, stored

TYPES = every_type()


def key_of(found: FieldType) -> str:
    return found.key


def all_cases(found: FieldType) -> list[Case]:
    return [*cases(found), *of_the_samples(found)]


@pytest.mark.parametrize("found", TYPES, ids=key_of)
def test_every_operator_of_every_type_has_a_case(found: FieldType) -> None:
    generated = {operator for case in of_the_samples(found) for operator in operators_in(case.written)}
    missing = set(found.operators) - asked(found) - generated
    assert not missing, f"write rows for {found.key} into conditions.yaml: {', '.join(sorted(missing))}"


def test_every_type_that_browsers_compare_has_rows_of_its_kind() -> None:
    assert {found.key for found in TYPES if found.compares and not cases(found)} == set()


@pytest.mark.parametrize("found", TYPES, ids=key_of)
def test_python_says_what_the_table_says(found: FieldType) -> None:
    for case in all_cases(found):
        for raw, value, expected in case.values:
            assert holds(case.node, {case.it.key: value}, CONTEXT) is expected, (str(case), raw)


@pytest.mark.parametrize("found", TYPES, ids=key_of)
def test_sql_says_what_the_table_says(store: Store, found: FieldType) -> None:
    said = all_cases(found)
    values = [value for case in said for _, value, _ in case.values]
    with store.write() as conn:
        table = stored(conn, said[0].it, values)
        row = 0
        for case in said:
            here = range(row, row + len(case.values))
            chosen = sa.select(table.c.row).where(table.c.row.in_(here), to_sql(case.node, table, CONTEXT))
            found_rows = set(conn.scalars(chosen))
            expected = {number for number, (*_, each) in zip(here, case.values, strict=True) if each}
            assert found_rows == expected, (str(case), case.values)
            row += len(case.values)


def test_javascript_says_what_the_table_says() -> None:
    questions: list[tuple[Any, Any, Any]] = []
    expected: list[tuple[str, Any, bool]] = []
    for found in TYPES:
        for case in cases(found):
            tree = json.loads(json.dumps(to_browser(case.node, CONTEXT)))
            for raw, value, answer in case.values:
                dumped = javascript.sent(found.dump(case.it, value))
                for form in (raw if isinstance(raw, bool | list | None) else str(raw), dumped):
                    questions.append((tree, {case.it.key: form}, None))
                    expected.append((str(case), form, answer))
    for said, (case, form, answer) in zip(javascript.asked(questions), expected, strict=True):
        known = case.partition(":")[0]
        unknown = said is None and not next(found for found in TYPES if found.key == known).compares
        assert said is answer or unknown, (case, form, said)


def test_javascript_knows_nothing_of_what_is_not_on_the_page() -> None:
    trees = [to_browser(case.node, CONTEXT) for found in TYPES for case in cases(found)]
    assert set(javascript.asked([(tree, {}, None) for tree in trees if tree is not None])) <= {None, True, False}
    typed = [tree for tree in trees if tree and tree[0] == "test"]
    assert set(javascript.asked([(tree, {}, None) for tree in typed])) <= {None}
