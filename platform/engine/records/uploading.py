"""Taking files in, and clearing away those that nobody holds any more. Bytes are moved outside of transactions."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import sqlalchemy as sa

from hanok.engine.access import Actor
from hanok.engine.errors import Invalid, Message, Refused, say
from hanok.engine.fields import Field
from hanok.engine.fields.file import File, said_size
from hanok.engine.fields.file_kinds import HEAD, PICTURES, type_of
from hanok.engine.fields.file_names import clean_name
from hanok.engine.records.attachments import PENDING, WAITS, Stored
from hanok.engine.store import Store, new_id
from hanok.engine.store.blobs import Blobs, Coming, Source, TooLarge
from hanok.engine.store.pictures import NoPicture, thumbnail
from hanok.engine.store.tables import file

LARGEST_THUMBNAIL = 1024**2


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was cleared away: rows of files, blobs, and what was begun and never ended."""

    files: int
    blobs: int
    abandoned: int


def upload(store: Store, blobs: Blobs, actor: Actor, field: Field, source: Source, *, name: str, most: int) -> Stored:
    """Takes a file in for a field: pending, the actor's own until a save names it. `most` is the site's limit in bytes.

    Raises Invalid, under the field's key, for a file that is too large, not what its name says, or does not fit.
    """
    name, taker = clean_name(name), _taker(field)
    limit = min(most, taker.largest(field) or most)
    try:
        coming = blobs.receive(source, most=limit, head=HEAD)
    except TooLarge:
        raise _wrong(field, say("“{name}” is too large: at most {most} fit.",
                                name=name, most=said_size(limit))) from None  # fmt: skip
    try:
        type, small = _checked(blobs, field, taker, coming, name)
        picture = blobs.receive(io.BytesIO(small), most=LARGEST_THUMBNAIL) if small else None
    except BaseException:
        blobs.discard(coming.path)
        raise
    return _taken(store, blobs, actor, coming, picture, name, type)


def _taker(field: Field) -> File:
    if not isinstance(field.type, File):
        raise Refused(say("This field takes no files."))
    return field.type


def _checked(blobs: Blobs, field: Field, taker: File, coming: Coming, name: str) -> tuple[str, bytes]:
    """The content type, and the thumbnail of a picture."""
    if not coming.size:
        raise _wrong(field, say("“{name}” is empty.", name=name))
    type = type_of(coming.head, name)
    if type is None:
        raise _wrong(field, say("“{name}” is not what the ending of its name says.", name=name))
    fault = taker.fault(field, name=name, size=coming.size, type=type)
    if fault:
        raise _wrong(field, fault)
    if type not in PICTURES:
        return type, b""
    try:
        with blobs.waiting(coming) as source:
            return type, thumbnail(source, type)
    except NoPicture as error:
        raise _wrong(field, say("“{name}”: {reason}", name=name, reason=error.message)) from None


def _taken(
    store: Store, blobs: Blobs, actor: Actor, coming: Coming, picture: Coming | None, name: str, type: str
) -> Stored:
    """The row first, then the bytes: see `Blobs.remove`."""
    now = datetime.now(UTC)
    small = picture.sha256 if picture else None
    made = Stored(new_id(), coming.sha256, coming.size, name, type, small, PENDING, None, None, None, now, actor.id,
                  now + WAITS)  # fmt: skip
    row = {column.name: getattr(made, column.name) for column in file.c}
    with store.write() as conn:
        conn.execute(file.insert().values(row))
    for one in (coming, picture):
        if one:
            blobs.keep(one)
    return made


def clean(store: Store, blobs: Blobs, *, now: datetime | None = None, thoroughly: bool = False) -> Cleaned:
    """Forgets files whose time is over, and their blobs where no other file has the same.

    `thoroughly` also looks for blobs that no file names at all, which reads the whole folder.
    """
    now = now or datetime.now(UTC)
    with store.write() as conn:
        over = sa.delete(file).where(file.c.until <= now).returning(file.c.sha256, file.c.thumbnail)
        rows = conn.execute(over).all()
    suspects = {hash for row in rows for hash in row if hash}
    if thoroughly:
        suspects |= set(blobs)
    gone = [blobs.remove(hash, needed=partial(is_needed, store, hash)) for hash in sorted(suspects)
            if not is_needed(store, hash)]  # fmt: skip
    return Cleaned(len(rows), sum(gone), blobs.sweep(now))


def is_needed(store: Store, sha256: str) -> bool:
    """Whether a file has this blob, or its thumbnail has."""
    with store.read() as conn:
        found = sa.select(file.c.id).where(sa.or_(file.c.sha256 == sha256, file.c.thumbnail == sha256)).limit(1)
        return conn.execute(found).first() is not None


def _wrong(field: Field, message: Message) -> Invalid:
    return Invalid({field.key: [message]})
