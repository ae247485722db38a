"""Static text leaves packed (gzip): a first visit loads a megabyte less.

Pages do not: they hold tokens beside what readers typed, and the length of a packed page tells about both (BREACH).
"""

from __future__ import annotations

import gzip

from flask import Flask, Response, request

from hanok.web.security import is_static

TEXT = frozenset({"text/css", "text/javascript", "application/javascript", "image/svg+xml"})


def pack_static(app: Flask) -> None:
    """Pack every static text once and keep it: there are as many as there are files."""
    kept: dict[str, tuple[str | None, bytes]] = {}

    @app.after_request
    def packed(answer: Response) -> Response:
        if not is_static() or answer.status_code != 200 or answer.mimetype not in TEXT:
            return answer
        answer.vary.add("Accept-Encoding")
        if request.method != "GET" or not request.accept_encodings["gzip"]:
            return answer
        version = answer.get_etag()[0]
        known, body = kept.get(request.path, (None, b""))
        if known is None or known != version:
            body = gzip.compress(_body(answer))
            kept[request.path] = (version, body)
        return _filled(answer, body, version)


def _body(answer: Response) -> bytes:
    answer.direct_passthrough = False
    return answer.get_data()


def _filled(answer: Response, body: bytes, version: str | None) -> Response:
    """The answer with this body instead of the open file that it came with."""
    answer.call_on_close(getattr(answer.response, "close", lambda: None))
    answer.direct_passthrough = False
    answer.set_data(body)
    answer.content_encoding = "gzip"
    if version:
        answer.set_etag(version, weak=True)
    return answer
