"""What formatted text, stars, codes and secrets look like, and what a list masks."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask, g
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from hanok.engine.fields import Field
from hanok.engine.fields.json import Json
from hanok.web import cells, widgets
from hanok.web.cells.marks import bars, hidden, squares
from hanok.web.formats import Formats
from hanok.web.frame import install
from tests.fields.fields import TYPES, a_field

CELLS = cells.registry()
ENGLISH = Formats("en", "Asia/Seoul")


def field(key: str, **settings: Any) -> Field:
    return a_field(TYPES[key], **settings)


def shown(found: Field, value: Any, place: str = cells.LIST) -> str:
    look = cells.Look(ENGLISH, place, icon=lambda name: Markup("<svg data-name='{}'></svg>").format(name))
    return cells.show(CELLS, value, found, look)


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask("drawing", static_folder=None)
    install(made, None, {"secret_key": "for tests only"})  # type: ignore[arg-type]
    return made


def drawn(app: Flask, found: Field, value: Any = None, **options: Any) -> str:
    with app.test_request_context():
        g.language = "en"
        return widgets.Widgets(app.jinja_env).draw(found, value, formats=ENGLISH, **options)


def test_formatted_text_is_plain_in_a_list_and_formatted_on_a_record() -> None:
    html = "<p>One <strong>two</strong></p><p>three</p>"
    assert shown(field("rich_text"), html) == "One two three"
    assert "<strong>two</strong>" in shown(field("rich_text"), html, cells.RECORD)


def test_what_was_stored_by_somebody_else_is_cleaned_before_it_is_drawn() -> None:
    drawn = shown(field("rich_text"), "<p onclick='x()'>a</p><script>alert(1)</script>", cells.RECORD)
    assert drawn == '<div class="rich"><p>a</p></div>'
    assert "<script" not in shown(field("rich_text"), "&lt;script&gt;alert(1)&lt;/script&gt;")


def test_stars_are_said_in_words() -> None:
    assert 'aria-label="3 of 5"' in shown(field("rating"), 3)
    assert re.sub("<[^>]*>", "", shown(field("rating", max=3), 2)) == "★★★"
    assert 'aria-label="5 of 5"' in shown(field("rating", max=3), 5)


@pytest.mark.parametrize(("value", "said"), [(1234.5, "1,234.5"), (0.0, "0"), (6.02e23, "6.02e+23"), (1e-9, "1e-09")])
def test_measures_are_shown_so_that_they_can_be_read(value: float, said: str) -> None:
    assert f">{said}<" in shown(field("float"), value)


def test_a_colour_is_drawn_without_a_style() -> None:
    assert 'fill="#1f766a"' in shown(field("color"), "#1f766a")
    assert "style" not in shown(field("color"), "#1f766a")


def test_an_icon_is_drawn_beside_its_name() -> None:
    assert shown(field("icon"), "star").count("star") == 2


@pytest.mark.parametrize("kind", ["ean13", "ean8", "upca", "code128", "qr"])
def test_a_code_is_drawn_on_a_record_only(kind: str) -> None:
    found = field("barcode", kind=kind)
    value = found.type.value(found).deserialize(found.type.samples(found)[0])
    assert "<svg" not in shown(found, value)
    drawing = shown(found, value, cells.RECORD)
    assert drawing.count("<svg") == 1
    assert "style=" not in drawing
    assert value in drawing.replace("&#39;", "'") or "&" in value


def test_bars_are_those_of_the_standard() -> None:
    """EAN-13 has 95 modules: 3 + 42 + 5 + 42 + 3; an UPC-A is the EAN-13 with a 0 before it."""
    assert 'viewBox="0 0 115 52"' in bars("ean13", "8801043014816")
    assert bars("upca", "036000291452") == bars("ean13", "0036000291452")
    assert bars("ean13", "old text") == ""
    assert squares("가" * 3000) == ""


def test_a_secret_is_dots_until_somebody_opens_it() -> None:
    found = field("encrypted")
    assert "900101" not in shown(found, "900101-1234567")
    html = shown(found, "900101-1234567", cells.RECORD)
    assert html.index("<summary") < html.index("</summary>") < html.index("900101-1234567")
    assert 'aria-label="Show It"' in html
    assert "&lt;b&gt;" in shown(found, "<b>", cells.RECORD)


MASKED = [
    ("010-1234-5678", "•••-••••-5678"), ("AB12", "••••••"), ("AB123", "•B123"), ("김하늘 님 반갑", "••늘 님 반갑"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "most"), MASKED)
def test_a_mask_leaves_the_last_four(text: str, most: str) -> None:
    assert hidden(text, "most") == most
    assert hidden(text, "all") == "••••••"


def test_lists_mask_what_records_show() -> None:
    phone = field("phone", mask="most")
    assert "•••-••••-5678" in shown(phone, "+821012345678")
    assert "1234" not in shown(phone, "+821012345678")
    assert "010-1234-5678" in shown(phone, "+821012345678", cells.RECORD)


def test_stars_can_be_taken_back_and_radio_buttons_too(app: Flask) -> None:
    for found, value in ((field("rating"), 3), (field("radio", **TYPES["radio"].settings_samples()[0]), "won")):
        html = drawn(app, found, value)
        assert re.search('type="radio" name="it" value=""', html)
        assert len(re.findall(" checked", html)) == 1
        sent = MultiDict([("it", ""), ("it", "")])
        assert widgets.read_form([found], sent, ENGLISH) == {"it": ""}


def test_a_required_radio_offers_no_none(app: Flask) -> None:
    found = field("radio", **TYPES["radio"].settings_samples()[0])
    html = drawn(app, found, required=True)
    assert 'type="radio" name="it" value=""' not in html
    assert "required" in html


def test_a_retired_option_is_a_button_only_where_it_is_chosen(app: Flask) -> None:
    found = field("radio", **TYPES["radio"].settings_samples()[0])
    assert "Old" not in drawn(app, found, "new")
    assert "Old" in drawn(app, found, "old")


def test_no_stars_stay_no_stars(app: Flask) -> None:
    assert re.search('value="0" checked', drawn(app, field("rating"), 0))
    assert 'value="0"' not in drawn(app, field("rating"), 1)


def test_json_is_edited_on_lines(app: Flask) -> None:
    assert "{\n  &#34;a&#34;: 1\n}" in drawn(app, field("json"), Json('{"a":1}'))


def test_a_secret_is_not_to_be_read_over_a_shoulder(app: Flask) -> None:
    assert 'type="password"' in drawn(app, field("encrypted"), "900101")
    assert "hk-secret" not in drawn(app, field("encrypted"), asking=True)


def test_conditions_ask_for_words_not_for_formatted_text(app: Flask) -> None:
    assert "<textarea" in drawn(app, field("rich_text"))
    assert "<textarea" not in drawn(app, field("rich_text"), asking=True)
