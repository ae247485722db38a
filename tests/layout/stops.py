"""Where to look: every page of a site, found from its catalog and its addresses. A new screen is looked at, too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from hanok.engine.catalog import Module
from tests.layout.desk import ADMIN, FAILURES, GUEST, Desk
from tests.sweeps.everything import EVERYTHING

Deed = Callable[[Page], None]
#: Pages that lead elsewhere, or are parts of pages and files.
LEADS = re.compile(
    r"^/(api|static|-|files|login/with|search/(quick|amounts)|handover/_pick|audit/.*(_export|_count))\b|^/logout"
)
#: Modules in which two records are held beside each other, and a note is begun.
MERGED = ("account", "contact", EVERYTHING)
FAILED = (*FAILURES, 400, 413, 429, 500, 503)


@dataclass(frozen=True)
class Stop:
    """One thing to look at: where it is, who looks, what is done there first, and the answer that is expected."""

    name: str
    path: str
    who: str = ADMIN
    deed: Deed | None = None
    status: int = 200


def every(desk: Desk, page: Page) -> Iterator[Stop]:
    """All stops of a site. `page` is somebody's who may see everything: records are found through it."""
    yield from _entries()
    yield from _plain(desk, page)
    for module in desk.catalog.modules.values():
        yield from of_module(desk, page, module)
    yield from opened()
    yield Stop("error-403", "/admin", who=GUEST, status=403)
    yield Stop("home-of-a-guest", "/", who=GUEST)
    for status in FAILED:
        yield Stop(f"error-{status}-raised", f"/-/fail/{status}", status=status)


def _entries() -> Iterator[Stop]:
    for path in ("/login", "/forgot", "/forgot/sent", "/reset", "/reset/done"):
        yield Stop(path.strip("/").replace("/", "-"), path, who="")
    yield Stop("login-wrong", "/login", who="", deed=_wrong_password, status=200)


def _wrong_password(page: Page) -> None:
    page.fill("#username", "nobody")
    page.fill("#password", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#problem")


def _plain(desk: Desk, page: Page) -> Iterator[Stop]:
    """The addresses without a part that varies, as far as they are pages."""
    for path in desk.addresses:
        if LEADS.match(path) or path in ("/login", "/forgot", "/forgot/sent", "/reset", "/reset/done", "/login/second"):
            continue
        answer = page.request.get(desk.address + path, max_redirects=0)
        if answer.status == 200 and "<html" in answer.text()[:2000]:
            yield Stop(path.strip("/").replace("/", "-") or "home", path)
    for log in ("input", "changes", "owners"):
        yield Stop(f"audit-{log}", f"/audit/{log}")
    yield Stop("search-found", "/search?q=a")
    yield Stop("search-nothing", "/search?q=zzqqzz")


def of_module(desk: Desk, page: Page, module: Module) -> Iterator[Stop]:
    key = module.key
    yield Stop(f"{key}-list", f"/{key}?filter=all")
    yield Stop(f"{key}-default", f"/{key}")
    yield Stop(f"{key}-no-match", f"/{key}?filter=all&q=zzqqzz")
    yield Stop(f"{key}-new", f"/{key}/new")
    yield Stop(f"{key}-import", f"/{key}/_import")
    if module.views.kanban is not None:
        yield Stop(f"{key}-kanban", f"/{key}?filter=all&view=kanban")
        yield Stop(f"{key}-kanban-default", f"/{key}?view=kanban")
    page.goto(f"{desk.address}/{key}?filter=all")
    rows = page.locator("tr[data-href]")
    if rows.count():
        there = rows.first.get_attribute("data-href")
        yield Stop(f"{key}-record", f"{there}")
        yield Stop(f"{key}-edit", f"{there}/edit")
        yield Stop(f"{key}-history", f"{there}/history")
    if module.duplicates:
        yield Stop(f"{key}-duplicates", f"/{key}/_duplicates")
    if rows.count() > 1 and module.key in MERGED:
        ids = [(rows.nth(at).get_attribute("data-href") or "").rpartition("/")[2] for at in (0, 1)]
        yield Stop(f"{key}-merge", f"/{key}/_merge?id={ids[0]}&id={ids[1]}")
        yield Stop(f"{key}-writing", f"{there}", deed=_writing)


def opened() -> Iterator[Stop]:
    """What opens on a page."""
    yield Stop("palette", "/", deed=_palette)
    yield Stop("palette-found", "/", deed=_palette_found)
    yield Stop("keys", "/", deed=_keys)
    yield Stop("menu", "/account?filter=all", deed=_menu)
    yield Stop("bell", "/account?filter=all", deed=_bell)
    yield Stop("account-picked", "/account?filter=all", deed=_picked)
    yield Stop("account-filtered", "/account?filter=all", deed=_filtered)
    yield Stop("account-columns", "/account?filter=all", deed=_columns)
    yield Stop("opportunity-saved", "/opportunity", deed=_saved)
    yield Stop("account-bulk-dialog", "/account?filter=all", deed=_bulk_dialog)
    yield Stop("account-export-dialog", "/account?filter=all", deed=_export_dialog)
    yield Stop("contact-wrong", "/contact/new", deed=_wrong)


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.wait_for_selector("#palette[open] [role=option]")


def _palette_found(page: Page) -> None:
    _palette(page)
    page.keyboard.type("ㄱㅎ")
    page.wait_for_timeout(500)


def _keys(page: Page) -> None:
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")


def _menu(page: Page) -> None:
    page.locator(".topbar .me").click()


def _bell(page: Page) -> None:
    page.locator("#bell").click()
    page.wait_for_selector(".bell-menu.show")


def _writing(page: Page) -> None:
    begin = page.locator(".feed .composer .opener")
    if begin.count():
        begin.first.click()
        page.wait_for_timeout(400)


def _picked(page: Page) -> None:
    for at in (0, 1, 2):
        page.locator("[data-pick]").nth(at).check(force=True)


def _filtered(page: Page) -> None:
    page.goto(page.url.partition("?")[0] + "?filter=all&f=name.contains.a&f=created_at.this_month.")


def _columns(page: Page) -> None:
    page.locator("details.menu-box:has(.picker) > summary").first.click()


def _saved(page: Page) -> None:
    page.locator("summary.saved").click()
    page.wait_for_timeout(300)


def _bulk_dialog(page: Page) -> None:
    _picked(page)
    page.locator("[data-bulk] [data-asks=yes]").first.click()
    page.wait_for_selector("dialog.ask[open]")


def _export_dialog(page: Page) -> None:
    page.locator("a[data-ask][href*=_export]").first.evaluate("node => node.click()")
    page.wait_for_selector("dialog.ask[open]")


def _wrong(page: Page) -> None:
    page.locator(".save-bar .btn-primary").click()
    page.wait_for_selector(".alert[role=alert]")
