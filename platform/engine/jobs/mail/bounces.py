"""Letters that come back: delivery status notifications (RFC 3464), as any server on the way sends them.

Whoever can reach our mailbox can write one. So it counts only where it brings the Message-ID of a letter, which nobody
can guess, and only for addresses that the letter went to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message as Part
from email.parser import BytesHeaderParser
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from email_validator import EmailNotValidError

from hanok.engine.errors import Refused, say
from hanok.engine.jobs.mail.letter import ascii_address
from hanok.engine.jobs.mail.rows import BOUNCED, SENT, mail_of, moved
from hanok.engine.store.job_tables import mail
from hanok.engine.store.moments import now as now_of

#: So much is read: what is said comes first, the letter that is returned last.
MOST_BYTES = 1024**2
MOST_RECIPIENTS, LONGEST = 500, 300
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
CODE = re.compile(r"\b([45]\d\d)\b")
MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
RETURNED = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
REPORTS = ("message/delivery-status", "message/global-delivery-status")

NOT_ONE = say("This is no notice that a letter came back (RFC 3464).")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a notice says: which mail, and whom it did not reach. Nobody where it was only delayed."""

    mail: UUID
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """One recipient of a notice: the addresses that may be ours, and why."""

    addresses: tuple[str, ...]
    code: int
    text: str


def read(conn: sa.Connection, notice: bytes) -> Bounce:
    """Marks the mail of a notice bounced, for those whom it did not reach. The same notice twice changes nothing more.

    Raises Refused for what is no such notice, or one of a mail that this site did not send.
    """
    parts = _parts(notice)
    report = next((part for part in parts if part.get_content_type() in REPORTS), None)
    if report is None:
        raise Refused(NOT_ONE)
    id = _sent(conn, _message_ids(parts))
    failed = [said for block in _blocks(report) if (said := _failed(block))]
    return Bounce(id, _mark(conn, id, failed))


def _parts(notice: bytes) -> list[Part]:
    try:
        return list(message_from_bytes(notice[:MOST_BYTES]).walk())
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, IndexError):
        raise Refused(NOT_ONE) from None  # what the parser of the library stumbles over is no notice


def _message_ids(parts: Sequence[Part]) -> list[str]:
    """The Message-ID of what is returned; else what the notice says that it answers."""
    texts: list[str] = []
    for number, part in enumerate(parts):
        if part.get_content_type() not in RETURNED:
            continue
        if part.is_multipart():
            texts.append(_header(parts[number + 1], "Message-ID") if number + 1 < len(parts) else "")
        else:
            texts.append(_header(_headers(_bytes(part)), "Message-ID"))
    texts += [_header(parts[0], "In-Reply-To"), _header(parts[0], "References")]
    return list(dict.fromkeys(found for text in texts for found in MESSAGE_ID.findall(text)))[:50]


def _sent(conn: sa.Connection, ids: Sequence[str]) -> UUID:
    found = conn.execute(sa.select(mail.c.id).where(mail.c.message_id.in_(ids)).limit(1)).scalar() if ids else None
    if found is None:
        raise Refused(say("This site knows no mail that came back so."))
    return UUID(str(found))


def _blocks(report: Part) -> Iterator[Part]:
    """The part of each recipient; the first is of the notice itself."""
    payload = report.get_payload()
    if isinstance(payload, list):
        yield from (block for block in payload[: MOST_RECIPIENTS + 1] if isinstance(block, Part))
        return
    for text in re.split(rb"\r?\n\r?\n", _bytes(report))[: MOST_RECIPIENTS + 1]:
        yield _headers(text)


def _failed(block: Part) -> _Said | None:
    if _header(block, "Action").lower() != "failed":
        return None
    named = (_header(block, name).partition(";")[2] for name in ("Original-Recipient", "Final-Recipient"))
    status, diagnosis = _header(block, "Status"), _header(block, "Diagnostic-Code")
    text = diagnosis.partition(";")[2].strip() or diagnosis
    code, known = CODE.search(text), STATUS.search(status)
    number = int(code[1]) if code else 450 if known and known[1] == "4" else 550
    return _Said(tuple(filter(None, map(_address, named))), number, (text or status)[:LONGEST])


def _mark(conn: sa.Connection, id: UUID, failed: Sequence[_Said]) -> tuple[str, ...]:
    row = mail_of(conn, id, lock=True)
    known = {address.casefold(): address for address in row.recipients.split(", ")}
    at = now_of(conn).isoformat()
    marked: dict[str, Any] = {}
    for said in failed:
        ours = next((known[one] for one in said.addresses if one in known), None)
        if ours is None and len(known) == 1:
            (ours,) = known.values()  # it was sent on from there, and came back to us
        if ours:
            marked[ours] = {"code": said.code, "text": said.text, "at": at, "bounced": True}
    if failed and not marked:
        raise Refused(say("The notice names nobody whom the mail went to."))
    if marked:
        state = BOUNCED if row.state in (SENT, BOUNCED) else row.state
        values = {"refused": {**row.refused, **marked}, "state": state}
        conn.execute(mail.update().where(mail.c.id == id).values(values))
        moved(conn, row)
    return tuple(marked)


def _address(text: str) -> str:
    try:
        return ascii_address(text.strip()).casefold()
    except EmailNotValidError:
        return ""


def _header(part: Part, name: str) -> str:
    """A header on one line, without signs that nobody sees. Some are objects where they hold bytes beyond ASCII."""
    try:
        text = str(part.get(name, ""))[:4000]
    except (ValueError, LookupError, TypeError):
        return ""
    return " ".join("".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text).split())


def _headers(text: bytes) -> Part:
    """Headers alone: nothing in them is opened further."""
    return BytesHeaderParser().parsebytes(text)


def _bytes(part: Part) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
