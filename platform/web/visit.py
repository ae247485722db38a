"""One visit: the catalog, the actor, the language and the database connection of one request.

They stand on `flask.g`: `g.catalog`, `g.actor` and `g.session` (None for a stranger; `web.coming` says who else),
`g.language`, `g.formats`, `g.look` (what she chose of how things look). The connection is opened when something is
first read and closed when the request ends; a request that changes something closes it before, so that its write stands
alone.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, TypeVar

from flask import g, request
from sqlalchemy import Connection

from hanok.engine.catalog import Catalog
from hanok.engine.deploy.live import Live
from hanok.engine.errors import HanokError
from hanok.web.formats import Formats
from hanok.web.i18n import LANGUAGES, chosen_language

SESSION_COOKIE = "hanok_session"
LANGUAGE_COOKIE = "hanok_language"
THEME_COOKIE = "hanok_theme"
THEMES = ("light", "dark")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Found = TypeVar("Found")


def begin(live: Live, recognise: Callable[[], HanokError | None]) -> None:
    """Find out who is here and which catalog serves this request. Raises what `recognise` says against it."""
    g.live, g.reading = live, None
    refused = recognise()
    if "catalog" not in g:
        g.catalog = live.catalog
    g.language = _language()
    g.look = g.session.look if g.session is not None else {}
    g.formats = Formats(g.language, _zone(), *(g.look.get(item, "") for item in ("date", "number", "first_day")))
    if request.method not in SAFE_METHODS:
        end()
    if refused is not None:
        raise refused


def connection() -> Connection:
    """The reading connection of this request."""
    if g.reading is None:
        reading = ExitStack()
        conn, catalog = reading.enter_context(g.live.read())
        g.reading, g.conn = reading, conn
        if "catalog" not in g:
            g.catalog = catalog
    found: Connection = g.conn
    return found


def end(problem: BaseException | None = None) -> None:
    """Close the reading connection, if there is one."""
    reading = g.pop("reading", None)
    g.reading = None
    if reading is not None:
        reading.close()


def write(work: Callable[[Connection, Catalog], Found]) -> Found:
    """One transaction on the live catalog. What is read afterwards sees it."""
    end()
    found: Any = g.live.write(work)
    return found  # type: ignore[no-any-return]


def offered_languages() -> tuple[str, ...]:
    """The languages of this site that the faces speak, its default first."""
    found = tuple(language for language in g.catalog.app.languages if language in LANGUAGES)
    return found or tuple(LANGUAGES)


def theme() -> str:
    """light or dark as she chose, else as was chosen in this browser, else "" (as the device wishes)."""
    found = g.get("look", {}).get("theme") or request.cookies.get(THEME_COOKIE, "")
    return found if found in THEMES else ""


def _language() -> str:
    """What was chosen in this browser, else the user's, else what the browser asks for, else the site's; a program
    asks for its own."""
    offered = offered_languages()
    wanted, own = request.accept_languages.best_match(offered), getattr(g.actor, "language", None)
    if g.get("program"):
        return chosen_language(offered, wanted, own)
    return chosen_language(offered, request.cookies.get(LANGUAGE_COOKIE), own, wanted)


def _zone() -> str:
    return getattr(g.actor, "zone", "") or g.catalog.app.zone
