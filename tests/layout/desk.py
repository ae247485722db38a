"""The site that is looked at: the shipped CRM with demo data, the "everything" module, a module without records, and
people who may see all and little. Its server runs in this process and can fail on purpose.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.serving import WSGIRequestHandler, make_server

from hanok.app import create_app, live_of, opened
from hanok.engine import records
from hanok.engine.access import SYSTEM
from hanok.engine.accounts import create_user, hash_password
from hanok.engine.catalog import Catalog
from hanok.engine.deploy import Live
from hanok.engine.errors import Denied, HanokError, NotFound, Refused, say
from hanok.web.doors import door
from tests.served import PASSWORD, new_site, run_hanok
from tests.sweeps.everything import ADMIN as SEEDER
from tests.sweeps.everything import EVERYTHING, Filler, everything_files, writable

SHIPPED = Path(__file__).resolve().parents[2] / "metadata" / "modules"
NOTHING = """
label: {en: Empty one, ko: 빈 모듈}
plural: {en: Empty ones, ko: 빈 모듈}
fields:
  name:  {type: text, label: {en: Name, ko: 이름}, required: true}
  state: {type: choice, label: {en: State, ko: 상태}, options: stage, default: new}
views: {list: {columns: [name, state]}, kanban: {by: state, card: [$title]}}
"""
MENU = "filters: {trial: {label: {en: Trial, ko: 시험}, modules: [everything, nothing]}}"
#: Who logs in: sees all; has no role.
ADMIN, GUEST = "admin", "guest"


@dataclass(frozen=True)
class Desk:
    """A served site: its address, its catalog, and what the visitors who are logged in carry with them."""

    address: str
    catalog: Catalog
    addresses: tuple[str, ...] = ()
    carried: dict[str, Any] = field(default_factory=dict)

    def context(self, browser: Browser, *, who: str = ADMIN, language: str = "ko", **options: Any) -> BrowserContext:
        """A fresh profile of somebody who is logged in; of a stranger where `who` is empty."""
        context = browser.new_context(
            locale={"ko": "ko-KR", "en": "en-US"}[language], timezone_id="Asia/Seoul", reduced_motion="reduce",
            storage_state=self._state(browser, who) if who else None, **options,
        )  # fmt: skip
        context.add_cookies([{"name": "hanok_language", "value": language, "url": self.address}])
        return context

    def _state(self, browser: Browser, who: str) -> Any:
        if who not in self.carried:
            context = browser.new_context()
            page = context.new_page()
            page.goto(f"{self.address}/login")
            page.fill("#username", who)
            page.fill("#password", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{self.address}/")
            self.carried[who] = context.storage_state()
            context.close()
        return self.carried[who]


def make(folder: Path, *, accounts: int, count: int = 30) -> None:
    """A new site in this folder."""
    new_site(folder, demo=accounts)
    shipped = {f"modules/{path.name}" for path in SHIPPED.glob("*.yaml")}
    files = {name: text for name, text in everything_files().items() if name not in shipped}
    files |= {"modules/nothing.yaml": NOTHING, "menus/main.yaml": MENU}
    for name, text in files.items():
        path = folder / "metadata" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    run_hanok("--site", folder, "deploy", "--yes")
    live = live_of(opened(folder))
    _fill(live, count)
    with live.store.write() as conn:
        raw = {"username": GUEST, "last_name": "손", "first_name": "님이", "email": "guest@example.com"}
        create_user(conn, live.catalog, SYSTEM, raw, password=hash_password(PASSWORD))


class OfThisSite(Filler):
    """Fills everything beside the records that the site has already."""

    def __post_init__(self) -> None:
        self.module = self.catalog.modules[self.key]
        self.fields = [found for found in writable(self.module) if not found.type.apart]
        self.plain = [found.key for found in self.fields if not (found.targets or found.type.holds_files)]
        self.pools = {}
        with self.store.read() as conn:
            for key in sorted({to for found in self.module.fields.values() for to in (*found.targets, *found.members)}):
                if key in self.catalog.modules and key != self.key:
                    table = self.catalog.modules[key].table
                    self.known[key] = [str(id) for id in conn.scalars(sa.select(table.c.id).limit(6))]

    def pool(self, found: Any) -> Any:
        key = f"{found.module}.{found.key}"
        if key not in self.pools:
            samples = found.type.samples(found)
            self.pools[key] = list(samples)
        return self.pools[key]


def _fill(live: Live, count: int) -> None:
    filler = OfThisSite(live.store, live.catalog, Random(7), key=EVERYTHING)
    without = [found.key for found in filler.fields if found.type.holds_files]
    raws = [filler.raw() | filler.apart() for _ in range(count)]
    with live.store.write() as conn:
        for raw in raws:
            given = {key: value for key, value in raw.items() if key not in without}
            records.create(conn, live.catalog, SEEDER, EVERYTHING, given)


class Quiet(WSGIRequestHandler):
    """Answers without telling of it."""

    def log_request(self, *said: Any) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[Desk]:
    """Serves the site in this process until the block ends."""
    site = opened(folder)
    live = live_of(site)
    app = create_app(live, {**site.settings, "secret_key": "for looking only"})
    _fails(app)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Desk(f"http://127.0.0.1:{server.port}", live.catalog, _addresses(app))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _addresses(app: Flask) -> tuple[str, ...]:
    """The addresses of pages without a part that varies."""
    rules = (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments)
    return tuple(sorted(rule.rule for rule in rules))


#: The failures that a page may show, by their number.
FAILURES: dict[int, HanokError] = {
    403: Denied(say("Only administrators may see this.")),
    404: NotFound(say("There is nothing here")),
    409: Refused(say("Somebody else changed this record while you were editing it.")),
}


def _fails(app: Flask) -> None:
    @app.get("/-/fail/<int:status>")
    @door("home", who="anybody")
    def fail(status: int) -> str:
        if status in FAILURES:
            raise FAILURES[status]
        raise default_exceptions.get(status, HTTPException)()
