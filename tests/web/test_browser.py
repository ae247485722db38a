"""In a real browser: keys, the theme, the combobox, and a form whose page had grown old."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from flask import Flask, g, jsonify, render_template_string, request
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import Store
from hanok.web.doors import door
from hanok.web.frame import install
from tests.builders import TYPES
from tests.web.conftest import PASSWORD

FORM = """{% extends "frame.html" %}{% block title %}Form{% endblock %}{% block content %}
<form method="post" novalidate data-save><input type="hidden" name="csrf_token" value="{{ csrf_token() }}">
{% for field in fields %}{{ widget(field) }}{% endfor %}
<a href="/company" data-cancel>Cancel</a><button class="btn btn-primary">Save</button></form>
{% endblock %}"""
NAMES = ("한빛전자", "윤슬상사", "윤곽디자인")
pytestmark = pytest.mark.browser
#: Resolves when the typeface of what was just written has come, and the page was drawn with it.
DRAWN = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
    () => document.fonts.ready.then(() => setTimeout(done, 50)))))"""


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def address(site: Store, catalog: Catalog) -> Iterator[str]:
    """The frame, served for a real browser."""
    app = Flask("trial", static_folder=None)
    install(app, Live(site, TYPES, catalog), {"secret_key": "for tests only"})
    app.extensions["sent"] = []
    _add_pages(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _add_pages(app: Flask) -> None:
    @app.get("/")
    @door("home")
    def start() -> str:
        return render_template_string(FORM, fields=())

    @app.get("/company")
    @door("home")
    def listed() -> str:
        return render_template_string(FORM, fields=())

    @app.get("/<module>/new")
    @door("home")
    def form(module: str) -> str:
        fields = [field for field in g.catalog.module(module).fields.values() if not field.readonly]
        return render_template_string(FORM, fields=fields)

    @app.post("/<module>/new")
    @door("home")
    def save(module: str) -> str:
        return "|".join(request.form.getlist("parent") + request.form.getlist("size"))

    @app.get("/<module>/_pick")
    @door("home")
    def pick(module: str):  # type: ignore[no-untyped-def]
        found = [name for name in NAMES if request.args["words"] in name]
        return jsonify(items=[{"id": str(NAMES.index(name)), "title": name, "note": "서울"} for name in found])


@pytest.fixture
def inside(page: Page, address: str) -> Page:
    page.context.add_cookies([{"name": "hanok_language", "value": "ko", "url": address}])
    page.goto(address + "/login")
    page.get_by_label("사용자 이름").fill("admin")
    page.get_by_label("비밀번호").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(address + "/")
    return page


def test_keys_reach_the_search_the_menu_and_the_list_of_keys(inside: Page) -> None:
    inside.keyboard.press("/")
    expect(inside.get_by_label("전체 검색")).to_be_focused()
    inside.keyboard.press("Escape")
    inside.keyboard.press("?")
    expect(inside.get_by_role("dialog", name="단축키")).to_be_visible()
    inside.keyboard.press("Escape")
    inside.keyboard.press("c")
    expect(inside.get_by_role("link", name="회사").last).to_be_visible()


def test_the_chosen_theme_is_there_before_the_next_page_is_painted(inside: Page) -> None:
    html = inside.locator("html")
    expect(html).to_have_attribute("data-bs-theme", "light")
    inside.get_by_role("button", name="내 메뉴").click()
    inside.get_by_role("button", name="어두운 화면").click()
    expect(html).to_have_attribute("data-bs-theme", "dark")
    answer = inside.reload()
    assert answer
    assert 'data-bs-theme="dark"' in answer.text()


def test_the_language_is_switched_from_my_menu(inside: Page) -> None:
    inside.get_by_role("button", name="내 메뉴").click()
    inside.get_by_role("button", name="English").click()
    expect(inside.get_by_label("Search everything")).to_be_visible()


def test_a_record_is_picked_by_typing_a_part_of_its_name(inside: Page, address: str) -> None:
    inside.goto(address + "/company/new")
    box = inside.locator('[data-field="parent"]').get_by_role("combobox")
    box.fill("윤")
    expect(inside.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("윤곽디자인")
    inside.locator("#f-size").fill("1234567")
    inside.keyboard.press("Control+s")
    expect(inside.locator("body")).to_have_text("2|1234567")


def test_what_was_not_picked_does_not_stay_in_the_box(inside: Page, address: str) -> None:
    inside.goto(address + "/company/new")
    box = inside.locator('[data-field="parent"]').get_by_role("combobox")
    box.fill("한빛")
    inside.get_by_role("listbox").get_by_role("option").first.click()
    box.fill("윤슬")
    box.press("Escape")
    expect(box).to_have_value("한빛전자")
    box.fill("")
    box.press("Tab")
    expect(inside.locator('[data-field="parent"] select')).to_have_value("")


def test_escape_leaves_a_form_once_the_list_of_a_link_is_shut(inside: Page, address: str) -> None:
    inside.goto(address + "/company/new")
    box = inside.locator('[data-field="parent"]').get_by_role("combobox")
    box.fill("윤")
    expect(inside.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    box.press("Escape")
    expect(inside).to_have_url(address + "/company/new")
    box.press("Escape")
    expect(inside).to_have_url(address + "/company")


def test_menus_without_room_stand_in_the_last_one(inside: Page) -> None:
    nav, more = inside.get_by_role("navigation", name="메뉴"), inside.get_by_role("button", name="더 보기")
    expect(more).to_be_hidden()
    inside.evaluate("""() => {
        const nav = document.getElementById("menus"), rest = nav.lastElementChild;
        for (const name of ["마케팅", "고객지원", "활동", "분석", "재고와 구매", "권한 관리"]) {
            const menu = nav.firstElementChild.cloneNode(true);
            menu.querySelector(".menu").textContent = name;
            nav.insertBefore(menu, rest);
        }
    }""")
    inside.set_viewport_size({"width": 900, "height": 700})
    expect(more).to_be_visible()
    inside.evaluate(DRAWN)
    assert nav.evaluate("nav => nav.scrollWidth <= nav.clientWidth")
    more.click()
    expect(nav.get_by_text("권한 관리").last).to_be_visible()
    inside.set_viewport_size({"width": 1600, "height": 700})
    expect(more).to_be_hidden()


def test_typed_text_is_sent_again_after_the_page_grew_old(inside: Page, address: str) -> None:
    inside.goto(address + "/company/new")
    inside.locator("#f-size").fill("7700")
    inside.keyboard.press("Tab")
    expect(inside.locator("#f-size")).to_have_value("7,700")
    inside.context.clear_cookies(name="hanok_form")
    inside.get_by_role("button", name="Save").click()
    inside.get_by_role("button", name="다시 보내기").click()
    expect(inside.locator("body")).to_have_text("|7,700")


def test_nothing_is_wider_than_a_phone(phone: Page, address: str) -> None:
    for path in ("/login", "/company/new"):
        phone.goto(address + path)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_lost_connection_is_told_until_it_is_back(inside: Page) -> None:
    told = inside.locator("#notices [data-connection]")
    inside.context.set_offline(True)
    expect(told).to_contain_text("연결이 끊겼습니다")
    inside.context.set_offline(False)
    expect(told).to_have_text("다시 연결되었습니다.")
