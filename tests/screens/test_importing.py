"""The import wizard: a file, its columns, what would become of its rows, the run, what failed, and back."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.jobs import Surroundings, Worker, importing, kinds_of
from hanok.engine.store import Store
from hanok.engine.store.blobs import open_blobs
from hanok.engine.store.desk_tables import import_run
from hanok.engine.store.job_tables import job
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from hanok.web.uploads import LIMIT
from tests.builders import TYPES, a_catalog
from tests.screens.conftest import FILES, Browser, Enter

CLERK = """
label: {en: Clerk, ko: 사원}
default: {list: all, view: all, create: all, edit: all, delete: none, import: all}
"""
MANY = "NAME,Size\n" + "".join(f"c{at},{at}\n" for at in range(6)) + "bad,many\n"
GUESSED = {"field.0": "name", "field.1": "size"}


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**FILES, "roles/clerk.yaml": CLERK})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def app(site: Store, catalog: Catalog, folder: Path) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(site, TYPES, catalog), {"secret_key": "for tests only", "files": str(folder), "upload_mb": 1})
    made.register_blueprint(blueprint())
    return made


def work(site: Store, catalog: Catalog, folder: Path) -> None:
    """A worker does all that waits."""
    where = Surroundings(Live(site, TYPES, catalog), folder.parent, {}, open_blobs(str(folder)))
    Worker(where, kinds_of(importing.KINDS)).run_until_idle()


def sent(who: Browser, text: str = MANY, name: str = "회사.csv", module: str = "company") -> TestResponse:
    data = {"csrf_token": who.token(), "file": (io.BytesIO(text.encode()), name)}
    return who.client.post(f"/{module}/_import", data=data, content_type="multipart/form-data")


def begun(who: Browser, text: str = MANY) -> str:
    """The address of an import whose file was taken in."""
    answer = sent(who, text)
    assert answer.status_code == 303, answer.text
    return answer.location.removesuffix("/columns")


def sizes(site: Store, catalog: Catalog) -> dict[str, int | None]:
    table = catalog.module("company").table
    with site.read() as conn:
        rows = conn.execute(sa.select(table.c.name, table.c.size).where(table.c.deleted_at.is_(None)))
        return {row[0]: row[1] for row in rows}


def chosen(page: str, place: int) -> str:
    box = page.split(f'name="field.{place}"')[1].split("</select>")[0]
    found = re.search(r'value="([^"]*)" selected', box)
    return found[1] if found else ""


def test_records_come_in_step_by_step_and_go_back(
    admin: Browser, site: Store, catalog: Catalog, folder: Path
) -> None:
    assert 'href="/company/_import"' in admin.page("/company?filter=all")
    assert 'type="file"' in admin.page("/company/_import")
    there = begun(admin)
    page = admin.page(f"{there}/columns")
    assert (chosen(page, 0), chosen(page, 1)) == ("name", "size")
    assert "UTF-8" in page and "c0 · c1 · c2" in page and "7 rows" in page
    assert admin.send(f"{there}/columns", **GUESSED, key="0").status_code == 303
    assert "<progress" in admin.page(there)
    work(site, catalog, folder)
    page = unescape(admin.page(there))
    assert "Import 6 rows" in page and "Leave out the 1 row that is wrong" in page
    assert sizes(site, catalog) == {}
    only = unescape(admin.page(f"{there}?only=failed"))
    assert "<q>many</q>" in only and ">c0<" not in only
    admin.send(f"{there}/run")
    assert "Some rows are wrong." in admin.page(there)
    admin.send(f"{there}/run", leave_out="1")
    admin.send(f"{there}/run", leave_out="1")
    work(site, catalog, folder)
    assert sizes(site, catalog) == {f"c{at}": at for at in range(6)}
    with site.read() as conn:
        kinds = conn.scalars(sa.select(job.c.kind)).all()
    assert kinds.count("records.import") == 1, "sent twice, it runs once"
    page = admin.page(there)
    assert 'id="undo"' in page and "회사.csv" in admin.page("/company/_import/past")
    admin.send(f"{there}/undo")
    work(site, catalog, folder)
    assert sizes(site, catalog) == {}
    assert "Taken back" in admin.page(there)


def test_the_wrong_rows_come_as_a_file_that_can_be_imported_again(
    admin: Browser, site: Store, catalog: Catalog, folder: Path
) -> None:
    there = begun(admin)
    admin.send(f"{there}/columns", **GUESSED)
    work(site, catalog, folder)
    answer = admin.get(f"{there}/failed?as=csv")
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0] == "NAME,Size,Reason"
    assert lines[1].startswith('bad,many,"Size: ')
    assert "회사" in unquote(answer.headers["Content-Disposition"])
    again = begun(admin, answer.data.decode("utf-8-sig").replace("many", "3"))
    page = admin.page(f"{again}/columns")
    assert (chosen(page, 0), chosen(page, 2)) == ("name", "")
    assert admin.get(f"{there}/failed").data[:2] == b"PK"


def test_the_differences_of_records_that_are_there_are_shown(
    admin: Browser, site: Store, catalog: Catalog, folder: Path
) -> None:
    admin.send("/company/new", name="c1", size="7")
    there = begun(admin)
    admin.send(f"{there}/columns", **GUESSED, key="0")
    work(site, catalog, folder)
    page = admin.page(f"{there}?only=changed")
    assert re.search(r"<del>.*7.*</del>", page) and "c1" in page


def test_what_is_no_table_is_said_in_the_form(admin: Browser, site: Store, app: Flask) -> None:
    assert sent(admin, "").status_code == 422
    app.config[LIMIT] = 1000
    assert "larger than what may be uploaded" in unescape(sent(admin, "x" * 1001).text)
    answer = admin.send("/company/_import")
    assert answer.status_code == 422 and "Choose a file first." in answer.text
    with site.read() as conn:
        assert conn.execute(sa.select(import_run.c.id)).first() is None


def test_a_mapping_that_cannot_be_is_told_at_its_column(admin: Browser) -> None:
    there = begun(admin)
    answer = admin.send(f"{there}/columns", **{"field.0": "name", "field.1": "name"})
    assert answer.status_code == 422
    assert 'id="e-1"' in answer.text and 'id="e-0"' not in answer.text
    assert admin.send(f"{there}/columns", **{"field.0": ""}).status_code == 422


def test_another_sign_between_the_cells_is_read_again(admin: Browser) -> None:
    there = begun(admin, "name;size,people\na;1,2\n")
    assert "name;size" in admin.page(f"{there}/columns") or "size,people" in admin.page(f"{there}/columns")
    admin.send(f"{there}/file", delimiter=";")
    page = admin.page(f"{there}/columns")
    assert "size,people" in page and chosen(page, 0) == "name"


def test_only_who_may_import_comes_in_and_nobody_sees_what_is_anothers(
    admin: Browser, enter: Enter, site: Store, catalog: Catalog, hashed: str
) -> None:
    with site.write() as conn:
        raw = {"username": "clerk", "last_name": "Clerk"}
        create_user(conn, catalog, SYSTEM, raw, password=hashed, roles=("clerk",))
    clerk, guest = enter("clerk"), enter("guest")
    there = begun(admin)
    assert clerk.get("/company/_import").status_code == 200
    assert clerk.get(there).status_code == 404
    assert clerk.send(f"{there}/run").status_code == 404
    assert guest.get("/company/_import").status_code == 403
    assert sent(guest).status_code in (403, 413)


def test_a_template_has_the_headings_of_the_fields(admin: Browser) -> None:
    answer = admin.get("/company/_import/template?as=csv")
    headings = answer.data.decode("utf-8-sig").strip().split(",")
    assert {"Name", "Size"} <= set(headings)
    there = begun(admin, ",".join(headings) + "\n" + "," * (len(headings) - 1) + "x\n")
    page = admin.page(f"{there}/columns")
    assert all(chosen(page, place) for place in range(len(headings))), "and they are all known again"
