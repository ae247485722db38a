"""What types name is drawn: every cell, every widget, for every sample of every type."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from hanok.engine.errors import HanokError, say
from hanok.engine.fields import Field, Linked
from hanok.web import cells, widgets
from hanok.web.formats import Formats
from hanok.web.frame import install
from tests.fields.fields import TYPES, a_field, every_field, loaded, name_of

FORMATS = Formats("ko", "Asia/Seoul")
CELLS = cells.registry()
FIELDS = list(every_field(apart=True))
each_field = pytest.mark.parametrize("field", FIELDS, ids=name_of)
each_type = pytest.mark.parametrize("found", TYPES.values(), ids=lambda found: found.key)


class Boxes(HTMLParser):
    """What a browser would send of a drawn field that nobody touched."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.select = self.area = ""
        self.feed(re.sub(r"<(template|noscript).*?</\1>", "", html, flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        name, value = facts.get("name") or "", facts.get("value") or ""
        if tag == "input" and (facts.get("type") not in ("checkbox", "radio") or "checked" in facts):
            self.sent.append((name, value))
        if tag == "select":
            self.select = name
            self.sent.append((name, ""))
        if tag == "option" and "selected" in facts:
            self.sent[-1] = (self.select, value)
        if tag == "textarea":
            self.area = name
            self.sent.append((name, ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[-1] = (self.area, self.sent[-1][1] + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            name, text = self.sent[-1]
            self.sent[-1] = (name, text.removeprefix("\n"))
            self.area = ""


@pytest.fixture(scope="module")
def app() -> Flask:
    """The templates alone: nothing here asks for a page."""
    made = Flask("drawing", static_folder=None)
    install(made, None, {"secret_key": "for tests only"})  # type: ignore[arg-type]
    return made


@pytest.fixture
def drawing(app: Flask) -> widgets.Widgets:
    return widgets.Widgets(app.jinja_env)


def shown(field: Field, value: Any) -> Any:
    """The value as a record has it: a link with its title."""
    if field.targets and value is not None:
        module = value.module if isinstance(value, Linked) else field.targets[0]
        return Linked(module, value.id if isinstance(value, Linked) else value, "한빛 <전자>")
    if field.members and not field.type.embedded(field.settings):
        return tuple(replace(tie, title="한빛 <전자>") for tie in value or ())
    return value


@each_type
def test_types_name_cells_and_widgets_that_there_are(found: Any) -> None:
    field = a_field(found, **found.settings_samples()[0])
    assert found.cell(field).name in CELLS
    assert found.generated or found.input(field).name in widgets.INPUTS


@each_field
@pytest.mark.parametrize("place", [cells.LIST, cells.RECORD])
def test_every_value_is_shown_without_letting_html_in(field: Field, place: str) -> None:
    for value in loaded(field):
        html = cells.show(CELLS, shown(field, value), field, cells.Look(FORMATS, place))
        assert "<b>" not in html
        assert "<전자>" not in html
        assert isinstance(html, Markup)


@each_field
def test_a_form_that_nobody_touched_sends_the_same_value(field: Field, drawing: widgets.Widgets, app: Flask) -> None:
    if field.type.generated:
        return
    with app.test_request_context():
        g.language, g.formats = "ko", FORMATS
        for value in loaded(field):
            html = drawing.draw(field, shown(field, value), formats=FORMATS)
            form = MultiDict(Boxes(html).sent)
            raw = widgets.read_form([field], form, FORMATS)
            back = field.type.value(field).deserialize(raw["it"], zone="Asia/Seoul")
            same = field.type.dump(field, back) == field.type.dump(field, value)
            assert same or (value is None and back in (None, False, ())), (html, raw)


@each_field
def test_what_was_typed_comes_back_with_its_error(field: Field, drawing: widgets.Widgets, app: Flask) -> None:
    with app.test_request_context():
        g.language, g.formats = "ko", FORMATS
        boxes = {name for name, _ in Boxes(drawing.draw(field, None, formats=FORMATS)).sent if "." in name}
        form = MultiDict([("it", "<typed>"), ("it$title", "<typed>"), *((name, "<typed>") for name in boxes)])
        html = drawing.draw(field, None, formats=FORMATS, form=form, errors=[say("Search")])
    assert "<typed>" not in html
    assert 'id="f-it-error"' in html
    assert "검색" in html
    assert 'aria-describedby="f-it-error"' in html
    ticked = ("select", "multiselect", "checkbox", "rating", "radio", "links", "lines")
    if not field.type.holds_files and field.type.input(field).name not in ticked:
        assert "&lt;typed&gt;" in html


def test_a_checkbox_that_is_not_on_the_form_is_not_read() -> None:
    flag = a_field(TYPES["boolean"])
    assert widgets.read_form([flag], MultiDict(), FORMATS) == {}
    assert widgets.read_form([flag], MultiDict([("it", "false")]), FORMATS) == {"it": "false"}
    assert widgets.read_form([flag], MultiDict([("it", "false"), ("it", "true")]), FORMATS) == {"it": "true"}


def test_money_may_be_typed_with_its_sign() -> None:
    field = a_field(TYPES["money"])
    raw = widgets.read_form([field], MultiDict([("it", "₩ 1,234,000"), ("it.currency", "KRW")]), FORMATS)
    assert field.type.value(field).deserialize(raw["it"]).amount == 1234000


def test_a_retired_choice_is_offered_only_where_it_is_chosen(drawing: widgets.Widgets, app: Flask) -> None:
    options = {"new": {"label": {"en": "New"}}, "old": {"label": {"en": "Old"}, "retired": True}}
    field = a_field(TYPES["choice"], options=options)
    with app.test_request_context():
        g.language = "en"
        assert "Old" not in drawing.draw(field, "new", formats=FORMATS)
        assert "Old" in drawing.draw(field, "old", formats=FORMATS)


def test_a_link_shows_its_title_and_leads_to_its_record() -> None:
    field = a_field(TYPES["link"], to="account")
    linked = Linked("account", UUID(int=7), "한빛 & 전자")
    html = cells.show(CELLS, linked, field, cells.Look(FORMATS))
    assert html == f'<a href="/account/{UUID(int=7)}">한빛 &amp; 전자</a>'


def test_an_address_that_is_no_web_address_is_not_linked() -> None:
    assert "href" not in cells.registry()["url"]("javascript:alert(1)", a_field(TYPES["url"]), cells.Look(FORMATS))


def test_a_name_is_registered_once() -> None:
    with pytest.raises(HanokError):
        cells.registry(("money", cells.text))
    with pytest.raises(HanokError):
        widgets.registry(widgets.Input("money"))
