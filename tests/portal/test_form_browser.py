"""A web form on a phone, in Korean: filled in by touch, and the workflow runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from hanok.engine import records
from hanok.engine.automation import running
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, kinds_of
from hanok.engine.store import Store
from hanok.portal import guarding
from tests.browser import window
from tests.builders import an_administrator
from tests.fields.fields import TYPES


@pytest.fixture
def dialect() -> str:
    """One database is enough here."""
    return "sqlite"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The portal, served by a thread of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
def test_a_form_on_a_phone_makes_a_lead_and_the_workflow_runs(
    browser: Browser, address: str, app: Flask, store: Store, catalog: Catalog, tmp_path: Path
) -> None:
    with window(browser, width=360, height=740, touch=True) as phone:
        phone.goto(f"{address}/forms/contact")
        expect(phone.get_by_role("heading", name="문의하기")).to_be_visible()
        expect(phone.get_by_label("Leave this empty")).not_to_be_in_viewport()
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        with app.test_request_context():  # whoever reads and writes takes a minute
            shown = guarding.stamp("contact", at=time.time() - 60)
        phone.locator("[name=_shown]").evaluate("(input, shown) => { input.value = shown }", shown)
        phone.get_by_label("이름").fill("김하나")
        phone.get_by_role("button", name="보내기").tap()
        expect(phone.locator("[aria-invalid=true]")).to_have_count(1)
        expect(phone.get_by_label("이름")).to_have_value("김하나")
        phone.locator("[name=_shown]").evaluate("(input, shown) => { input.value = shown }", shown)
        phone.get_by_label("이메일").fill("hana@example.com")
        phone.get_by_label("문의", exact=True).select_option(label="방문")
        phone.get_by_role("button", name="보내기").tap()
        expect(phone.get_by_role("status")).to_contain_text("고맙습니다!")
    Worker(Surroundings(Live(store, TYPES, catalog), tmp_path), kinds_of(running.KINDS)).run_until_idle()
    with store.read() as conn:
        (lead,) = records.page(conn, catalog, an_administrator(), records.Query(module="lead")).rows
        lead = records.get(conn, catalog, an_administrator(), "lead", lead.id)
    assert (lead["name"], lead["topic"], lead["notes"]) == ("김하나", "visit", "seen")
