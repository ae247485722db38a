"""Pages as somebody without scripts has them: what a form would send when nobody touches it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from hanok.engine.accounts import create_administrator, hash_password
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.store import Store
from hanok.screens.blueprint import blueprint
from hanok.web.frame import install
from tests.builders import TYPES
from tests.served import PASSWORD

Pairs = list[tuple[str, str]]
NOT_SENT = {"submit", "button", "reset", "file", "image"}


class Form(HTMLParser):
    """The fields of the form with this id, as a browser sends them. What stands in a `template` is no part of it."""

    def __init__(self, id: str) -> None:
        super().__init__()
        self.id = id
        self.action = ""
        self.sent: Pairs = []
        self.inside = False
        self.templates = 0
        self.area: tuple[str, list[str]] | None = None
        self.select: tuple[str, bool, list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        said = dict(attrs)
        if tag == "form":
            self.inside, self.action = said.get("id") == self.id, said.get("action") or self.action
        self.templates += tag == "template"
        if not self.inside or self.templates or "disabled" in said:
            return
        name = said.get("name")
        if tag == "input" and name:
            self._input(name, said)
        elif tag == "textarea" and name:
            self.area = name, []
        elif tag == "select" and name:
            self.select = name, "multiple" in said, []
        elif tag == "option" and self.select:
            self.select[2].append((said.get("value") or "", "selected" in said))

    def _input(self, name: str, said: dict[str, Any]) -> None:
        kind = said.get("type", "text")
        if kind in ("checkbox", "radio"):
            if "checked" in said:
                self.sent.append((name, said.get("value", "on")))
        elif kind not in NOT_SENT:
            self.sent.append((name, said.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        self.templates -= tag == "template"
        if tag == "textarea" and self.area:
            name, pieces = self.area
            text = "".join(pieces).removeprefix("\n").replace("\r\n", "\n").replace("\n", "\r\n")
            self.sent.append((name, text))
            self.area = None
        if tag == "select" and self.select:
            name, several, options = self.select
            chosen = [value for value, selected in options if selected]
            chosen = chosen or ([] if several else [value for value, _ in options[:1]])
            self.sent += [(name, value) for value in chosen]
            self.select = None


@contextmanager
def visiting(store: Store, catalog: Catalog, *, language: str = "en") -> Iterator[FlaskClient]:
    """An administrator's browser at a server in this process."""
    name = f"boss_{language}"
    raw = {"username": name, "last_name": "관리자", "email": f"{name}@example.com"}
    with store.write() as conn:
        create_administrator(conn, catalog, raw, password=hash_password(PASSWORD))
    made = Flask("trial", static_folder=None)
    install(made, Live(store, TYPES, catalog), {"secret_key": "for tests only"})
    made.register_blueprint(blueprint())
    client = made.test_client()
    client.set_cookie("hanok_language", language)
    token = client.get("/login").text.split('name="csrf-token" content="')[1].split('"')[0]
    answer = client.post("/login", data={"username": name, "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 303
    yield client


def form_of(text: str, id: str) -> Form:
    found = Form(id)
    found.feed(text)
    found.close()
    return found


def as_sent(pairs: Pairs) -> dict[str, list[str]]:
    """The pairs by name, as the test client takes them."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
