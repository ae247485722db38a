"""A letter as a message of the internet (RFC 5322, MIME): written piece by piece, so that no file is ever in memory."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from typing import BinaryIO
from uuid import uuid4

from hanok.engine.fields.file_names import plain_name
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
    policy = SMTP.clone(utf8=True) if is_international(letter, envelope.sender[1]) else SMTP
    out.write(_head(letter, envelope, policy))
    body = _body(letter, policy)
    if not letter.attachments:
        out.write(body.as_bytes())
        return
    boundary = f"=_{uuid4().hex}"
    out.write(f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'.encode())
    out.write(f"--{boundary}\r\n".encode() + body.as_bytes())
    for one in letter.attachments:
        out.write(f"\r\n--{boundary}\r\n".encode())
        _attach(out, one, policy, open_file)
    out.write(f"\r\n--{boundary}--\r\n".encode())


def _head(letter: Letter, envelope: Envelope, policy: EmailPolicy[EmailMessage]) -> bytes:
    """All headers but those of the body. Nobody is told of those who get a blind copy."""
    message = EmailMessage(policy)
    message["From"] = _mailbox(envelope.sender)
    for name, people in (("To", letter.to), ("Cc", letter.cc)):
        if people:
            message[name] = [_mailbox(one) for one in people]
    if not letter.to and not letter.cc:
        message["To"] = "undisclosed-recipients:;"
    reply = letter.reply_to or (("", envelope.reply_to) if envelope.reply_to else None)
    if reply:
        message["Reply-To"] = _mailbox(reply)
    message["Subject"] = letter.subject
    plain = {
        "Date": format_datetime(envelope.date), "Message-ID": envelope.message_id, **letter.headers,
        "MIME-Version": "1.0",
    }  # fmt: skip
    named = message.as_bytes().rstrip(b"\r\n") + b"\r\n"
    return named + b"".join(_folded(name, value) for name, value in plain.items())


def _folded(name: str, value: str) -> bytes:
    """A header of ASCII words; the library would encode a long one (a link, an id) beyond recognition."""
    lines, line = [], f"{name}:"
    for word in value.split():
        if len(line) + 1 + len(word) > 78 and line.strip() and not line.endswith(":"):
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line]).encode("ascii") + b"\r\n"


def _mailbox(one: Address) -> Mailbox:
    name, address = one
    local, _, domain = address.rpartition("@")
    return Mailbox(name, local, domain)


def _body(letter: Letter, policy: EmailPolicy[EmailMessage]) -> EmailMessage:
    """The text, with what it looks like beside it where the letter has that."""
    body = EmailMessage(policy)
    text = letter.text or as_text(letter.html)
    body.set_content(text, cte=_encoding(text))
    if letter.html:
        body.add_alternative(letter.html, subtype="html", cte=_encoding(letter.html))
        body.set_boundary(f"=_{uuid4().hex}")
    del body["MIME-Version"]
    return body


def _encoding(text: str) -> str:
    """Never 8bit: not every server on the way takes it."""
    return "7bit" if text.isascii() and _longest(text.splitlines()) <= LONGEST_LINE else "base64"


def _longest(lines: Iterable[str]) -> int:
    return max(map(len, lines), default=0)


def _attach(out: BinaryIO, one: Attachment, policy: EmailPolicy[EmailMessage], open_file: Opening) -> None:
    """A file, its name in both ways: as RFC 2231 says, and in ASCII for those who know no other."""
    part = EmailMessage(policy)
    type = "application/octet-stream" if one.type.startswith("message/") else one.type
    part["Content-Type"] = type if one.name.isascii() is False else f'{type}; name="{plain_name(one.name)}"'
    part.add_header("Content-Disposition", "attachment", filename=one.name)
    part["Content-Transfer-Encoding"] = "base64"
    out.write(part.as_bytes().rstrip(b"\r\n") + b"\r\n\r\n")
    with open_file(one.hash) as source:
        while piece := _whole(source):
            coded = base64.b64encode(piece)
            out.write(b"".join(coded[at : at + LINE] + b"\r\n" for at in range(0, len(coded), LINE)))


def _whole(source: BinaryIO) -> bytes:
    """The next piece, whole unless it is the last: a short one in between would end the encoded text."""
    found = b""
    while len(found) < PIECE and (more := source.read(PIECE - len(found))):
        found += more
    return found
