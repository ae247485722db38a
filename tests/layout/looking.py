"""Goes to a stop, lets the page come to rest, and says what is broken there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Page

from tests.layout.desk import Desk
from tests.layout.stops import Stop

MEASURE = (Path(__file__).parent / "measure.js").read_text()
TRANSLATIONS = Path(__file__).resolve().parents[2] / "platform" / "web" / "translations" / "ko"
#: Widths of windows, and how high they are.
HEIGHTS = {1440: 900, 1024: 768, 360: 740}
SIZES = tuple(HEIGHTS)
LANGUAGES = ("ko", "en")
THEMES = ("light", "dark")
#: Parts whose texts are data, not ours: made-up modules have no Korean names.
QUIET = "[data-english], #list tbody, .home .rows tbody"
#: A part that has not come after so many looks is seen in the picture.
LOOKS = 80
RESTS = """() => document.fonts.status === "loaded"
    && ![...document.querySelectorAll("p.waiting")].some((one) => one.checkVisibility())"""


@dataclass(frozen=True)
class Fault:
    """One thing that is broken: which rule, where, in which window."""

    rule: str
    stop: str
    width: int
    language: str
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.stop} ({self.width}, {self.language}): {self.where}: {self.text}"


@cache
def english() -> tuple[str, ...]:
    """What is said in English where nobody translates it."""
    found = set()
    for path in TRANSLATIONS.glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="ko"):
                said = message.id if isinstance(message.id, str) else ""
                if len(said) > 3 and "{" not in said and message.string != message.id:
                    found.add(said)
    return tuple(sorted(found))


def settle(page: Page) -> None:
    """Waits for parts that load by themselves, and for fonts."""
    for _ in range(LOOKS):
        if page.evaluate(RESTS):
            return
        page.wait_for_timeout(50)


def go(desk: Desk, page: Page, stop: Stop) -> int:
    """Opens the stop and does what is to be done there. The status of the answer."""
    answer = page.goto(desk.address + stop.path)
    settle(page)
    if stop.deed:
        stop.deed(page)
        settle(page)
    return answer.status if answer else 0


@contextmanager
def reader(browser: Browser, desk: Desk, *, language: str) -> Iterator[dict[str, Page]]:
    """A page for everybody who looks, by name; "" is a stranger."""
    contexts = {who: desk.context(browser, who=who, language=language) for who in ("admin", "guest", "")}
    pages = {}
    for who, context in contexts.items():
        context.set_default_timeout(8000)
        pages[who] = context.new_page()
    yield pages
    for context in contexts.values():
        context.close()


def narrow(page: Page, width: int, theme: str = "light") -> None:
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of THEMES


def faults(page: Page, stop: Stop, *, width: int, language: str) -> list[Fault]:
    """What is broken in the page as it stands in the window."""
    asked: dict[str, Any] = {"quiet": QUIET}
    if language == "ko" and not stop.name.startswith("everything"):
        asked["english"] = english()
    told = page.evaluate(MEASURE, asked)
    return [Fault(one["rule"], stop.name, width, language, one["where"], one["text"]) for one in told]
