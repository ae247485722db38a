"""Fetching: each mailbox is read from where it was left; a letter and how far we are commit together."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Invalid, Message, Refused, say
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.mail.about import MODULE
from hanok.engine.jobs.mail.inbound.accounts import Inbox, Place, inboxes, keep_place, place_of
from hanok.engine.jobs.mail.inbound.imap import Box, Down, connected
from hanok.engine.jobs.mail.inbound.keeping import KEPT, Outcome, keep
from hanok.engine.jobs.mail.inbound.parsing import Enclosed, Incoming, parse
from hanok.engine.jobs.queue import enqueue
from hanok.engine.jobs.schedules import Schedule
from hanok.engine.jobs.work import Later, Work
from hanok.engine.records.uploading import upload
from hanok.engine.store.moments import now as now_of

log = structlog.get_logger(__name__)
KIND, LOOK = "mail.fetch", "mail.look"
#: How long one run takes at most, in seconds: then other work gets its turn.
RUN = 20.0
#: Of a letter that is larger only its headers are kept, in bytes.
LARGEST = 35 * 1024**2
FILES = "files"
TOO_LARGE = say("This mail is too large to be fetched; its text and its files are in the mailbox.")


# -- by the clock --------------------------------------------------------------------------------------------------
def look(work: Work) -> int:
    """Has every mailbox fetched whose time has come; how many."""
    return work.finish(_called)


def _called(conn: sa.Connection, catalog: Catalog) -> int:
    found = _due(conn, catalog)
    for one in found:
        enqueue(conn, KIND, {"account": str(one.id)}, unique=f"{KIND}:{one.id}", title=say("Fetch mail"))
    return len(found)


def _due(conn: sa.Connection, catalog: Catalog) -> list[Inbox]:
    now, found = now_of(conn), []
    for one in inboxes(conn, catalog):
        place = place_of(conn, one)
        wait = timedelta(minutes=one.minutes) - timedelta(seconds=30)  # the clock of schedules has minutes
        if one.active and (place is None or place.at is None or place.at + wait <= now):
            found.append(one)
    return found


# -- one mailbox ---------------------------------------------------------------------------------------------------
def fetch(work: Work) -> dict[str, int]:
    """Fetches what came since; how many letters came to what. Raises Later where more waits."""
    with work.read() as (conn, catalog):
        inbox = next((one for one in inboxes(conn, catalog) if str(one.id) == work.payload["account"]), None)
        place = place_of(conn, inbox) if inbox else None
    if inbox is None or not inbox.active:
        return {}
    try:
        with connected(inbox) as box:
            return _read(work, inbox, box, _begun(inbox, box, place))
    except Down as error:
        down = error.message
        log.warning("mailbox cannot be read", account=inbox.name, error=down.text)
        work.write(lambda conn, _: _told(conn, inbox, down))
        return {}


def _begun(inbox: Inbox, box: Box, place: Place | None) -> Place:
    """Where reading goes on: the first time at what comes next, unless all shall be taken; from the beginning where the
    server numbered its letters anew, for those that are known are not kept twice."""
    if place is None or not place.validity:
        start = Place(box.validity, 0)
        today = f"{datetime.now(UTC):%d-%b-%Y}"
        return start if inbox.backlog else replace(start, uid=max(box.next - 1, 0), since=today)
    return place if place.validity == box.validity else replace(place, validity=box.validity, uid=0)


def _read(work: Work, inbox: Inbox, box: Box, place: Place) -> dict[str, int]:
    counts: dict[str, int] = {}
    ends = time.monotonic() + RUN
    work.write(lambda conn, _: keep_place(conn, inbox, replace(place, at=now_of(conn), error=None)))
    for uid in box.uids(place.uid, place.since):
        if time.monotonic() > ends:
            raise Later(timedelta(0))
        place = replace(place, uid=uid)
        what = take(work, inbox, _letter(box, uid), place)
        counts[what] = counts.get(what, 0) + 1
        work.progress(sum(counts.values()))
    return counts


def _letter(box: Box, uid: int) -> tuple[bytes, Message | None]:
    if box.size(uid) > LARGEST:
        return box.letter(uid, whole=False), TOO_LARGE
    return box.letter(uid), None


def take(work: Work, inbox: Inbox, letter: tuple[bytes, Message | None], place: Place) -> str:
    """Keeps one letter and how far the mailbox was read, in one transaction; what became of it."""
    raw, lost = letter
    one = _parsed(inbox, raw, place)
    if one is None:
        work.write(lambda conn, _: keep_place(conn, inbox, replace(place, at=now_of(conn))))
        return "unread"
    files, left = _uploaded(work, one)
    problem = " ".join(map(str, [*([lost] if lost else []), *left]))

    def effect(conn: sa.Connection, catalog: Catalog) -> Outcome:
        found = keep(conn, catalog, inbox, one, raw, files=files, problem=problem)
        keep_place(conn, inbox, replace(place, at=now_of(conn)))
        return found

    try:
        found = work.write(effect)
    except (Invalid, Refused) as error:  # a rule, or a workflow inside the save: it must not hold up all others
        log.error("mail cannot be kept", account=inbox.name, uid=place.uid, error=str(error))
        work.write(lambda conn, _: keep_place(conn, inbox, replace(place, at=now_of(conn))))
        return "refused"
    log.info("mail came", account=inbox.name, what=found.what, files=len(files) if found.what == KEPT else 0)
    return found.what


def _parsed(inbox: Inbox, raw: bytes, place: Place) -> Incoming | None:
    """What it says; None for what is gone, or what no reading stands: one letter must not hold up all others."""
    if not raw:
        return None
    try:
        return parse(raw)
    except Exception as error:
        log.error("mail cannot be read", account=inbox.name, uid=place.uid, exc_info=error)
        return None


def _uploaded(work: Work, one: Incoming) -> tuple[list[UUID], list[Message]]:
    """The files of a letter, taken in as uploads are; why some were not."""
    kept: list[UUID] = []
    left: list[Message] = []
    for enclosed in one.files:
        try:
            kept.append(_upload(work, enclosed))
        except Invalid as wrong:
            left += [each for messages in wrong.errors.values() for each in messages]
    return kept, left


def _upload(work: Work, enclosed: Enclosed) -> UUID:
    around = work.surroundings
    field = around.live.catalog.module(MODULE).field(FILES)
    if around.blobs is None:
        raise Invalid({FILES: [say("“{name}” was left out: this site keeps no files.", name=enclosed.name)]})
    most = int(around.settings.get("upload_mb", 25)) * 1024**2
    source = io.BytesIO(enclosed.content)
    return upload(around.store, around.blobs, SYSTEM, field, source, name=enclosed.name, most=most).id


def _told(conn: sa.Connection, inbox: Inbox, error: Message) -> None:
    """Keeps what was wrong, where it can be seen."""
    keep_place(conn, inbox, replace(place_of(conn, inbox) or Place(), at=now_of(conn), error=error))


KINDS = (
    Kind(KIND, say("Fetch mail"), fetch, attempts=3),
    Kind(LOOK, say("Look for mail that came"), look),
)
SCHEDULES = (Schedule(LOOK, LOOK, say("Look for mail that came"), "* * * * *"),)
