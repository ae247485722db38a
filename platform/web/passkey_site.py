"""The site that a passkey is for: from the setting `address`, never from what a request says of itself.

Without the setting, keys work for programs of this machine at http://localhost: browsers take that for safe, and
nobody else comes from there.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, g, request

from hanok.engine.accounts.passkeys import Site
from hanok.engine.fields import in_language

USUAL = {"https": 443, "http": 80}


def passkey_site() -> Site | None:
    """The site as keys know it; None where the setting `address` is missing, or no key works at it."""
    parts = urlsplit(str(current_app.config["ADDRESS"]) or _own_machine())
    host = (parts.hostname or "").lower()
    if not host or _is_number(host) or (parts.scheme != "https" and host != "localhost"):
        return None
    port = f":{parts.port}" if parts.port and parts.port != USUAL[parts.scheme] else ""
    return Site(host, f"{parts.scheme}://{host}{port}", in_language(g.catalog.app.name, g.language))


def _own_machine() -> str:
    """The address of this request where it came from this machine to localhost, else ""."""
    near = request.remote_addr in ("127.0.0.1", "::1")
    host = request.host.lower()
    return f"http://{host}" if near and urlsplit(f"//{host}").hostname == "localhost" else ""


def _is_number(host: str) -> bool:
    """Whether a host is an IP address: keys are for names (Web Authentication level 2, 5.1.2)."""
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
