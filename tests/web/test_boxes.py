"""Inputs of several boxes: what they send is what their types read."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, g
from werkzeug.datastructures import MultiDict

from hanok.web import cells, widgets
from hanok.web.formats import Formats
from hanok.web.frame import install
from tests.fields.loading import field, load

FORMATS = Formats("ko", "Asia/Seoul")
CELLS = cells.registry()


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask("drawing", static_folder=None)
    install(made, None, {"secret_key": "for tests only"})  # type: ignore[arg-type]
    return made


def drawn(app: Flask, key: str, raw: Any, language: str = "ko", **settings: Any) -> str:
    one = field(key, **settings)
    with app.test_request_context():
        g.language = language
        drawing = widgets.Widgets(app.jinja_env)
        return str(drawing.draw(one, load(one, raw), formats=Formats(language, "Asia/Seoul")))


def sent(key: str, *boxes: tuple[str, str], **settings: Any) -> Any:
    """The value of a form with these boxes, in JSON."""
    one = field(key, **settings)
    form = MultiDict([("it", ""), *((f"it.{part}", text) for part, text in boxes)])
    return one.type.dump(one, load(one, widgets.read_form([one], form, FORMATS)["it"]))


def shown(key: str, raw: Any, *, place: str = cells.LIST, language: str = "ko", **settings: Any) -> str:
    one = field(key, **settings)
    return str(cells.show(CELLS, load(one, raw), one, cells.Look(Formats(language, "Asia/Seoul"), place)))


@pytest.mark.parametrize("key", ["period", "recurrence", "emails", "phones", "person_name", "geo_point"])
def test_boxes_without_a_word_are_empty(key: str) -> None:
    parts = {"recurrence": ["freq"], "emails": ["value"], "phones": ["value"]}.get(key, [])
    assert sent(key, *((part, " ") for part in parts)) in (None, [])


def test_an_address_of_nothing_but_the_usual_country_is_empty() -> None:
    boxes = [(part, "") for part in ("postcode", "state", "city", "street", "detail")]
    assert sent("address", ("country", "KR"), *boxes) is None
    assert sent("address", ("country", "FR"), *boxes) == {"country": "FR"}


@pytest.mark.parametrize(
    ("boxes", "rule"),
    [
        (
            [("freq", "WEEKLY"), ("every", "1"), ("days", ""), ("days", "MO"), ("days", "FR"), ("end", "")],
            "FREQ=WEEKLY;BYDAY=MO,FR",
        ),
        (
            [("freq", "DAILY"), ("every", "3"), ("days", "MO"), ("end", "count"), ("count", "10")],
            "FREQ=DAILY;INTERVAL=3;COUNT=10",
        ),
        ([("freq", "YEARLY"), ("every", ""), ("end", "until"), ("until", "2030-12-31")], "FREQ=YEARLY;UNTIL=20301231"),
        (
            [("freq", "OWN"), ("rule", "FREQ=MONTHLY;BYDAY=-1FR"), ("every", "5"), ("end", "count")],
            "FREQ=MONTHLY;BYDAY=-1FR",
        ),
    ],
)
def test_the_boxes_of_a_repetition_are_a_rule(boxes: list[tuple[str, str]], rule: str) -> None:
    assert sent("recurrence", *boxes) == {"rule": rule}


def test_a_rule_that_the_boxes_cannot_say_is_kept_as_it_is(app: Flask) -> None:
    html = drawn(app, "recurrence", "FREQ=MONTHLY;BYDAY=-1FR")
    assert 'data-freq="OWN"' in html and 'value="FREQ=MONTHLY;BYDAY=-1FR"' in html
    assert 'data-freq="WEEKLY"' in drawn(app, "recurrence", "FREQ=WEEKLY;BYDAY=MO;COUNT=3")


def test_rows_of_a_list_keep_their_kind_and_the_primary() -> None:
    boxes = [
        ("value", "a@example.com"),
        ("kind", "work"),
        ("state", "opt_out"),
        ("value", " "),
        ("kind", "home"),
        ("state", ""),
        ("value", "b@example.com"),
        ("kind", ""),
        ("state", ""),
        ("primary", "2"),
    ]
    assert sent("emails", *boxes) == [
        {"email": "a@example.com", "kind": "work", "opt_out": True},
        {"email": "b@example.com", "primary": True},
    ]


def test_a_day_of_a_whole_period_is_read_from_a_box_of_day_and_time() -> None:
    boxes = [("start", "2026-11-17T09:30"), ("end", "2026-11-18T10:00")]
    whole = sent("period", *boxes, ("all_day", "true"), all_day=True)
    assert whole == {"start": "2026-11-17", "end": "2026-11-18", "all_day": True}
    assert sent("period", *boxes)["start"] == "2026-11-17T00:30:00Z"


def test_boxes_of_an_address_stand_in_the_order_of_its_country(app: Flask) -> None:
    here = drawn(app, "address", {"country": "KR", "city": "중구"})
    there = drawn(app, "address", {"country": "US", "city": "Boston"})
    assert here.index("it.postcode") < here.index("it.state") < here.index("it.street")
    assert there.index("it.street") < there.index("it.city") < there.index("it.postcode")


def test_names_are_asked_in_the_order_of_the_language_and_lose_no_part(app: Flask) -> None:
    name = {"last": "King", "first": "Ada", "suffix": "Jr."}
    korean, english = (drawn(app, "person_name", name, language, ask=[]) for language in ("ko", "en"))
    assert korean.index("it.last") < korean.index("it.first")
    assert english.index("it.first") < english.index("it.last")
    assert "it.suffix" in korean and "it.middle" not in korean


def test_cells_are_short_in_lists_and_whole_on_records() -> None:
    both = "a@example.com, b@example.com (home · opt_out)"
    assert "b@example.com" not in shown("emails", both).split("title=")[0]
    assert "mailto:b@" not in shown("emails", both, place=cells.RECORD)
    assert "수신 거부" in shown("emails", both, place=cells.RECORD)
    assert "2026-11-17 09:30</time> – " in shown("period", "2026-11-17T09:30 ~ 2026-11-17T11:00")
    assert shown("period", "2026-11-17", all_day=True).count("<time") == 1
    assert shown("person_name", "김하늘", honorific=True) == "김하늘님"
    assert shown("person_name", "김하늘", honorific=True, language="en") == "김하늘"
    assert shown("recurrence", "FREQ=WEEKLY;BYDAY=MO") == "매주 월요일"
    assert "미국" in shown("address", {"country": "US", "city": "Boston"})
