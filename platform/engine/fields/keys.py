"""The keys of a site: what encrypted values are written with, and what they are found by."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from hanok.engine.errors import Refused, say

FINDING = b"hanok: found by equality"


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The keys of one site, the newest first: that one writes, all of them read.

    A value is a Fernet token (AES-128-CBC and HMAC-SHA256, https://github.com/fernet/spec). It is found by its
    digest: HMAC-SHA256 of where it stands and what it says, with a key that is derived from the site's.
    """

    written: tuple[str, ...] = ()
    _ciphers: tuple[Fernet, ...] = field(init=False, compare=False)
    _finders: tuple[bytes, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Raises Refused for what is no key; the message never shows it."""
        try:
            ciphers = tuple(Fernet(key) for key in self.written)
        except ValueError:
            raise Refused(say("A key of encrypted fields cannot be read; each is made by: hanok keys new")) from None
        object.__setattr__(self, "_ciphers", ciphers)
        finders = (hmac.digest(key.encode(), FINDING, hashlib.sha256) for key in self.written)
        object.__setattr__(self, "_finders", tuple(finders))

    def __repr__(self) -> str:
        return f"Keys({len(self.written)})"

    def __bool__(self) -> bool:
        return bool(self.written)

    def locked(self, text: str) -> str:
        """The token of a text. Raises Refused when there is no key."""
        if not self:
            raise Refused(NO_KEY)
        return self._ciphers[0].encrypt(text.encode()).decode()

    def opened(self, token: str) -> str | None:
        """The text of a token; None when it was written with none of these keys."""
        try:
            return MultiFernet(self._ciphers).decrypt(token).decode() if self else None
        except InvalidToken:
            return None

    def digests(self, text: str, *, place: str) -> tuple[str, ...]:
        """What the text is found by at this place, for each key, the newest first."""
        said = f"{place}\0{text}".encode()
        return tuple(hmac.new(finder, said, hashlib.sha256).hexdigest() for finder in self._finders)


NO_KEY = say("This site has no key for encrypted fields. Make one with: hanok keys new")


def new_key() -> str:
    """A new key, as text."""
    return Fernet.generate_key().decode()


def keys_in(lines: Iterable[str]) -> Keys:
    """The keys of these lines, the newest first; empty lines and those that begin with # say nothing."""
    found = (line.strip() for line in lines)
    return Keys(tuple(line for line in found if line and not line.startswith("#")))
