"""The page of a role says what it gives of single fields, and what comes of that."""

from __future__ import annotations

import pytest

from hanok.engine.catalog import Catalog
from hanok.screens.access.field_rules import rules_of
from tests.builders import a_catalog
from tests.screens.conftest import FILES, Enter

CLERK = """
label: {en: Clerk, ko: 사무}
default: all
assignable: false
modules: {person: none}
fields:
  company.size:    {view: none}
  company.rate:    {edit: none}
  company.founded: {view: {owner: $me}}
  company.story:   {view: {any: [{owner: {team: $me.team}}, {stage: [new, won]}]}, edit: owner}
  company.active:  {view: {size: {gt: 3}}, edit: deny}
  person.given:    {view: owner}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "roles/clerk.yaml": CLERK})


def test_each_field_says_its_levels_and_what_comes_of_them(catalog: Catalog) -> None:
    company, person = rules_of(catalog, catalog.roles["clerk"], "en")
    said = {line.key: line for line in company.lines}
    assert list(said) == ["size", "rate", "active", "founded", "story"], "in the order of the module"
    assert [line.key for line in company.denied] == ["size"] and [line.key for line in company.fixed] == [
        "rate", "active"
    ]  # fmt: skip
    assert str(said["size"].outcome) == "It is not there, unless another role shows it."
    assert str(said["rate"].outcome) == "It is read only." and said["rate"].view.is_default
    assert said["rate"].edit.place == "site/roles/clerk.yaml:8"
    assert str(said["active"].outcome) == "It is read only, whatever other roles give."
    assert str(said["founded"].outcome) == "It is empty where it is not seen, and not changed there."
    assert str(person.lines[0].outcome) == "It sees no such records anyway."


def test_conditions_are_said_in_words_where_they_are_simple(catalog: Catalog) -> None:
    company, _ = rules_of(catalog, catalog.roles["clerk"], "en")
    cells = {line.key: line.view for line in company.lines}
    assert cells["founded"].words is not None and cells["founded"].condition == "owner: $me"
    assert cells["story"].words is not None and cells["active"].words is None
    assert cells["active"].condition == "size: {gt: 3}"


def test_the_page_shows_them_in_both_languages(enter: Enter) -> None:
    page = enter().page("/role/clerk")
    assert "1 denied" in page and "2 read only" in page and "nobody is given records by it" in page
    assert "Owner is oneself" in page and "Owner › Team is one&#39;s own team or Stage is ‘New’ or ‘Won’" in page
    assert '<details class="field-rules" open>' in page
    korean = enter(language="ko").page("/role/clerk")
    assert "담당자이(가)" not in korean and "거부 1개" in korean and "읽기 전용 2개" in korean
    assert "field-rules" not in enter().page("/role/owner_only"), "a role that says nothing of fields"
