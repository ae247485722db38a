"""What a new password has to be, for every door by which one comes.

As NIST SP 800-63B-4, 3.1.1, asks: long enough, not one of those that attackers try first, nothing about which letters,
and no end by the calendar. The whole password is compared; a name with a little around it counts as the name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hanok.engine.accounts.guessed import is_guessed, is_stolen
from hanok.engine.accounts.passwords import LONGEST, SHORTEST
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, say

#: Words shorter than this are in too many passwords to say anything.
SHORTEST_WORD = 4
#: How many signs around a name still make it no password.
AROUND = 4
PRODUCT = "hanok"


@dataclass(frozen=True, slots=True)
class Policy:
    """How many characters a password has at least, whether common ones are refused, and who is asked for stolen ones.

    `stolen` is the address of that service, "" where nobody is asked.
    """

    shortest: int = SHORTEST
    common: bool = True
    stolen: str = ""


DEFAULT = Policy()


def policy_of(settings: Mapping[str, Any]) -> Policy:
    """What the settings of a site ask for; never fewer than eight characters."""
    return Policy(
        shortest=min(max(SHORTEST, int(settings.get("password_length", SHORTEST))), LONGEST),
        common=bool(settings.get("password_common", True)),
        stolen=str(settings.get("password_stolen", "")),
    )


def password_faults(text: str, policy: Policy = DEFAULT, *, words: Iterable[str] = ()) -> tuple[Message, ...]:
    """What is wrong with a new password; `words` are names that others try first (`words_about`)."""
    if len(text) < policy.shortest:
        return (say("A password has at least {count} characters.", count=policy.shortest),)
    if len(text) > LONGEST:
        return (say("A password has at most {count} characters.", count=LONGEST),)
    if policy.common and is_guessed(text):
        return (say("Very many people use this password. Choose another one."),)
    if policy.common and any(_is_little_more(text, word) for word in words):
        return (say("This password is little more than a name that others guess first. Choose another one."),)
    if policy.stolen and is_stolen(text, policy.stolen):
        return (say("This password was stolen elsewhere, and others try it. Choose another one."),)
    return ()


def words_about(catalog: Catalog | None, username: str, email: str = "") -> tuple[str, ...]:
    """The names that a password must not consist of: hers and the site's."""
    site = tuple(catalog.app.name.values()) if catalog else ()
    return tuple(dict.fromkeys(word for word in (username, *_parts(email), *site, PRODUCT) if word))


def _parts(email: str) -> Iterator[str]:
    """An address, what stands before its @, and the name of its domain."""
    name, _, domain = email.rpartition("@")
    yield from (email, name, domain.partition(".")[0])


def _is_little_more(text: str, word: str) -> bool:
    plain, name = _plain(text), _plain(word)
    return len(name) >= SHORTEST_WORD and name in plain and len(plain) - len(name) * plain.count(name) <= AROUND


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
