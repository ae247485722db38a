"""Text leaves packed (Brotli or gzip): a first visit loads a megabyte less.

Files are packed once and kept. Pages are packed each time, but for a request that another site caused: pages hold
tokens beside what readers typed, and whoever makes a browser ask again and again could learn them from the lengths
(BREACH). So a page is packed only where the browser says that it asked by itself or was led here by us
(Sec-Fetch-Site), and whole ones have a random length.
"""

from __future__ import annotations

import gzip
import secrets
from pathlib import Path

import brotli
from flask import Flask, Response, current_app, request

from hanok.web.assets import Assets
from hanok.web.security import is_static

TEXT = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})
SCRIPTS = frozenset({"text/javascript", "application/javascript"})
PAGE, WHOLE = "text/html", b"<!doctype"
#: Pages that are shorter are not worth it.
SHORT = 1024
#: As much as a page may grow at random, in bytes.
PADDING = 200
#: How hard: files are packed once, pages while somebody waits.
FILE, LIVE = 9, 4


def pack_static(app: Flask) -> None:
    """Pack every static text once and keep it: there are as many as there are files."""
    kept: dict[tuple[str, str], tuple[str | None, bytes]] = {}
    assets: dict[str, Assets] = {}

    @app.after_request
    def packed(answer: Response) -> Response:
        if answer.status_code != 200 or request.method not in ("GET", "HEAD"):
            return answer
        if not is_static():
            return _page(answer)
        if answer.mimetype not in TEXT:
            return answer
        if answer.mimetype in SCRIPTS and (request.endpoint or "").endswith(".static"):
            _name_imports(answer, assets)
        answer.vary.add("Accept-Encoding")
        way = _way()
        if request.method != "GET" or not way:
            return answer
        version = answer.get_etag()[0]
        key = (request.path, way)
        known, body = kept.get(key, (None, b""))
        if known is None or known != version:
            body = _packed(_body(answer), way, FILE)
            kept[key] = (version, body)
        return _filled(answer, body, version, way)


def _page(answer: Response) -> Response:
    """A page, packed where nobody can make use of its length."""
    if answer.mimetype != PAGE or answer.is_streamed or answer.content_encoding or request.method != "GET":
        return answer
    answer.vary.add("Accept-Encoding")
    answer.vary.add("Sec-Fetch-Site")
    asked_by_us = request.headers.get("Sec-Fetch-Site") in ("same-origin", "none")
    way, body = _way(), answer.get_data()
    if not way or not asked_by_us or len(body) < SHORT:
        return answer
    if body.lstrip()[:9].lower() == WHOLE:
        body += b"<!--" + secrets.token_hex(secrets.randbelow(PADDING)).encode() + b"-->"
    return _filled(answer, _packed(body, way, LIVE), None, way)


def _way() -> str:
    """How this browser takes text: "br", "gzip", or "" for plainly."""
    accepted = request.accept_encodings
    return next((way for way in ("br", "gzip") if accepted[way]), "")


def _packed(body: bytes, way: str, level: int) -> bytes:
    return brotli.compress(body, quality=level) if way == "br" else gzip.compress(body, min(level + 2, 9))


def _name_imports(answer: Response, assets: dict[str, Assets]) -> None:
    """A script that imports others names their versions, so that those are kept for ever, too."""
    folder = current_app.blueprints[request.blueprint or ""].static_folder or ""
    known = assets.setdefault(folder, Assets(Path(folder)))
    name = str((request.view_args or {})["filename"])
    if known.imports(name):
        answer.call_on_close(getattr(answer.response, "close", lambda: None))
        answer.direct_passthrough = False
        answer.set_data(known.script(name))
        answer.set_etag(known.version(name))


def _body(answer: Response) -> bytes:
    answer.direct_passthrough = False
    return answer.get_data()


def _filled(answer: Response, body: bytes, version: str | None, way: str) -> Response:
    """The answer with this body instead of the open file that it came with."""
    answer.call_on_close(getattr(answer.response, "close", lambda: None))
    answer.direct_passthrough = False
    answer.set_data(body)
    answer.content_encoding = way
    if version:
        answer.set_etag(version, weak=True)
    return answer
