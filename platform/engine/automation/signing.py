"""The signature of a message between systems: whoever knows the secret sees who sent it, when, and that it is whole.

The header reads `Hanok-Signature: t=1700000000,v1=<hex>`; v1 is HMAC-SHA256, with the secret, of the bytes `t`, a dot,
and the body. A receiver works it out again, compares in constant time, and refuses what is older than a few minutes.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

HEADER = "Hanok-Signature"
#: Seconds that a signature may be old.
FRESH = 300


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of the header for this body; `at` is the moment in seconds since 1970."""
    return f"t={at},v1={_mac(secret, body, str(at))}"


def is_signed(secret: str, body: bytes, header: str, *, now: int, fresh: int = FRESH) -> bool:
    """Whether the header was made by somebody who knows the secret, for this body, a moment ago."""
    parts = _parts(header)
    at, made = parts.get("t", ""), made_of(header)
    if not secret or not at.isascii() or not at.isdecimal() or len(at) > 12 or abs(now - int(at)) > fresh:
        return False
    return hmac.compare_digest(_mac(secret, body, at).encode(), made.encode())


def made_of(header: str) -> str:
    """The signature itself: the same however else the header is written, which nobody signed."""
    return _parts(header).get("v1", "")


def _parts(header: str) -> Mapping[str, str]:
    return dict(part.strip().partition("=")[::2] for part in header.split(","))


def _mac(secret: str, body: bytes, at: str) -> str:
    return hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
