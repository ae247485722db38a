"""Forms and records as conditions say: drawn right at first, told to the browser, held to by the save."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from hanok.engine.catalog import Catalog
from hanok.engine.records import Record
from tests.builders import a_catalog
from tests.screens.conftest import Browser, Enter
from tests.screens.following import MODEL

Make = Callable[..., Record]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog(MODEL)


def moving(page: str, key: str) -> str:
    """What stands on the wrapper of a field that follows conditions."""
    found = re.search(rf'<div class="moving" data-moving="{key}"([^>]*)>', page)
    assert found, f"{key} does not move"
    return found[1]


def rules(page: str) -> Any:
    found = re.search(r"data-rules[^>]*>(.*?)</script>", page, re.DOTALL)
    assert found, "the page tells no rules"
    return json.loads(found[1])


def test_a_form_is_drawn_as_its_conditions_say(admin: Browser, make: Make) -> None:
    page = admin.page("/deal/new")
    assert " hidden" in moving(page, "reason")
    assert re.search(r'<section data-panel="all-lost" class="born" hidden data-moves>', page)
    lost = make("deal", name="한빛", stage="lost", reason="값")
    page = admin.page(f"/deal/{lost.id}/edit")
    assert " hidden" not in moving(page, "reason")
    assert re.search(r'id="f-reason"[^>]*aria-required="true"', page)
    assert '<section data-panel="all-lost" class="born" data-moves>' in page


def test_a_hidden_field_keeps_its_place_while_another_of_its_row_is_shown(admin: Browser) -> None:
    page = admin.page("/deal/new")
    assert " data-gap" in moving(page, "reason")
    assert " data-gap" not in moving(page, "big")


def test_the_dialog_of_a_few_fields_follows_its_conditions_too(admin: Browser, make: Make) -> None:
    dialog = admin.part("/deal/_quick")
    assert " hidden" in moving(dialog, "reason")
    assert set(rules(dialog)["fields"]) == {"reason", "recipe"}
    asked = re.search(r'data-ask="([^"]+)"', dialog)
    food = make("firm", name="한빛식품", food=True)
    answer = admin.send(asked[1] if asked else "", name="x", stage="lost", firm=str(food.id)).get_json()
    assert answer["fields"]["reason"] == {"visible": True, "required": True}
    assert answer["fields"]["recipe"] == {"visible": True}
    wrong = admin.client.post("/deal/_quick", data={"csrf_token": admin.token(), "name": "x", "stage": "lost"},
                              headers={"HX-Request": "true"})  # fmt: skip
    assert wrong.status_code == 422 and " hidden" not in moving(wrong.text, "reason")


def test_a_panel_says_when_it_appears_where_a_sentence_can(enter: Enter) -> None:
    assert "Shown when Stage is ‘Lost’" in enter().page("/deal/new")
    assert "단계가 ‘실패’일 때 나타납니다" in enter(language="ko").page("/deal/new")


def test_what_no_typing_can_change_is_decided_on_the_server(admin: Browser, make: Make) -> None:
    page = admin.page("/deal/new")
    assert 'id="f-closed"' not in page
    assert 'id="f-number"' in page
    page = admin.page(f"/deal/{make('deal', name='한빛', number='D-1').id}/edit")
    assert 'id="f-closed"' in page
    assert 'id="f-number"' not in page
    assert "D-1" in page


def test_the_browser_is_told_the_conditions_and_the_values_that_they_look_at(admin: Browser) -> None:
    told = rules(admin.page("/deal/new"))
    assert set(told["fields"]) == {"reason", "amount", "big", "recipe"}
    assert told["fields"]["reason"]["visible"]["names"] == ["stage"]
    assert set(told["panels"]) == {"all-lost"}
    assert told["reads"].keys() == {"stage", "amount", "firm", "state"}
    assert told["values"]["stage"] == "talk"
    assert told["options"]["status"]["now"] == ["fresh", "busy"]


def test_a_form_without_conditions_tells_nothing(admin: Browser) -> None:
    assert "data-rules" not in admin.page("/buyer/new")


def test_a_form_that_comes_back_is_drawn_for_what_was_typed(admin: Browser) -> None:
    answer = admin.send("/deal/new", name="한빛", stage="lost", reason="", amount="2,000,000")
    assert answer.status_code == 422
    assert "This is required when Stage is ‘Lost’." in answer.text
    assert " hidden" not in moving(answer.text, "reason")
    assert " hidden" not in moving(answer.text, "big")


def test_the_browser_may_ask_what_it_cannot_know(admin: Browser, make: Make) -> None:
    food, plain = make("firm", name="한빛식품", food=True), make("firm", name="가람")
    answers = [admin.send("/deal/_state", firm=str(firm.id)).json for firm in (food, plain)]
    assert [answer["fields"]["recipe"]["visible"] for answer in answers if answer] == [True, False]
    deal = make("deal", name="거래", firm=str(food.id))
    told = admin.send(f"/deal/{deal.id}/_state", stage="lost").json
    assert told
    assert told["fields"]["recipe"]["visible"] is True
    assert told["panels"]["all-lost"] is True


def test_only_who_may_change_a_record_asks_for_its_state(enter: Enter, make: Make) -> None:
    deal = make("deal", name="거래")
    assert enter("rep").send(f"/deal/{deal.id}/_state").status_code == 404
    assert enter("guest").send("/deal/_state").status_code == 403


# -- picks -------------------------------------------------------------------------------------------------------
def offered(browser: Browser, field: str, **at: str) -> Any:
    asked = {f"at.{key}": text for key, text in at.items()} | {"for": field, "limited": "1"}
    return browser.get("/buyer/_pick", query_string=asked).json


@pytest.mark.parametrize("field", ["deal.buyer", "deal.lines.buyer"])
def test_a_link_offers_what_fits_the_form(admin: Browser, make: Make, field: str) -> None:
    one, two = make("firm", name="한빛"), make("firm", name="가람")
    make("buyer", name="윤재호", firm=str(one.id))
    make("buyer", name="최윤서", firm=str(two.id))
    found = offered(admin, field, firm=str(one.id))
    assert [item["title"] for item in found["items"]] == ["윤재호"]
    assert found["hint"] == "Only buyers of 한빛 are shown"
    everything = offered(admin, field, firm="")
    assert (len(everything["items"]), everything["hint"]) == (2, "")


def test_what_is_not_in_the_form_counts_as_it_is_stored(admin: Browser, make: Make) -> None:
    firm = make("firm", name="한빛")
    make("buyer", name="윤재호", firm=str(firm.id))
    make("buyer", name="최윤서")
    deal = make("deal", name="거래", firm=str(firm.id))
    asked = {"for": "deal.buyer", "limited": "1", "record": str(deal.id)}
    found = admin.get("/buyer/_pick", query_string=asked).json
    assert found
    assert [item["title"] for item in found["items"]] == ["윤재호"]


def test_a_filter_offers_everything(admin: Browser, make: Make) -> None:
    make("buyer", name="윤재호")
    found = admin.get("/buyer/_pick", query_string={"for": "deal.buyer", "at.firm": str(make("firm", name="한빛").id)})
    assert found.json
    assert len(found.json["items"]) == 1


def test_a_choice_hides_the_options_that_do_not_fit(admin: Browser, make: Make) -> None:
    page = admin.page("/deal/new")
    boxes = re.findall(r'<label data-color="[^"]*"( hidden)?><input[^>]* name="mark" value="(\w+)"', page)
    assert {key: hidden for hidden, key in boxes} == {"fresh": "", "busy": "", "done": " hidden"}


def test_a_link_in_a_line_is_asked_for_by_its_own_key(admin: Browser) -> None:
    assert 'data-for="deal.lines.buyer" data-limits="firm"' in admin.page("/deal/new")


# -- duplicates and rules ----------------------------------------------------------------------------------------
def test_a_record_like_another_is_asked_about(admin: Browser, make: Make) -> None:
    there = make("firm", name="한빛식품")
    answer = admin.send("/firm/new", name="한빛식품")
    assert answer.status_code == 422
    assert f'href="/firm/{there.id}"' in answer.text
    assert 'name="despite" value="1"' in answer.text
    assert admin.send("/firm/new", name="한빛식품", despite="1").status_code == 303


def test_the_same_is_asked_about_a_change(admin: Browser, make: Make) -> None:
    make("firm", name="한빛식품")
    other = make("firm", name="가람")
    form = {"name": "한빛식품", "version": "1"}
    assert "Save anyway" in admin.send(f"/firm/{other.id}/edit", **form).text
    assert admin.send(f"/firm/{other.id}/edit", **form, despite="1").status_code == 303


def test_a_duplicate_that_is_refused_is_told_at_its_field(admin: Browser, make: Make) -> None:
    make("firm", name="한빛", code="A1")
    answer = admin.send("/firm/new", name="가람", code="a1", despite="1")
    assert answer.status_code == 422
    assert re.search(r'id="f-code-error">.*A record like this is there already', answer.text, re.DOTALL)


def test_a_rule_is_told_at_its_field(enter: Enter) -> None:
    form = {"name": "거래", "stage": "talk", "from": "2026-02-01", "until": "2026-01-01"}
    answer = enter(language="ko").send("/deal/new", **form)
    assert re.search(r'id="f-until-error">.*끝이 시작보다 빠릅니다', answer.text, re.DOTALL)


# -- the record --------------------------------------------------------------------------------------------------
def test_a_record_shows_only_what_its_values_make_visible(admin: Browser, make: Make) -> None:
    lost = make("deal", name="한빛", stage="lost", reason="너무 비쌈", note="다음에")
    page = admin.page(f"/deal/{lost.id}")
    assert "너무 비쌈" in page
    assert "About the loss" in page
    admin.send(f"/deal/{lost.id}/set", stage="talk", version="1")
    page = admin.page(f"/deal/{lost.id}").split('<aside class="feed"')[0].split('<div class="tab narrow-only"')[0]
    assert "너무 비쌈" not in page
    assert "About the loss" not in page


def test_a_step_that_asks_for_more_leads_to_the_form(admin: Browser, make: Make) -> None:
    deal = make("deal", name="한빛")
    answer = admin.send(f"/deal/{deal.id}/set", stage="lost", version="1")
    assert answer.status_code == 422
    assert '<option value="lost" selected>' in answer.text
    assert "This is required when Stage is ‘Lost’." in answer.text
