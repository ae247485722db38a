"""What administrators see of web forms and webhooks, and workflows that are begun from the menu of a record."""

from __future__ import annotations

import re

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from tests.automation.triggering import runs_of
from tests.builders import a_catalog, a_record
from tests.screens.conftest import FILES, Browser, Enter

CONTACT = """
label: {en: Contact form, ko: 문의 양식}
module: company
trigger: {webform: {fields: {name: {label: {en: "Firm & city", ko: 상호}}, stage: {}, story: {}}, origins: [https://www.example.com]}}
do: [{set: {story: seen}}]
"""
SHOP = """
label: {en: The shop, ko: 쇼핑몰}
module: company
trigger: {webhook: {fields: {name: payload.firm.name}, key: name}}
do: [{set: {story: seen}}]
"""
GREET = """
label: {en: Greet them, ko: 인사하기}
module: company
trigger: manual
when: {stage: {closed: false}}
do: [{set: {story: hello}}]
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    texts = {"contact": CONTACT, "shop": SHOP, "greet": GREET}
    return a_catalog({**FILES, **{f"workflows/{key}.yaml": text for key, text in texts.items()}})


def test_a_web_form_is_listed_with_html_that_needs_no_script(admin: Browser) -> None:
    page = admin.get("/admin/webforms").text
    assert "/forms/contact" in page and "https://www.example.com" in page
    for said in ("&lt;form method=&#34;post&#34;", "Firm &amp;amp; city", "&lt;option value=&#34;won&#34;&gt;Won",
                 "name=&#34;_homepage&#34;"):  # fmt: skip
        assert said in page, said
    assert "Old" not in page, "retired options are not offered"


def test_a_secret_is_shown_once(admin: Browser) -> None:
    assert "none yet" in admin.get("/admin/webhooks").text
    answer = admin.send("/admin/webhooks/shop/secret")
    (secret,) = re.findall(r'<code translate="no">([^<]{40,})</code>', answer.text)
    again = admin.get("/admin/webhooks").text
    assert secret not in again and "none yet" not in again and "관리자" in again
    assert admin.send("/admin/webhooks/nothing/secret").status_code == 404


def test_a_workflow_is_begun_from_the_menu_of_a_record(admin: Browser, site: Store, catalog: Catalog) -> None:
    going, over = (a_record(site, catalog, "company", name=name, stage=stage) for name, stage in
                   (("A", "new"), ("B", "won")))  # fmt: skip
    address = f"/company/{going.id}/_workflow/greet"
    assert address in admin.get(f"/company/{going.id}").text and "Greet them" in admin.get(f"/company/{going.id}").text
    assert "_workflow" not in admin.get(f"/company/{over.id}").text
    assert admin.send(address).status_code == 303
    assert [row["record"] for row in runs_of(site, "greet")] == [going.id]
    assert admin.send(f"/company/{over.id}/_workflow/greet").status_code == 404


def test_it_is_not_offered_to_whoever_may_not_edit(enter: Enter, site: Store, catalog: Catalog) -> None:
    one, rep = a_record(site, catalog, "company", name="A"), enter("rep")
    assert rep.send(f"/company/{one.id}/_workflow/greet").status_code in (403, 404)
    assert runs_of(site, "greet") == []
