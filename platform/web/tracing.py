"""Following a request: its id, its line in the log, and a word to whoever counts requests.

It stands in front of the application (WSGI), so that what fails anywhere behind it is seen as well. The id is ours;
where proxies stand in front (setting `proxies`), it is the one that they give in `X-Request-ID`.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars
from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("hanok.web")
HEADER = "X-Request-ID"
GIVEN = re.compile(r"[A-Za-z0-9._:+=/@-]{8,64}", re.ASCII)
#: Signs that can be read out on the telephone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
KEY = "hanok.seen"
#: What a request is called that no route takes.
NOWHERE = "(none)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
#: Parts of an address that open something by themselves.
SECRET = ("token", "secret", "code")
LONGEST = 200


@dataclass(slots=True)
class Seen:
    """A request as it went. `rule` is the route that took it, `seconds` until its answer was ready to go out."""

    id: str
    method: str
    path: str
    rule: str = NOWHERE
    endpoint: str = ""
    quiet: bool = False
    status: int = 500
    seconds: float = 0.0
    size: int | None = None


Watcher = Callable[[Seen], None]


class Tracing:
    """The application with every request followed. `trusted` says that proxies give ids."""

    def __init__(self, inner: WSGIApplication, *, trusted: bool, watchers: Iterable[Watcher] = ()) -> None:
        self.inner = inner
        self.trusted = trusted
        self.watchers = tuple(watchers)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "") if self.trusted else ""
        seen = Seen(given if GIVEN.fullmatch(given) else new_id(), _method(environ), path_of(environ))
        environ[KEY] = seen
        clear_contextvars()
        bind_contextvars(request=seen.id)

        def start(status: str, headers: list[tuple[str, str]], *failure: Any) -> Any:
            seen.status = int(status[:3])
            seen.size = _size(seen, headers)
            return start_response(status, [*headers, (HEADER, seen.id)], *failure)

        try:
            answer = self.inner(environ, start)
        except BaseException:
            seen.status = 500
            self._end(seen, began)
            raise
        if seen.size is None:
            seen.size = 0
            return ClosingIterator(_counted(answer, seen), [*_closing(answer), lambda: self._end(seen, began)])
        self._end(seen, began)
        return answer

    def _end(self, seen: Seen, began: float) -> None:
        seen.seconds = time.perf_counter() - began
        log.log(logging.DEBUG if seen.quiet else logging.INFO, "request", extra={
            "method": seen.method, "path": seen.path, "status": seen.status, "endpoint": seen.endpoint or None,
            "ms": round(seen.seconds * 1000, 1), "bytes": seen.size,
        })  # fmt: skip
        for watcher in self.watchers:
            watcher(seen)
        clear_contextvars()


def follow(app: Flask, settings: Mapping[str, Any], *watchers: Watcher) -> None:
    """Puts the tracing in front of the application; call `recognise` once somebody is known."""
    trusted = int(settings.get("proxies", 0)) > 0
    app.wsgi_app = Tracing(app.wsgi_app, trusted=trusted, watchers=watchers)  # type: ignore[method-assign]
    app.before_request(_routed)


def _routed() -> None:
    """Notes which route takes it; parts of the address that open something are not told."""
    seen = request.environ[KEY]
    if request.url_rule is None:
        return
    seen.rule, seen.endpoint = request.url_rule.rule, request.endpoint or ""
    seen.quiet = seen.endpoint.endswith((".static", ".joined"))
    for name, value in (request.view_args or {}).items():
        if name in SECRET and value:
            seen.path = seen.path.replace(str(value), "…")


def recognise() -> None:
    """Notes who is here and what module it is about, for all lines that follow."""
    module = (request.view_args or {}).get("module")
    program, by = g.get("program"), getattr(g.get("actor"), "by", None)
    found = {"actor": str(g.actor.id) if g.get("actor") else None, "token": program.hint if program else None,
             "by": str(by.id) if by else None,
             "module": module if module in g.catalog.modules else None}  # fmt: skip
    bind_contextvars(**{name: value for name, value in found.items() if value})


def request_id() -> str:
    """The id of the request under way, "" without one."""
    return str(get_contextvars().get("request") or "")


def new_id() -> str:
    """A number that can be read out on the telephone: 7F3A-21C9-K0TM."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{signs[:4]}-{signs[4:8]}-{signs[8:]}"


def path_of(environ: Mapping[str, Any]) -> str:
    """The path without its query."""
    raw = str(environ.get("PATH_INFO", "")).encode("latin-1", "replace").decode("utf-8", "replace")
    return raw[:LONGEST]


def _counted(answer: Iterable[bytes], seen: Seen) -> Iterator[bytes]:
    """An answer whose size nobody knows yet."""
    for piece in answer:
        seen.size = (seen.size or 0) + len(piece)
        yield piece


def _closing(answer: Iterable[bytes]) -> list[Callable[[], None]]:
    return [answer.close] if hasattr(answer, "close") else []


def _method(environ: Mapping[str, Any]) -> str:
    method = str(environ.get("REQUEST_METHOD", ""))
    return method if method in METHODS else "OTHER"


def _size(seen: Seen, headers: Iterable[tuple[str, str]]) -> int | None:
    """Bytes of the answer's body, None where it is not said."""
    if seen.method == "HEAD" or seen.status in (204, 304) or seen.status < 200:
        return 0
    said = next((value for name, value in headers if name.lower() == "content-length"), "")
    return int(said) if said.isdecimal() else None
