"""What every answer carries so that browsers protect its reader, and what every change must carry to be taken.

The content security policy allows our own files only: no inline script, no inline style, no frames. Every unsafe
request needs the token of this browser's form session (Flask-WTF): in the field `csrf_token`, or in the header
`X-CSRFToken`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: What says something about pages only: a page asks for a dozen files.
OF_PAGES = frozenset({"Permissions-Policy", "Cross-Origin-Opener-Policy", "X-Frame-Options"})
TRANSPORT = "max-age=31536000"
#: Bytes of a request. A form is held in memory, and comes back whole to its writer when something is wrong with it.
LARGEST = 2 * 1024 * 1024
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
NEVER = "no-store"


def protect(app: Flask, settings: Mapping[str, Any]) -> None:
    """Forgery protection and the headers of every answer. `https` makes cookies and transport strict."""
    secure = bool(settings.get("https", False))
    app.config.update(
        SECRET_KEY=settings["secret_key"],
        SESSION_COOKIE_NAME="hanok_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=LARGEST,
        MAX_FORM_MEMORY_SIZE=LARGEST,
    )
    CSRFProtect(app)

    @app.after_request
    def with_headers(answer: Response) -> Response:
        for name, value in HEADERS.items():
            if name not in OF_PAGES or not is_static():
                answer.headers.setdefault(name, value)
        if secure:
            answer.headers.setdefault("Strict-Transport-Security", TRANSPORT)
        if is_static():
            answer.headers["Cache-Control"] = _keeping()
        else:
            answer.headers.setdefault("Cache-Control", NEVER)
        return answer


def is_static() -> bool:
    """True for the files of this room and of the faces, joined or alone."""
    return (request.endpoint or "").endswith((".static", ".joined"))


def is_foreign() -> bool:
    """True when the browser says that another site sent this request."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def _keeping() -> str:
    """Addresses that change with their content are kept for ever; fonts too, whose files never change."""
    return FOR_EVER if "v" in request.args or request.path.endswith(".woff2") else ASK_AGAIN
