"""What letters say, whatever they call their charset: headers and bodies as text that can be stored and shown."""

from __future__ import annotations

import re
import unicodedata
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as Part

from hanok.engine.fields.text import UNSEEN, normalized

#: What mailers of Korea say, and what they mean: all of it is a part of cp949.
CHARSETS = {
    "ks_c_5601-1987": "cp949", "ks_c_5601-1989": "cp949", "ksc5601": "cp949", "ksc_5601": "cp949", "ks_c_5601": "cp949",
    "euc-kr": "cp949", "euc_kr": "cp949", "euckr": "cp949", "x-windows-949": "cp949", "windows-949": "cp949",
    "uhc": "cp949", "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "ansi_x3.4-1968": "ascii", "default": "utf-8",
    "iso-8859-8-i": "iso-8859-8",
}  # fmt: skip
#: What is tried where a charset is unknown, or wrong.
LIKELY = ("utf-8", "cp949")
LONGEST_HEADER = 8000
FOLD = re.compile(r"\r?\n(?=[ \t])")
ENCODED = re.compile(r"=\?[^?\s]+\?[bqBQ]\?[^?]*\?=")


def decoded(raw: bytes, charset: str = "") -> str:
    """Text of bytes in this charset ("": not said), else in the likeliest; never an error."""
    said = charset.strip().strip("\"'").lower()
    for name in (CHARSETS.get(said, said), *LIKELY):
        try:
            return raw.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    named = CHARSETS.get(said, said)
    try:
        return raw.decode(named, "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def header(part: Part, name: str) -> str:
    """A header on one line: encoded words read, bytes beyond ASCII guessed."""
    return line(next(iter(raw_headers(part, name)), ""))


def raw_headers(part: Part, name: str) -> list[str]:
    """All headers of this name as they stood there; bytes beyond ASCII as surrogates."""
    wanted = name.lower()
    found = (str(value) for key, value in part.raw_items() if key.lower() == wanted)
    return [FOLD.sub("", one)[: LONGEST_HEADER * 2] for one in found]


def line(text: str) -> str:
    """One line that can be stored, from what a header holds."""
    return " ".join(shown(words(text)).split())


def words(text: str) -> str:
    """The text with its encoded words read (RFC 2047), also those that touch each other or other text."""
    text = text[:LONGEST_HEADER]
    if not ENCODED.search(text):
        return _guessed(text)
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError, LookupError):
        return _guessed(text)
    found = ""
    for piece, charset in pieces:
        found += _guessed(piece) if isinstance(piece, str) else decoded(piece, charset or "")
    return found


def shown(text: str) -> str:
    """The text without what cannot be stored or seen, as fields write it (NFC); lines and tabs stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in UNSEEN)
    return normalized("NFC", plain)


def _guessed(text: str) -> str:
    """Bytes beyond ASCII that the parser kept as surrogates, as text."""
    if text.isascii():
        return text
    return decoded(text.encode("utf-8", "surrogateescape"))
