"""In a real browser: files are uploaded while one goes on typing, removed by the keyboard; signatures are drawn."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import Store
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from tests.builders import SMALL, TYPES, a_catalog
from tests.screens.conftest import PASSWORD
from tests.screens.test_files import PAPER
from tests.store.test_pictures import picture

pytestmark = pytest.mark.browser
PNG = {"name": "사진.png", "mimeType": "image/png", "buffer": picture()}
NOTE = {"name": "회의록.txt", "mimeType": "text/plain", "buffer": "안녕".encode()}
LIE = {"name": "b.png", "mimeType": "image/png", "buffer": b"<html>"}

#: A file is let fall onto an element; whether the page would leave for it.
DROPPED = """(place) => {
  const data = new DataTransfer();
  data.items.add(new File(["안녕"], "끌어온.txt", { type: "text/plain" }));
  const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data });
  return document.querySelector(place).dispatchEvent(drop);
}"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "modules/paper.yaml": PAPER})


@pytest.fixture
def dialect() -> str:
    return "sqlite"


@pytest.fixture
def address(site: Store, catalog: Catalog, tmp_path: Path) -> Iterator[str]:
    """The screens, served for a real browser."""
    app = Flask("trial", static_folder=None)
    install(app, Live(site, TYPES, catalog), {"secret_key": "for tests only", "files": str(tmp_path), "upload_mb": 1})
    app.register_blueprint(blueprint())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def opened(page: Page, address: str) -> Page:
    """The form of a new paper."""
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"^(?!.*login)"))
    page.goto(f"{address}/paper/new")
    page.fill("[name=name]", "서류")
    return page


def saved(page: Page) -> None:
    page.click("button.btn-primary")
    page.wait_for_url(re.compile(r"/paper/[0-9a-f-]{36}$"))


def test_files_are_uploaded_at_once_and_one_that_is_refused_says_why(page: Page, address: str) -> None:
    form = opened(page, address)
    form.set_input_files("[name='extra.file']", [NOTE, LIE])
    items = form.locator("[data-field=extra] li")
    expect(items).to_have_count(2)
    expect(form.locator("[data-field=extra] [role=alert]:visible")).to_contain_text("not what the ending")
    expect(form.locator("[data-field=extra] [role=status]")).to_contain_text("회의록.txt")
    assert not form.evaluate(DROPPED, "[data-field=name]")
    form.evaluate(DROPPED, "[data-field=extra] hk-files")
    expect(items).to_have_count(3)
    expect(items.last).to_contain_text("끌어온.txt")
    items.last.get_by_role("button").click()
    saved(form)
    expect(form.locator("main")).to_contain_text("회의록.txt")
    expect(form.locator("main")).not_to_contain_text("b.png")


def test_a_file_that_is_too_large_is_told_before_it_is_sent(page: Page, address: str) -> None:
    form = opened(page, address)
    asked: list[str] = []
    form.on("request", lambda request: asked.append(request.url) if "/files/" in request.url else None)
    form.set_input_files("[name='contract.file']", {**NOTE, "buffer": b"x" * 30_000})
    expect(form.locator("[data-field=contract] [role=alert]:visible")).to_contain_text("20 KB")
    assert not asked


def test_a_new_file_takes_the_place_of_the_old_one_and_the_keyboard_removes_it(phone: Page, address: str) -> None:
    form = opened(phone, address)
    for sent in (NOTE, {**NOTE, "name": "둘째.txt"}):
        form.set_input_files("[name='contract.file']", sent)
        expect(form.locator("[data-field=contract] li a")).to_have_text([sent["name"]])
    assert form.evaluate("document.documentElement.scrollWidth") == 360
    form.locator("[data-field=contract] li button").focus()
    form.keyboard.press("Enter")
    expect(form.locator("[data-field=contract] li")).to_have_count(0)
    expect(form.locator("[name='contract.file']")).to_be_focused()


def test_a_picture_is_seen_before_it_is_saved(page: Page, address: str) -> None:
    form = opened(page, address)
    form.set_input_files("[name='photo.file']", PNG)
    shown = form.locator("[data-field=photo] li img")
    expect(shown).to_have_js_property("naturalWidth", 480)


def test_a_signature_is_drawn_or_written(page: Page, address: str) -> None:
    form = opened(page, address)
    sheet = form.locator("hk-signature canvas")
    sheet.scroll_into_view_if_needed()
    box = sheet.bounding_box()
    assert box
    form.mouse.move(box["x"] + 40, box["y"] + 40)
    form.mouse.down()
    form.mouse.move(box["x"] + 200, box["y"] + 90, steps=5)
    form.mouse.up()
    expect(form.locator("hk-signature")).to_have_attribute("data-signed", "")
    form.get_by_role("button", name="Clear", exact=True).click()
    expect(form.locator("hk-signature[data-signed]")).to_have_count(0)
    form.locator(".signing-tools input").fill("김하늘")
    saved(form)
    expect(form.locator(".signed img").last).to_have_js_property("naturalWidth", 480)
