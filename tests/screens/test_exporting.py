"""Export of a list: asked first, a file at once or a job, for those with the right and with what is theirs."""

from __future__ import annotations

import csv
import io
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server
from werkzeug.test import TestResponse

from hanok.engine import jobs
from hanok.engine.accounts import grants
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, exporting, kinds_of
from hanok.engine.records import Record
from hanok.engine.records.importing import open_sheet
from hanok.engine.store import Store
from hanok.engine.store.blobs import open_blobs
from hanok.engine.store.job_tables import job
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from tests.builders import TYPES, a_catalog
from tests.screens.conftest import FILES, PASSWORD, Browser, Enter

Make = Callable[..., Record]
EXPORTER = """
label: {en: Exporter, ko: 내보내기}
default: {list: owner, view: owner, create: all, edit: owner, delete: none, export: owner}
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "roles/exporter.yaml": EXPORTER})


@pytest.fixture
def app(site: Store, catalog: Catalog, tmp_path: Path) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(site, TYPES, catalog), {"secret_key": "for tests only", "files": str(tmp_path / "files")})
    made.register_blueprint(blueprint())
    return made


@pytest.fixture
def work(site: Store, catalog: Catalog, tmp_path: Path) -> Callable[[], UUID]:
    """Does the one job that waits; its id."""

    def done() -> UUID:
        where = Surroundings(Live(site, TYPES, catalog), tmp_path, blobs=open_blobs(str(tmp_path / "files")))
        assert Worker(where, kinds_of(exporting.KINDS)).run_until_idle() == 1
        with site.read() as conn:
            (found,) = conn.execute(sa.select(job.c.id).where(job.c.state == "done")).scalars()
        return UUID(str(found))

    return done


@pytest.fixture
def some(make: Make) -> list[Record]:
    return [
        make("company", name=f"Company {number:02}", size=str(number), stage="won" if number % 3 == 0 else "open")
        for number in range(1, 31)
    ]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than ten rows are written while somebody waits."""
    monkeypatch.setattr("hanok.screens.exporting.MOST_AT_ONCE", 10)
    monkeypatch.setattr("hanok.screens.routes.exporting.MOST_AT_ONCE", 10)


def rows_of(answer: TestResponse) -> list[list[str]]:
    return list(csv.reader(io.StringIO(taken(answer).decode("utf-8-sig"), newline="")))


def taken(answer: TestResponse) -> bytes:
    """The bytes of a file; the server would close it, too."""
    with answer:
        return answer.data


def test_a_short_list_is_a_file_at_once(admin: Browser, some: list[Record]) -> None:
    answer = admin.send("/company/_export?filter=all&stage=won&sort=-size", format=".csv", columns="list")
    assert answer.status_code == 200 and answer.content_type == "text/csv"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Company ')
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    found = rows_of(answer)
    assert found[0] == ["Name", "Stage", "Size", "Founded", "Parent", "Owner"]
    assert [row[:3] for row in found[1:3]] == [["Company 30", "Won", "30"], ["Company 27", "Won", "27"]]
    assert len(found) == 11


def test_a_workbook_with_all_fields(admin: Browser, some: list[Record], tmp_path: Path) -> None:
    answer = admin.send("/company/_export?filter=all&q=Company 07", format=".xlsx", columns="every")
    path = tmp_path / "found.xlsx"
    path.write_bytes(taken(answer))
    sheet = open_sheet(path)
    assert sheet.headings[:2] == ("ID", "Name") and "Parent (id)" in sheet.headings
    assert [row.cells[1] for row in sheet.rows()] == ["Company 07"]


def test_the_question_says_how_much_it_is(admin: Browser, some: list[Record]) -> None:
    assert "/company/_export?filter=all&amp;stage=won" in admin.page("/company?filter=all&stage=won")
    part = admin.part("/company/_export?filter=all&stage=won")
    assert part.lstrip().startswith("<dialog") and "10 records" in part and "as filtered now" in part
    assert 'action="/company/_export?filter=all&amp;stage=won"' in part
    page = admin.page("/company/_export?filter=all")
    assert "30 records" in page and "as filtered now" not in page and "<h1>Export</h1>" in page


@pytest.mark.usefixtures("few")
def test_a_long_list_becomes_a_job_whose_file_is_hers_alone(
    admin: Browser, enter: Enter, some: list[Record], work: Callable[[], UUID], site: Store
) -> None:
    assert "more than 10 records" in admin.part("/company/_export?filter=all")
    for _ in range(2):
        answer = admin.send("/company/_export?filter=all", format=".csv", columns="list")
        assert (answer.status_code, answer.location) == (303, "/company?filter=all")
    assert "runs in the background" in admin.page("/company?filter=all")
    id = work()
    answer = admin.get(f"/mine/jobs/{id}/file")
    assert len(rows_of(answer)) == 31
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    with site.read() as conn:
        made = jobs.job_of(conn, id).result["file"]
    assert admin.get(f"/files/{made}").status_code == 404
    for other in ("rep", "guest"):
        assert enter(other).get(f"/mine/jobs/{id}/file").status_code == 404


def test_without_the_right_there_is_neither_button_nor_answer(enter: Enter, make: Make, site: Store) -> None:
    rep = enter("rep")
    with site.read() as conn:
        mine = next(iter(conn.execute(sa.text("SELECT id FROM m_user WHERE username = 'rep'")))).id
    make("company", name="나래", owner=str(UUID(bytes=mine) if isinstance(mine, bytes) else mine))
    assert "/_export" not in rep.page("/company?filter=all")
    assert rep.get("/company/_export").status_code == 403
    assert rep.send("/company/_export", format=".csv").status_code == 403
    assert enter("guest").get("/company/_export").status_code == 403
    make("company", name="Not hers")
    with site.write() as conn:
        grants.grant(conn, UUID(bytes=mine) if isinstance(mine, bytes) else mine, "exporter")
    assert "/_export" in rep.page("/company?filter=all")
    found = rows_of(rep.send("/company/_export?filter=all", format=".csv", columns="list"))
    assert [row[0] for row in found] == ["Name", "나래"]


def test_odd_answers_are_the_first_that_is_offered(admin: Browser, some: list[Record]) -> None:
    answer = admin.send("/company/_export?filter=all", format=".exe", columns="secrets")
    assert answer.content_type == exporting.TYPES[".xlsx"] and taken(answer)[:2] == b"PK"
    assert admin.get("/nothing/_export").status_code == 404
    assert admin.get("/mine/jobs/018f0000-0000-7000-8000-000000000000/file").status_code == 404


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The screens, served for a real browser."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.browser
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_in_a_browser_the_dialog_goes_and_the_file_comes(page: Page, address: str, some: list[Record]) -> None:
    page.goto(f"{address}/login")
    page.fill("[name=username]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile(r"^(?!.*login)"))
    page.goto(f"{address}/company?filter=all&stage=won")
    button = page.locator(".head a[data-ask]")
    for ending in (".csv", ".xlsx"):
        button.focus()
        page.keyboard.press("Enter")
        page.check(f"dialog.ask input[value='{ending}']")
        with page.expect_download() as coming:
            page.keyboard.press("Enter")
        assert coming.value.suggested_filename.endswith(ending)
        expect(page.locator("dialog.ask")).to_have_count(0)
        expect(button).to_be_focused()
    assert page.url.endswith("/company?filter=all&stage=won")
