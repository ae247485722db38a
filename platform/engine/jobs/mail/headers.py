"""Headers of a message, written exactly: any text survives, no line is too long, nothing begins a header of its own.

The library's own folding encodes long ids and links beyond recognition (Python 3.11); this is all that letters need of
RFC 5322, 2047 and 2231.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from hanok.engine.jobs.mail.letter import Address

#: Bytes of UTF-8 in one encoded word, which has at most 75 characters (RFC 2047, 2).
IN_A_WORD = 45
#: ASCII of one line that needs no care: no encoded word of its own, no blanks that folding could lose.
PLAIN = re.compile(r"(?!.*=\?)[!-~]+(?: [!-~]+)*", re.ASCII)
LINE, SHORT = 76, 60
#: Escaped characters in one part of a parameter.
IN_A_PART = 48


def text(name: str, value: str) -> bytes:
    """A header of free text."""
    return _written(name, _words(value) if value else [])


def people(name: str, found: Iterable[Address]) -> bytes:
    """A header of names and addresses."""
    listed = [list(_mailbox(one)) for one in found]
    for each in listed[:-1]:
        each[-1] += ","
    return _written(name, [word for each in listed for word in each])


def tokens(name: str, value: str) -> bytes:
    """A header of words that are never encoded, folded between them: ids, dates, addresses of the web."""
    return _written(name, value.split())


def parameter(name: str, value: str) -> list[str]:
    """A parameter of a header, in parts where it is long or not in ASCII (RFC 2231, 3 and 4)."""
    if value.isascii() and len(value) <= SHORT and value.isprintable() and not set('"\\') & set(value):
        return [f'{name}="{value}"']
    coded = quote(value, safe="")
    parts = re.findall(rf"(?:%..|[^%]){{1,{IN_A_PART // 3}}}", coded)
    return [f"{name}*{number}*={'' if number else 'UTF-8' + chr(39) * 2}{part}" for number, part in enumerate(parts)]


def _written(name: str, words: Iterable[str]) -> bytes:
    """The header, a new line before each word that does not fit."""
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > LINE and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line if line.strip() else f"{line} "]).encode() + b"\r\n"


def _words(value: str) -> list[str]:
    """Text as it is where it is plain, else as encoded words, whose borders nobody sees."""
    if PLAIN.fullmatch(value) and max(map(len, value.split(" "))) <= SHORT:
        return value.split(" ")
    return [f"=?utf-8?B?{base64.b64encode(piece).decode()}?=" for piece in _pieces(value)]


def _pieces(value: str) -> Iterator[bytes]:
    """The text in UTF-8, in pieces that split no character."""
    piece = b""
    for sign in value:
        coded = sign.encode()
        if len(piece) + len(coded) > IN_A_WORD:
            yield piece
            piece = b""
        piece += coded
    if piece:
        yield piece


def _mailbox(one: Address) -> Iterator[str]:
    name, address = one
    if not name:
        yield address
        return
    if PLAIN.fullmatch(name) and len(name) <= SHORT:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        yield f'"{escaped}"'
    else:
        yield from _words(name)
    yield f"<{address}>"
