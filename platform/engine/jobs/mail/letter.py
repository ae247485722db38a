"""A letter: what is sent, to whom, and how it stands in its row until it has left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import marshmallow as ma
from email_validator import EmailNotValidError, validate_email

from hanok.engine.access import Actor
from hanok.engine.errors import Invalid, Message, say
from hanok.engine.fields.file_names import clean_name
from hanok.engine.fields.text import clean
from hanok.engine.jobs.job import ORDINARY, PRIORITIES

#: A name and an address. The domain of a checked one is in ASCII (RFC 3492); its local part may be any text (RFC 6531).
Address = tuple[str, str]
MOST_ADDRESSES, LONGEST_SUBJECT, LONGEST_TEXT, LONGEST_HEADER = 500, 900, 2_000_000, 4000
#: The headers that a letter may bring itself; all others are ours.
HEADERS = {name.lower(): name for name in (
    "In-Reply-To", "References", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted", "Precedence",
    "X-Auto-Response-Suppress",
)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the site: its SHA-256, what it is called in the letter, and its content type."""

    hash: str
    name: str
    type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to so many addresses. Without `text` that is made from `html`.

    `about` is the module and the record that it belongs to, `sender` who wrote it, `account` the record of the outbound
    account (None: the primary one). What a `private` one says goes from the database once it has left, and is never
    shown. `priority` is one of `jobs.PRIORITIES`; `due` is when it may leave (None: now).
    """

    to: Sequence[Address] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    reply_to: Address | None = None
    attachments: Sequence[Attachment] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    about: tuple[str, UUID] | None = None
    sender: Actor | None = None
    account: UUID | None = None
    private: bool = False
    priority: int = ORDINARY
    due: datetime | None = None

    def recipients(self) -> tuple[str, ...]:
        """The addresses of all whom it goes to, each once."""
        return tuple(dict.fromkeys(address for _, address in (*self.to, *self.cc, *self.bcc)))


#: What of a letter stands in its row's `letter`.
CONTENT = ("to", "subject", "text", "html", "cc", "bcc", "reply_to", "attachments", "headers")


def written(letter: Letter) -> dict[str, Any]:
    """What a letter says, as JSON."""
    found = {name: getattr(letter, name) for name in CONTENT}
    files = [{each.name: getattr(one, each.name) for each in fields(one)} for one in letter.attachments]
    return {**found, "headers": dict(letter.headers), "attachments": files}


def letter_of(data: Mapping[str, Any]) -> Letter:
    """The letter that was written so."""
    plain = {name: data[name] for name in ("subject", "text", "html", "headers")}
    to, cc, bcc = (tuple((one[0], one[1]) for one in data[name]) for name in ("to", "cc", "bcc"))
    reply = data["reply_to"] and (data["reply_to"][0], data["reply_to"][1])
    files = tuple(Attachment(**one) for one in data["attachments"])
    return Letter(**plain, to=to, cc=cc, bcc=bcc, reply_to=reply, attachments=files)


def checked(letter: Letter) -> Letter:
    """The letter as it may be sent: names and addresses in their normal form. Raises Invalid with all that is wrong."""
    faults: dict[str, list[Message]] = {}
    to, cc, bcc = (tuple(_people(faults, name, getattr(letter, name))) for name in ("to", "cc", "bcc"))
    found = replace(
        letter, to=to, cc=cc, bcc=bcc,
        reply_to=next(_people(faults, "reply_to", [letter.reply_to] if letter.reply_to else []), None),
        subject=_line(faults, "subject", letter.subject, LONGEST_SUBJECT),
        text=_text(faults, "text", letter.text), html=_text(faults, "html", letter.html),
        headers=dict(_headers(faults, letter.headers)),
        attachments=tuple(replace(one, name=clean_name(one.name), type=_type(one.type)) for one in letter.attachments),
    )  # fmt: skip
    for name, message in _lacks(found, wrong=bool(faults)):
        faults.setdefault(name, []).append(message)
    if faults:
        raise Invalid(faults)
    return found


def ascii_address(text: Any) -> str:
    """An address with its domain in ASCII. Raises EmailNotValidError."""
    found = validate_email(text if isinstance(text, str) else "", check_deliverability=False)
    return found.ascii_email or f"{found.local_part}@{found.ascii_domain}"


def _people(faults: dict[str, list[Message]], part: str, found: Sequence[Address]) -> Iterator[Address]:
    for name, address in found:
        try:
            said = ascii_address(address)
        except EmailNotValidError:
            shown = str(address).splitlines()[0][:100] if str(address).strip() else ""
            faults.setdefault(part, []).append(say("“{address}” is not an e-mail address.", address=shown))
        else:
            yield _line(faults, part, name or "", 200), said


def _line(faults: dict[str, list[Message]], part: str, text: Any, longest: int) -> str:
    """One line: what would begin another header is refused."""
    return _cleaned(faults, part, text, longest, lines=False)


def _text(faults: dict[str, list[Message]], part: str, text: Any) -> str:
    return _cleaned(faults, part, text, LONGEST_TEXT, lines=True)


def _cleaned(faults: dict[str, list[Message]], part: str, text: Any, longest: int, *, lines: bool) -> str:
    try:
        found = clean(text, lines=lines)
    except ma.ValidationError as error:
        faults.setdefault(part, []).extend(_messages(error))
        return ""
    if len(found) > longest:
        faults.setdefault(part, []).append(
            say("This has {found} characters; at most {length} fit.", found=len(found), length=longest)
        )
    return found


def _messages(error: ma.ValidationError) -> list[Message]:
    return [one for one in error.messages if isinstance(one, Message)] if isinstance(error.messages, list) else []


def _headers(faults: dict[str, list[Message]], headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        known = HEADERS.get(str(name).lower())
        if known is None:
            faults.setdefault("headers", []).append(say("A letter brings no header “{name}”.", name=str(name)[:60]))
        elif not _is_plain(value):
            faults.setdefault("headers", []).append(say("The header {name} must be one line of ASCII.", name=known))
        else:
            yield known, " ".join(value.split())


def _is_plain(value: Any) -> bool:
    """Printable ASCII, whose words each fit into a line of a message (RFC 5322, 2.1.1)."""
    return (isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= LONGEST_HEADER
            and bool(value.strip()) and max(map(len, value.split())) <= 900)  # fmt: skip


def _type(type: str) -> str:
    """A content type that cannot be read is any bytes."""
    main, slash, sub = type.partition("/")
    plain = all(part and part.isascii() and part.replace("-", "a").replace("+", "a").replace(".", "a").isalnum()
                for part in (main, sub))  # fmt: skip
    return type.lower() if slash and plain and main != "multipart" and len(type) <= 100 else "application/octet-stream"


def _lacks(letter: Letter, *, wrong: bool) -> Iterator[tuple[str, Message]]:
    if not letter.recipients() and not wrong:
        yield "to", say("A letter goes to somebody: give an address.")
    if len(letter.recipients()) > MOST_ADDRESSES:
        yield "to", say("A letter goes to at most {most} addresses.", most=MOST_ADDRESSES)
    if not letter.text and not letter.html and not wrong:
        yield "text", say("A letter says something: give a text.")
    if letter.priority not in PRIORITIES:
        yield "priority", say("The priority is one of {known}.", known=", ".join(map(str, PRIORITIES)))
    if letter.due is not None and letter.due.tzinfo is None:
        yield "due", say("A moment has a time zone.")
