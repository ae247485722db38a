"""Nothing that people or metadata write becomes markup: every page is parsed as a browser would."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask import Flask

from hanok.engine.accounts import create_administrator
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import Store
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from tests.builders import SMALL, TYPES, a_catalog, with_tables
from tests.databases import Filled
from tests.screens.conftest import Browser, Enter

HARM = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover=alert(1) x='", "javascript:alert(1)",
    "{{ 7*7 }}", "</textarea><svg/onload=alert(1)>", "--><iframe>", "&#x3c;script&#x3e;", "'-alert(1)-'",
)  # fmt: skip
NASTY = """
label: {en: "<script>1</script>\\"'", ko: "<b>것</b>"}
plural: {en: "Things\\"' onmouseover=alert(3) x='", ko: "것들"}
icon: "x\\"><script>4</script>"
fields:
  name:  {type: text, required: true, label: {en: "<i>Name</i>\\"'"}, help: {en: "<script>5</script>"},
          placeholder: {en: "\\" onfocus=alert(6) x=\\""}}
  note:  {type: long_text}
  stage: {type: choice, label: {en: "S'\\""}, options: {a: {label: {en: "<u>A</u>'\\""}},
          b: {label: {en: "]'><script>"}}}}
  tags:  {type: choices, options: {a: {label: {en: "<u>A</u>'\\""}}}}
  site:  {type: url}
  mail:  {type: email}
  up:    {type: link, to: thing, label: {en: "Up'\\"<b>"}, reverse: {key: downs, label: {en: "Downs'\\"<script>"}}}
"""
MENU = "filters: {sales: {label: {en: \"<b>'\\\"\"}, modules: [thing]}}"


class Page(HTMLParser):
    """Collects what would act: scripts and styles in place, handlers, addresses that are no address, frames."""

    def __init__(self) -> None:
        super().__init__()
        self.harm: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("iframe", "object", "embed", "base", "img", "i"):
            self.harm.append(tag)
        if tag == "script" and "src" not in named:
            self.harm.append(tag)
        for name, value in attrs:
            acts = name in ("href", "src", "action", "formaction") or name.startswith("hx-")
            away = (value or "").strip().lower().startswith(("javascript:", "data:", "vbscript:", "//"))
            if name == "style" or name.startswith("on") or (acts and away):
                self.harm.append((tag, name, value))


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return a_catalog({**SMALL, "modules/thing.yaml": NASTY, "menus/main.yaml": MENU})


def fill(store: Store, catalog: Catalog, hashed: str) -> None:
    with_tables(store, catalog)
    with store.write() as conn:
        create_administrator(conn, catalog, {"username": "admin", "last_name": HARM[0]}, password=hashed)


@pytest.fixture
def database(prefilled: Filled, catalog: Catalog, hashed: str) -> str:
    return prefilled(catalog, lambda store: fill(store, catalog, hashed))


@pytest.fixture
def app(store: Store, catalog: Catalog) -> Flask:
    made = Flask("trial", static_folder=None)
    install(made, Live(store, TYPES, catalog), {"secret_key": "for tests only"})
    made.register_blueprint(blueprint())
    return made


def look(answer: object) -> None:
    assert answer.status_code < 500  # type: ignore[attr-defined]
    if answer.mimetype == "text/html":  # type: ignore[attr-defined]
        page = Page()
        page.feed(answer.text)  # type: ignore[attr-defined]
        assert not page.harm


@pytest.mark.parametrize("harm", HARM)
def test_what_is_written_stays_text(enter: Enter, harm: str) -> None:
    admin: Browser = enter()
    made = admin.send("/thing/new", name=harm, note=harm, stage="a", tags="a")
    there, said = made.location, quote(harm)
    for field in ("stage", "tags", "site", "mail", "up"):
        look(admin.send("/thing/new", name=harm, **{field: harm, f"{field}$title": harm}))
    assert made.status_code == 303
    changed = admin.send(f"{there}/edit", name=f"{harm} 2", version="1")
    assert changed.status_code == 303
    look(admin.send(f"{there}/edit", name=harm, version="1"))
    for path in (
        "/", there, f"{there}/edit", f"{there}/history", f"{there}/_sub/downs", f"/thing?filter=all&q={said}",
        f"/thing?f=name.eq.{said}", f"/thing?stage={said}", f"/thing?up={said}&ask=up.eq.0", f"/thing?after={said}",
        f"/thing?ask=name.eq.0&f=name.eq.{said}", f"/thing/new?name={said}&up={said}&next={said}", f"/{said}",
        f"/search?words={said}", f"/search/quick?words={said}", f"/thing/_pick?words={said}", f"/thing/_count?q={said}",
        f"/thing/_filter?of={said}&by={said}", f"/thing?columns={said}&sort={said}",
    ):  # fmt: skip
        look(admin.get(path))
    look(admin.client.post("/thing/new", data={"name": harm, harm: harm, "csrf_token": "old"}))
    look(admin.send(f"{there}/delete"))
    look(admin.get("/thing"))

