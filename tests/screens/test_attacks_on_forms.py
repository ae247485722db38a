"""Attackers who send forms of their own making."""

from __future__ import annotations

import time
from uuid import uuid4

import marshmallow as ma
import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.fields.rich_text import RichValue
from hanok.engine.store import Store
from tests.builders import COMPANY, a_catalog, a_record
from tests.screens.conftest import FILES, Enter

NEW = """
  hot: {type: text, visible: {parent: {size: {gt: 100}}}}
  rich: {type: rich_text}
  paper: {type: file}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**FILES, "modules/company.yaml": COMPANY + NEW})


def test_a_form_does_not_tell_what_hidden_records_hold(site: Store, catalog: Catalog, enter: Enter) -> None:
    """Whoever knows an id must not learn by `visible: {parent: {size: …}}` what that record says."""
    secret = a_record(site, catalog, "company", name="비밀 회사", size=500)
    told = {}
    for name in ("rep", "admin"):
        for id in (secret.id, uuid4()):
            told[name, id == secret.id] = enter(name).send("/company/_state", parent=str(id)).json
    assert told["rep", True] == told["rep", False]
    assert told["admin", True] != told["admin", False]


@pytest.mark.parametrize("field", ["paper", "rich", "name", "parent"])
def test_what_is_nested_without_end_is_an_error_of_its_field(enter: Enter, field: str) -> None:
    for text in ("[" * 100_000, '{"a":' * 20_000, f'{{"id":"{uuid4()}","size":1e999}}', "<div>" * 20_000):
        answer = enter("rep").send("/company/new", **{"name": "", field: text})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000, "<div></x>" * 60_000, "<div><b></div>" * 20_000, "<ul><li>" * 20_000,
        "<table><tr><td>" * 13_000,
    ],
)  # fmt: skip
def test_html_that_is_nested_without_end_is_refused_at_once(html: str) -> None:
    begun = time.process_time()
    with pytest.raises(ma.ValidationError):
        RichValue().deserialize(html)
    assert time.process_time() - begun < 2


def test_texts_of_many_elements_are_fine() -> None:
    html = "<ul>" + "<li><b>한</b><ul><li>빛</li></ul></li>" * 500 + "</ul>" + "<p>a<p>b" * 300
    assert RichValue().deserialize(html).startswith("<ul>")
