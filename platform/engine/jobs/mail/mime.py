"""A letter as a message of the internet (RFC 5322, MIME): written piece by piece, so that no file is ever in memory."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import BinaryIO
from uuid import uuid4

from hanok.engine.jobs.mail import headers
from hanok.engine.jobs.mail.letter import Address, Attachment, Letter
from hanok.engine.jobs.mail.plain import as_text

#: Bytes of a file that are encoded at a time: lines of 76 characters are 57 bytes.
PIECE = 57 * 4096
LINE = 76
#: The longest line that a server takes (RFC 5321, 4.5.3.1.6), less its end.
LONGEST_LINE = 998

Opening = Callable[[str], BinaryIO]


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a message says beside its letter: from whom, under which id, when."""

    sender: Address
    reply_to: str
    message_id: str
    date: datetime


def is_international(letter: Letter, sender: str) -> bool:
    """Whether an address needs a server that takes any text (SMTPUTF8, RFC 6531)."""
    reply = (letter.reply_to[1],) if letter.reply_to else ()
    return not all(address.isascii() for address in (*letter.recipients(), sender, *reply))


def write(out: BinaryIO, letter: Letter, envelope: Envelope, open_file: Opening) -> None:
    """Writes the message. Raises FileNotFoundError where a file of the letter is gone."""
    out.write(b"".join(_head(letter, envelope)))
    if not letter.attachments:
        out.write(_body(letter))
        return
    boundary = _boundary()
    out.write(b'Content-Type: multipart/mixed; boundary="%b"\r\n\r\n--%b\r\n' % (boundary, boundary))
    out.write(_body(letter))
    for one in letter.attachments:
        out.write(b"\r\n--%b\r\n" % boundary)
        _attach(out, one, open_file)
    out.write(b"\r\n--%b--\r\n" % boundary)


def _head(letter: Letter, envelope: Envelope) -> Iterator[bytes]:
    """All headers but those of the body. Nobody is told of those who get a blind copy."""
    yield headers.people("From", [envelope.sender])
    if letter.to:
        yield headers.people("To", letter.to)
    elif not letter.cc:
        yield headers.tokens("To", "undisclosed-recipients:;")
    if letter.cc:
        yield headers.people("Cc", letter.cc)
    reply = letter.reply_to or (("", envelope.reply_to) if envelope.reply_to else None)
    if reply:
        yield headers.people("Reply-To", [reply])
    yield headers.text("Subject", letter.subject)
    yield headers.tokens("Date", format_datetime(envelope.date))
    yield headers.tokens("Message-ID", envelope.message_id)
    for name, value in letter.headers.items():
        yield headers.tokens(name, value)
    yield headers.tokens("MIME-Version", "1.0")


def _body(letter: Letter) -> bytes:
    """The text, with what it looks like beside it where the letter has that."""
    plain = _text("plain", letter.text or as_text(letter.html))
    if not letter.html:
        return plain
    boundary = _boundary()
    return (
        b'Content-Type: multipart/alternative; boundary="%b"\r\n\r\n' % boundary
        + b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in (plain, _text("html", letter.html)))
        + b"--%b--\r\n" % boundary
    )


def _text(subtype: str, said: str) -> bytes:
    """Text with its headers. Never 8bit: not every server on the way takes it."""
    lines = said.split("\n")
    content = "\r\n".join(lines).encode()
    coding = b"7bit"
    if not content.isascii() or max(map(len, lines)) > LONGEST_LINE:
        coding, content = b"base64", _encoded(content)
    head = b"Content-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: %b\r\n\r\n"
    return head % (subtype.encode(), coding) + content + b"\r\n"


def _attach(out: BinaryIO, one: Attachment, open_file: Opening) -> None:
    """A file under its name."""
    type = "application/octet-stream" if one.type.startswith("message/") else one.type
    named = headers.parameter("filename", one.name)
    out.write(headers.tokens("Content-Type", type))
    out.write(b"Content-Disposition: attachment;\r\n " + ";\r\n ".join(named).encode() + b"\r\n")
    out.write(b"Content-Transfer-Encoding: base64\r\n\r\n")
    with open_file(one.hash) as source:
        while piece := _whole(source):
            out.write(_encoded(piece))


def _encoded(piece: bytes) -> bytes:
    coded = base64.b64encode(piece)
    return b"".join(coded[at : at + LINE] + b"\r\n" for at in range(0, len(coded), LINE))


def _whole(source: BinaryIO) -> bytes:
    """The next piece, whole unless it is the last: a short one in between would end the encoded text."""
    found = b""
    while len(found) < PIECE and (more := source.read(PIECE - len(found))):
        found += more
    return found


def _boundary() -> bytes:
    """What stands between parts; base64 has no “=_”, and text does not know it."""
    return f"=_{uuid4().hex}".encode()
