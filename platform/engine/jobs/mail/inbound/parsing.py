"""A letter of the internet as what it says: nothing in it can fail the reading, or make it long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message as Part
from email.utils import getaddresses, parsedate_to_datetime

import marshmallow as ma
from email_validator import EmailNotValidError

from hanok.engine.fields.file_names import clean_name
from hanok.engine.fields.rich_text import RichValue, paragraphs
from hanok.engine.jobs.mail.inbound.text import decoded, header, line, raw_headers, shown, words
from hanok.engine.jobs.mail.letter import Address, ascii_address
from hanok.engine.jobs.mail.plain import as_text

#: A letter has at most so many parts that are looked at, and files that are kept.
MOST_PARTS, MOST_FILES = 300, 20
#: Signs of its text, and of the same as HTML.
LONGEST_TEXT, LONGEST_HTML = 100_000, 200_000
LONGEST_SUBJECT, LONGEST_ID = 500, 500
MESSAGE_ID = re.compile(r"<[^<>\s]{3,490}>")
ADDRESSES = 100


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file of a letter."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a letter says. `answers` are the ids of what it answers, the nearest first; `at` is None where its date
    cannot be read. `html` was cleaned. `part` are its headers."""

    part: Part = field(repr=False)
    message_id: str
    answers: tuple[str, ...]
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    at: datetime | None
    text: str
    html: str
    files: tuple[Enclosed, ...]

    @property
    def is_report(self) -> bool:
        """Whether it says what became of a letter (RFC 6522)."""
        return self.part.get_content_type() == "multipart/report"


def parse(raw: bytes) -> Incoming:
    """What a letter says, as far as it can be read."""
    whole = message_from_bytes(raw)
    parts = list(_parts(whole))
    texts = [one for one in parts if _is_text(one)]
    html = _first(texts, "text/html")
    plain = _first(texts, "text/plain")
    text = plain or shown(as_text(html))
    return Incoming(
        part=whole, message_id=_id(header(whole, "Message-ID")), answers=_answers(whole),
        sender=next(iter(_people(whole, "From")), ("", "")), to=_people(whole, "To"), cc=_people(whole, "Cc"),
        subject=header(whole, "Subject")[:LONGEST_SUBJECT], at=_date(whole), text=text[:LONGEST_TEXT],
        html=_clean(html, text), files=tuple(_files(parts, texts)),
    )  # fmt: skip


# -- parts ---------------------------------------------------------------------------------------------------------
def _parts(part: Part) -> Iterator[Part]:
    """The parts that hold something, not those of letters within it."""
    waiting, count = [part], 0
    while waiting and count < MOST_PARTS:
        one = waiting.pop(0)
        count += 1
        payload = one.get_payload()
        if isinstance(payload, list) and one.get_content_maintype() == "multipart":
            waiting[:0] = [each for each in payload if isinstance(each, Part)]
        else:
            yield one


def _is_text(part: Part) -> bool:
    is_file = (part.get_content_disposition() or "") == "attachment" or bool(_name(part))
    return part.get_content_type() in ("text/plain", "text/html") and not is_file


def _first(texts: Sequence[Part], type: str) -> str:
    return next((found for one in texts if one.get_content_type() == type and (found := _text(one)).strip()), "")


def _text(part: Part) -> str:
    return shown(decoded(_bytes(part), str(part.get_content_charset() or "")))


def _bytes(part: Part) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError):
        return b""
    return found if isinstance(found, bytes) else b""


def _clean(html: str, text: str) -> str:
    """The safe part of the HTML; the text where it has none, or cannot be cleaned."""
    for source in (html[: LONGEST_HTML * 3], paragraphs(text[: LONGEST_TEXT // 2])):
        try:
            found = RichValue(length=LONGEST_HTML).deserialize(source) if source.strip() else None
        except (ma.ValidationError, RecursionError):
            continue
        if found:
            return str(found)
    return ""


# -- files ---------------------------------------------------------------------------------------------------------
def _files(parts: Sequence[Part], texts: Sequence[Part]) -> Iterator[Enclosed]:
    count = 0
    for part in parts:
        if part in texts or part.get_content_maintype() == "multipart" or count >= MOST_FILES:
            continue
        content = part.as_bytes() if part.get_content_maintype() == "message" else _bytes(part)
        name = _name(part) or _made_up(part)
        if content and name:
            count += 1
            yield Enclosed(clean_name(name), content)


def _name(part: Part) -> str:
    """The name of a file, however its mailer wrote it."""
    try:
        found = part.get_filename() or ""
    except (ValueError, LookupError, TypeError, IndexError):
        return ""
    return line(words(found))


def _made_up(part: Part) -> str:
    """A letter within a letter, and what is attached without a name; pictures of a text have none."""
    if part.get_content_maintype() == "message":
        return "message.eml" if part.get_content_type() == "message/rfc822" else ""
    return "file" if part.get_content_disposition() == "attachment" else ""


# -- headers -------------------------------------------------------------------------------------------------------
def _people(part: Part, name: str) -> tuple[Address, ...]:
    """Names and addresses; what is no address is left out."""
    found = []
    for title, address in getaddresses([_written(one) for one in raw_headers(part, name)])[:ADDRESSES]:
        try:
            found.append((line(words(title))[:200], ascii_address(line(words(address)))))
        except EmailNotValidError:
            continue
    return tuple(found)


def _written(one: str) -> str:
    """A header of people, before it is split: bytes are guessed, encoded words stay what they are until then."""
    return one if "=?" in one else " ".join(words(one).split())


def _answers(part: Part) -> tuple[str, ...]:
    near = MESSAGE_ID.findall(header(part, "In-Reply-To"))
    far = MESSAGE_ID.findall(header(part, "References"))[::-1]
    return tuple(dict.fromkeys((*near, *far)))[:50]


def _id(text: str) -> str:
    found = MESSAGE_ID.search(text)
    return found[0] if found else text[:LONGEST_ID]


def _date(part: Part) -> datetime | None:
    try:
        found = parsedate_to_datetime(header(part, "Date"))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    moment = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    return moment if 1980 <= moment.year < 2100 else None
