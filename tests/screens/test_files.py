"""Uploads and downloads through the pages: with and without scripts, by friends and by attackers."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import Store
from hanok.engine.store.tables import file
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from hanok.web.uploads import disposition
from tests.builders import SMALL, TYPES, a_catalog
from tests.screens.conftest import Browser, Enter
from tests.store.test_pictures import picture

PAPER = """
label: {en: Paper, ko: 서류}
traits: [owned]
fields:
  name:     {type: text, required: true, search: true}
  contract: {type: file, max_size: 20 KB}
  extra:    {type: files, max: 2}
  photo:    {type: image}
  signed:   {type: signature}
  fixed:    {type: file, readonly: true}
views: {list: {columns: [name, contract, extra, photo, signed]}}
"""
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
MEGABYTE = 1024**2


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "modules/paper.yaml": PAPER})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def app(site: Store, catalog: Catalog, folder: Path) -> Flask:
    made = Flask("trial", static_folder=None)
    settings = {"secret_key": "for tests only", "files": str(folder), "upload_mb": 1}
    install(made, Live(site, TYPES, catalog), settings)
    made.register_blueprint(blueprint())
    return made


def upload(
    who: Browser, data: bytes = b"hello", *, name: str = "a.txt", field: str = "contract", module: str = "paper",
    **more: Any,
) -> TestResponse:  # fmt: skip
    headers = {"X-CSRFToken": who.token(), "Accept": "application/json"}
    sent = {"file": (io.BytesIO(data), name)}
    return who.client.post(f"/files/{module}/{field}", data=sent, headers=headers | more)


def large(who: Browser, size: int, *, path: str, part: str = "file", **form: str) -> TestResponse:
    """A body made by hand: the test client would keep a large one in a file that it never closes."""
    fields = {"csrf_token": who.token(), **form, part: "x" * size}
    called = {name: f'name="{name}"' + ("; filename=b" if name == part else "") for name in fields}
    parts = [f"--cut\r\nContent-Disposition: form-data; {called[name]}\r\n\r\n{fields[name]}\r\n" for name in fields]
    headers = {"Content-Type": "multipart/form-data; boundary=cut", "Accept": "application/json"}
    return who.client.post(path, data=("".join(parts) + "--cut--\r\n").encode(), headers=headers)


def uploaded(who: Browser, *args: Any, **more: Any) -> dict[str, Any]:
    answer = upload(who, *args, **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json
    return found


def saved(who: Browser, **form: Any) -> str:
    """The address of a new record."""
    answer = who.client.post("/paper/new", data={"csrf_token": who.token(), "name": "a", **form})
    assert answer.status_code == 303, answer.text
    return answer.location


def rows(store: Store) -> list[Any]:
    with store.read() as conn:
        return list(conn.execute(file.select().order_by(file.c.id)))


def attached(page: str, key: str) -> list[dict[str, Any]]:
    """What the boxes of a form hold."""
    found = re.findall(rf'type="checkbox" name="{key}" value="([^"]+)" checked', page)
    return [json.loads(text.replace("&#34;", '"')) for text in found]


# -- with scripts ----------------------------------------------------------------------------------------------
def test_an_upload_is_named_in_the_form_and_shown_on_the_record(admin: Browser) -> None:
    sent = uploaded(admin, name="계약서.txt")
    assert (sent["name"], sent["size"], sent["type"], sent["shown"]) == ("계약서.txt", 5, "text/plain", "5 B")
    there = saved(admin, contract=json.dumps(sent["id"] and {"id": sent["id"], "name": "x"}))
    page = admin.page(there)
    assert f'href="/files/{sent["id"]}"' in page and "계약서.txt" in page
    assert "계약서.txt" in admin.page("/paper")
    assert attached(admin.page(f"{there}/edit"), "contract")[0]["name"] == "계약서.txt"


def test_pictures_have_thumbnails(admin: Browser) -> None:
    sent = uploaded(admin, picture(), name="a.png", field="photo")
    assert sent["picture"]
    there = saved(admin, photo=json.dumps({"id": sent["id"]}))
    assert f'src="/files/{sent["id"]}/thumbnail"' in admin.page(there)
    small = admin.get(f"/files/{sent['id']}/thumbnail")
    assert (small.status_code, small.content_type, small.data[8:12]) == (200, "image/webp", b"WEBP")


@pytest.mark.parametrize(
    ("data", "name", "field", "words"),
    [
        (b"", "a.txt", "contract", "is empty"),
        (PAGE, "a.png", "photo", "not what the ending"),
        (PAGE, "a.html", "photo", "no picture"),
        (b"x" * 30_000, "a.txt", "extra.", ""),
        (b"x" * 30_000, "a.txt", "fixed", ""),
    ],
)
def test_what_cannot_be_taken_is_told(admin: Browser, data: bytes, name: str, field: str, words: str) -> None:
    answer = upload(admin, data, name=name, field=field)
    assert answer.status_code == (422 if words else 404)
    assert words in answer.json["error"]


def test_a_file_that_is_too_large_is_cut_off_while_it_is_read(admin: Browser, folder: Path, site: Store) -> None:
    answer = large(admin, 21_000, path="/files/paper/contract")
    assert (answer.status_code, "larger" in answer.json["error"]) == (413, True)
    for size in (MEGABYTE + 1, 4 * MEGABYTE):
        assert large(admin, size, path="/files/paper/extra").status_code == 413
    assert not rows(site) and not folder.exists()


def test_without_the_token_of_the_page_nothing_is_taken(admin: Browser, site: Store) -> None:
    sent = {"file": (io.BytesIO(b"hello"), "a.txt")}
    assert admin.client.post("/files/paper/contract", data=sent).status_code == 400
    assert not rows(site)


def test_strangers_neither_upload_nor_download(admin: Browser, app: Flask, site: Store) -> None:
    stranger = app.test_client()
    sent = {"file": (io.BytesIO(b"hello"), "a.txt")}
    assert stranger.post("/files/paper/contract", data=sent).status_code == 400
    there = f"/files/{uploaded(admin)['id']}"
    assert stranger.get(there).location.startswith("/login")
    assert len(rows(site)) == 1


def test_who_may_not_write_uploads_nothing(enter: Enter, site: Store) -> None:
    assert upload(enter("guest")).status_code == 404
    assert not rows(site)


# -- without scripts -------------------------------------------------------------------------------------------
def test_a_form_brings_its_files_itself(admin: Browser) -> None:
    assert 'enctype="multipart/form-data"' in admin.page("/paper/new")
    there = saved(admin, contract="", **{
        "contract.file": (io.BytesIO(b"hello"), "../../계약서.txt"),
        "extra": "", "extra.file": [(io.BytesIO(b"1"), "one.txt"), (io.BytesIO(b"2"), "two.txt")],
    })  # fmt: skip
    page = admin.page(f"{there}/edit")
    assert [one["name"] for one in attached(page, "contract")] == ["계약서.txt"]
    assert [one["name"] for one in attached(page, "extra")] == ["one.txt", "two.txt"]


def test_a_new_file_takes_the_place_of_the_one_before_and_boxes_take_away(admin: Browser) -> None:
    there = saved(admin, **{"contract": "", "contract.file": (io.BytesIO(b"1"), "one.txt")})
    box = json.dumps(attached(admin.page(f"{there}/edit"), "contract")[0])
    form = {"csrf_token": admin.token(), "version": "1", "name": "a"}
    changed = {**form, "contract": ["", box], "contract.file": (io.BytesIO(b"2"), "two.txt")}
    assert admin.client.post(f"{there}/edit", data=changed).status_code == 303
    assert [one["name"] for one in attached(admin.page(f"{there}/edit"), "contract")] == ["two.txt"]
    assert admin.client.post(f"{there}/edit", data={**form, "version": "2", "contract": ""}).status_code == 303
    assert attached(admin.page(f"{there}/edit"), "contract") == []


def test_what_is_wrong_stands_beside_its_field_and_what_was_taken_stays(admin: Browser) -> None:
    form = {
        "csrf_token": admin.token(), "name": "a", "contract": "", "extra": "", "photo": "",
        "contract.file": (io.BytesIO(b"x" * 30_000), "big.txt"), "photo.file": (io.BytesIO(PAGE), "a.png"),
        "extra.file": (io.BytesIO(b"1"), "one.txt"),
    }  # fmt: skip
    answer = admin.client.post("/paper/new", data=form)
    assert answer.status_code == 422
    assert "“big.txt” is too large: at most 20 KB fit." in answer.text
    assert "“a.png” is not what the ending of its name says." in answer.text
    assert [one["name"] for one in attached(answer.text, "extra")] == ["one.txt"]


def test_a_file_beyond_the_limit_of_the_site_is_told_of_in_the_form(admin: Browser, folder: Path) -> None:
    answer = large(admin, 2 * MEGABYTE, path="/paper/new", part="extra.file", name="a", extra="")
    assert answer.status_code == 422
    assert "“b” is too large: at most 1 MB fit." in answer.text
    assert not folder.exists()


def test_a_picture_is_no_text_and_no_signature_is_typed(admin: Browser) -> None:
    answer = admin.client.post("/paper/new", data={"csrf_token": admin.token(), "name": "a", "signed": "김하늘"})
    assert (answer.status_code, "drawn in the form" in answer.text) == (422, True)


# -- giving back -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("data", "name", "type", "shown"),
    [
        (picture(), "a.png", "image/png", "inline"),
        (picture() + PAGE, "a.png", "image/png", "inline"),
        (PAGE, "a.html", "application/octet-stream", "attachment"),
        (b"<svg onload='alert(1)'/>", "a.svg", "application/octet-stream", "attachment"),
        (b"alert(1)", "a.js", "application/octet-stream", "attachment"),
        (b"MZ\0\0", "a.exe", "application/octet-stream", "attachment"),
        (PAGE, "a.txt", "text/plain", "attachment"),
        (b"%PDF-1.7 /JavaScript", "a.pdf", "application/pdf", "attachment"),
        (b"\0\1", "a", "application/octet-stream", "attachment"),
    ],
)
def test_nothing_is_given_back_in_a_way_that_it_could_run(
    admin: Browser, data: bytes, name: str, type: str, shown: str
) -> None:
    answer = admin.get(f"/files/{uploaded(admin, data, name=name, field='extra')['id']}")
    assert answer.status_code == 200 and answer.data == data
    assert answer.headers["Content-Type"] == type
    assert answer.headers["Content-Disposition"].split(";")[0] == shown
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_a_picture_can_be_downloaded(admin: Browser) -> None:
    there = f"/files/{uploaded(admin, picture(), name='a.png', field='photo')['id']}"
    assert admin.get(f"{there}?download").headers["Content-Disposition"].startswith("attachment")


def test_a_korean_name_comes_back_as_it_was(admin: Browser) -> None:
    answer = admin.get(f"/files/{uploaded(admin, name='견적서 최종.txt')['id']}")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"_ _.txt\"; filename*=UTF-8''%EA%B2%AC%EC%A0%81%EC%84%9C%20%EC%B5%9C%EC%A2%85.txt"
    )


@pytest.mark.parametrize("name", ['a"; filename=b.exe', "a\r\nSet-Cookie: a=1", "a\\", "a\u2028b;c='d'", "가\"나"])
def test_no_name_leaves_its_place_in_the_header(name: str) -> None:
    found = re.fullmatch(r"(\w+); filename=\"([^\"]*)\"; filename\*=UTF-8''(\S*)", disposition("attachment", name))
    assert found
    kind, plain, encoded = found.groups()
    assert kind == "attachment" and plain.isprintable() and "\\" not in plain
    assert re.fullmatch(r"[A-Za-z0-9._~%-]*", encoded) and unquote(encoded) == name


def test_a_part_of_a_file_and_a_known_one_are_answered_shortly(admin: Browser) -> None:
    there = f"/files/{uploaded(admin, b'0123456789')['id']}"
    part = admin.get(there, headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    again = admin.get(there, headers={"If-None-Match": admin.get(there).headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_a_file_is_seen_with_its_record_only(admin: Browser, enter: Enter) -> None:
    rep, sent = enter("rep"), uploaded(admin, picture(), name="a.png", field="photo")
    places = (f"/files/{sent['id']}", f"/files/{sent['id']}/thumbnail")
    assert [rep.get(place).status_code for place in places] == [404, 404]
    saved(admin, photo=json.dumps({"id": sent["id"]}))
    assert [rep.get(place).status_code for place in places] == [404, 404]
    assert [admin.get(place).status_code for place in places] == [200, 200]


def test_nobody_takes_the_file_of_another_by_its_id(admin: Browser, enter: Enter) -> None:
    rep, sent = enter("rep"), uploaded(admin)
    answer = rep.send("/paper/new", name="mine", contract=json.dumps({"id": sent["id"]}))
    assert (answer.status_code, "no file that may be kept here" in answer.text) == (422, True)


@pytest.mark.parametrize("path", ["/files/..%2f..%2fhanok.db", "/files/x", f"/files/{'0' * 8}", "/files/", "/files"])
def test_an_address_leads_to_no_other_file(admin: Browser, path: str) -> None:
    assert admin.get(path).status_code == 404


def test_bytes_that_are_lost_are_not_found(admin: Browser, folder: Path) -> None:
    there = f"/files/{uploaded(admin)['id']}"
    for lost in folder.rglob("*"):
        if lost.is_file():
            lost.unlink()
    assert admin.get(there).status_code == 404


def test_a_site_without_a_place_for_files_says_so(app: Flask, admin: Browser) -> None:
    app.extensions["hanok.blobs"] = None
    answer = upload(admin)
    assert (answer.status_code, "keeps no files" in answer.json["error"]) == (409, True)
