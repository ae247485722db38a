"""Somebody with a browser but no eyes: keeps cookies, follows nothing by itself, sends the tokens that forms carry."""

from __future__ import annotations

import html
import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import quote, urlencode, urlsplit

from tests.served import PASSWORD

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
TIMEOUT = 20.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `location` is where it leads, "" if nowhere."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))

    @property
    def cookies(self) -> SimpleCookie:
        found = SimpleCookie()
        for line in self.headers.get_all("Set-Cookie") or ():
            found.load(line)
        return found

    def hidden(self, name: str) -> str:
        """The value of a hidden input. Raises AssertionError where there is none."""
        found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', self.text)
        assert found, f"no hidden {name} in\n{self.text}"
        return html.unescape(found[1])


@dataclass
class Visitor:
    """One browser profile at a served address."""

    address: str
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: Mapping[str, str] | None = None, *, token: bool = True, **headers: str) -> Answer:
        """Sends a form; with the token of a page of this session unless told otherwise."""
        sent = {"csrf_token": self.token(), **(form or {})} if token else dict(form or {})
        return self._ask("POST", path, urlencode(sent), headers)

    def token(self) -> str:
        page = self.get("/login")
        found = TOKEN.search(page.text if page.status == 200 else self.get("/").text)
        assert found
        return found[1]

    def log_in(self, username: str = "admin", password: str = PASSWORD) -> Visitor:
        answer = self.post("/login", {"username": username, "password": password})
        assert answer.status == 303, answer.text
        return self

    def create(self, module: str, **values: str) -> str:
        """Makes a record through its form and returns its id."""
        form = self.get(f"/{module}/new")
        answer = self.post(f"/{module}/new", {"token": form.hidden("token"), **values})
        assert answer.status == 303, answer.text
        return answer.location.rpartition("/")[2]

    def _ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        carried = {"Accept": "text/html", **{name.replace("_", "-"): value for name, value in headers.items()}}
        if self.jar:
            carried["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.jar.items())
        if body is not None:
            carried["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, quote(path, safe="/?&=%$:,."), body, carried)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read().decode())
        finally:
            connection.close()
        self.jar.update({name: morsel.value for name, morsel in answer.cookies.items()})
        return answer
