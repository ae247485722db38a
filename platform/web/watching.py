"""The addresses for machines that watch: /health, /health/ready, /metrics.

They are answered before the application is asked (WSGI): without session, login, language or cookie, and also while
everything behind them is down.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import orjson
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.wrappers import Response

from hanok.engine.deploy import Live
from hanok.engine.errors import Refused, say
from hanok.engine.jobs.figures import Figures, figures
from hanok.engine.store.blobs import open_blobs
from hanok.web.health import Health, is_ready
from hanok.web.metrics import Metrics
from hanok.web.security import HEADERS, NEVER
from hanok.web.tracing import KEY, Seen

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask

LOCAL = "local"
SHORTEST_TOKEN = 16
#: What a proxy says of whom it speaks for: then nobody is local.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA", "HTTP_X_FORWARDED_HOST")
Answering = Callable[["WSGIEnvironment"], Response]


class Watching:
    """The watchers' addresses, in front of an application where there is one. `opened` is the setting `metrics`."""

    def __init__(
        self, inner: WSGIApplication | None, *, health: Health, metrics: Metrics, opened: str = "", closed: bool = True
    ) -> None:
        """`closed` says that without a token nobody may read figures. Raises Refused for a token easily guessed."""
        if opened not in ("", LOCAL) and len(opened) < SHORTEST_TOKEN:
            raise Refused(say("The setting metrics is empty, local, or a token of at least {count} signs.",
                              count=SHORTEST_TOKEN))  # fmt: skip
        self.inner = inner
        self.health = health
        self.metrics = metrics
        self.opened = opened
        self.closed = closed
        self._addresses: Mapping[str, Answering] = {
            "/health": lambda _: in_json({"status": "ok"}),
            "/health/ready": lambda _: self._ready(),
            "/metrics": self._figures,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        answering = self._addresses.get(path)
        if answering is None and self.inner is not None:
            return self.inner(environ, start_response)
        seen: Seen | None = environ.get(KEY)
        if seen is not None:
            seen.rule, seen.quiet = path, True
        answer = self._answer(answering, environ)
        for name, value in {**HEADERS, "Cache-Control": NEVER}.items():
            answer.headers[name] = value
        return answer(environ, start_response)

    @staticmethod
    def _answer(answering: Answering | None, environ: WSGIEnvironment) -> Response:
        if answering is None:
            return in_json({"error": "not found"}, 404)
        if environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            return Response(b"", 405, headers={"Allow": "GET, HEAD"})
        return answering(environ)

    def _ready(self) -> Response:
        checks = self.health.checks()
        ready = is_ready(checks)
        return in_json({"status": "ready" if ready else "not ready", "checks": checks}, 200 if ready else 503)

    def _figures(self, environ: WSGIEnvironment) -> Response:
        if (self.closed and not self.opened) or (self.opened == LOCAL and not is_local(environ)):
            return in_json({"error": "not found"}, 404)
        if self.opened not in ("", LOCAL) and not _has_token(environ, self.opened):
            answer = in_json({"error": "unauthorized"}, 401)
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        return Response(self.metrics.text(), content_type=CONTENT_TYPE_LATEST)


def watch(app: Flask, live: Live, settings: Mapping[str, Any]) -> Metrics:
    """Puts the addresses in front of the application; its metrics stand in `app.extensions["hanok.metrics"]`."""
    blobs = open_blobs(str(settings["files"])) if settings.get("files") else None
    metrics = app.extensions["hanok.metrics"] = metrics_of(live)
    app.wsgi_app = Watching(  # type: ignore[method-assign]
        app.wsgi_app, health=Health(live, blobs), metrics=metrics, opened=str(settings.get("metrics", ""))
    )
    return metrics


def metrics_of(live: Live) -> Metrics:
    """Fresh figures of a process that serves or works for this site."""

    def read() -> Figures:
        with live.store.read() as conn:
            return figures(conn)

    return Metrics(read, version=version("hanok"), revision=lambda: live.catalog.revision)


def is_local(environ: Mapping[str, Any]) -> bool:
    """Whether a program on this machine asks for itself."""
    try:
        address = ip_address(environ.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None) or address
    return mapped.is_loopback and not any(environ.get(name) for name in FORWARDED)


def in_json(data: Mapping[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(data), status, content_type="application/json")


def _has_token(environ: Mapping[str, Any], token: str) -> bool:
    scheme, _, said = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    given = said.strip().encode("latin-1", "replace")
    return hmac.compare_digest(given, token.encode()) and scheme.lower() == "bearer"
