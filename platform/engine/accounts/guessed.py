"""Passwords that others try first: those of large lists, and those that were stolen elsewhere.

The lists are those of zxcvbn (https://github.com/dwolfhub/zxcvbn-python): 30,000 passwords that were in use, and the
names and words that people make passwords of. What was stolen is asked of a service that learns only the first five of
the 40 signs of a password's SHA-1 (k-anonymity, https://haveibeenpwned.com/API/v3#PwnedPasswords); a site says whether.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache

import structlog

log = structlog.get_logger(__name__)
#: Shorter ones are refused for their length.
SHORTEST = 8
#: Korean words as they come out of Latin keys: 비밀번호, 안녕하세요, 사랑해요, 대한민국, 가나다라.
OURS = ("qlalfqjsgh", "dkssudgktpdy", "tkfkdgody", "eogksalsrnr", "rkskekfk", "rkskekfkakqktk")
ROWS = (
    "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "가나다라마바사아자차카타파하",
)  # fmt: skip
REPEATED = re.compile(r"(.{1,4}?)\1+")
SECONDS = 3.0


def is_guessed(text: str) -> bool:
    """Whether it is in a list, a few signs again and again, or a row of keys in either direction."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    if REPEATED.fullmatch(plain) or plain in common():
        return True
    return any(plain in row * 2 or plain[::-1] in row * 2 for row in ROWS)


@cache
def common() -> frozenset[str]:
    """The words of the lists that are long enough to be a password."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # half a megabyte that only a new password wants

    listed = (word for words in FREQUENCY_LISTS.values() for word in words)
    return frozenset(word.casefold() for word in (*listed, *OURS) if len(word) >= SHORTEST)


def is_stolen(text: str, service: str) -> bool:
    """Whether the service has seen this password among stolen ones; False when it does not answer in time.

    `service` is the address before the five signs, like https://api.pwnedpasswords.com/range/.
    """
    import httpx  # only a site that asks waits for it

    digest = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().upper()
    try:
        answer = httpx.get(f"{service.rstrip('/')}/{digest[:5]}", headers={"Add-Padding": "true"}, timeout=SECONDS)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        log.warning("stolen passwords cannot be asked for", error=type(error).__name__)
        return False
    found = (line.strip().partition(":") for line in answer.text.splitlines())
    return any(tail == digest[5:] and count.isdigit() and int(count) > 0 for tail, _, count in found)
