"""Writing a mail about a record: posted and kept as a record of its own, in one transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa

from hanok.engine.access import Actor, may
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, say
from hanok.engine.jobs.mail.about import MODULE, links_of, tie
from hanok.engine.jobs.mail.accounts import Account, accounts, primary
from hanok.engine.jobs.mail.letter import Address, Attachment, Letter
from hanok.engine.jobs.mail.plain import as_text
from hanok.engine.jobs.mail.posting import domain_of, post
from hanok.engine.records import Record, create
from hanok.engine.records.attachments import PENDING, WAITS, Stored, file_of
from hanok.engine.store import new_id
from hanok.engine.store.tables import file

#: How much of a text is kept to be searched.
LONGEST_TEXT = 100_000
#: Signs that end a name, or a quoted one, and those that mean something in a line of addresses (RFC 5322, 3.2.3).
SPLITTING, SPECIAL = re.compile(r"[,;\"\\\x00-\x1f]"), re.compile(r"[@<>()\[\]:]")
#: What a machine wrote says so (RFC 3834), so that no other machine answers it.
AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail as somebody wrote it. `files` are ids of files that she may have; `key` makes its Message-ID, where the
    same mail may be written again; `automatic` says that a machine wrote it, and `owner` who answers for it then."""

    to: Sequence[Address]
    subject: str
    html: str
    cc: Sequence[Address] = ()
    bcc: Sequence[Address] = ()
    files: Sequence[UUID] = ()
    account: UUID | None = None
    key: UUID | None = None
    automatic: bool = False
    owner: UUID | None = None


def usable(conn: sa.Connection, catalog: Catalog, actor: Actor) -> tuple[Account, ...]:
    """The accounts that this actor may send through: the active ones of everybody, and of her teams."""
    every = actor.governs or actor.id is None
    return tuple(one for one in accounts(conn, catalog.whole)
                 if one.active and (every or one.team is None or one.team.id in actor.teams))  # fmt: skip


def send(conn: sa.Connection, catalog: Catalog, actor: Actor, written: Written, *, about: Record | None) -> Record:
    """Posts the mail and keeps it, in the caller's transaction; its record.

    Raises Denied where the actor may write no mails, Invalid by `to`, `cc`, `bcc`, `subject`, `text`, `attachments` and
    `account`, NotFound for a file that is not hers to see.
    """
    if not may(catalog, actor, MODULE, "create"):
        raise Denied(say("You may not send mail."))
    through = _account(conn, catalog, actor, written.account)
    held = [file_of(conn, catalog, actor, id) for id in dict.fromkeys(written.files)]
    id = f"<{(written.key or uuid4()).hex}@{domain_of(conn)}>"
    headers = {**(AUTOMATIC if written.automatic else {}), **_answering(about)}
    made = create(conn, catalog, actor, MODULE, {
        **_raw(written, through, id), **_visible(catalog, actor, about),
        "thread": _thread(about) or id,
        "files": [{"id": str(one)} for one in _copies(conn, actor, held)],
    })  # fmt: skip
    letter = Letter(
        to=written.to, cc=written.cc, bcc=written.bcc, subject=written.subject, html=str(made["body"] or ""),
        attachments=[Attachment(one.sha256, one.name, one.type) for one in held], headers=headers,
        about=(MODULE, made.id), sender=actor, account=through.id if written.account and through else None,
    )  # fmt: skip
    post(conn, letter, message_id=id)
    if about is not None and about.module != MODULE:
        tie(conn, catalog, actor, about, made)
    return made


def _account(conn: sa.Connection, catalog: Catalog, actor: Actor, wanted: UUID | None) -> Account | None:
    """The account that it leaves through; None for the folder of a site without any. Raises Invalid."""
    if wanted is None:
        return primary(accounts(conn, catalog.whole))
    found = next((one for one in usable(conn, catalog, actor) if one.id == wanted), None)
    if found is None:
        raise Invalid({"account": [say("You may not send through this account.")]})
    return found


def _raw(written: Written, through: Account | None, id: str) -> dict[str, object]:
    people = {"recipients": written.to, "copies": written.cc, "blind": written.bcc}
    return {
        "name": written.subject, "direction": "out", "status": "waiting", "body": written.html,
        "text": as_text(written.html)[:LONGEST_TEXT], "message_id": id, "automatic": written.automatic,
        "sender": through.from_address if through else None, "sender_name": through.from_name if through else None,
        "mailbox": through.name if through else None, **({"owner": str(written.owner)} if written.owner else {}),
        **{key: named(found) for key, found in people.items()},
    }  # fmt: skip


def named(people: Sequence[Address]) -> str:
    """Names and addresses on one line, as people write them."""
    return ", ".join(f"{_quoted(name)} <{address}>" if name else address for name, address in people)


def _quoted(name: str) -> str:
    """A name in which no address can be read: others choose their names."""
    plain = " ".join(SPLITTING.sub(" ", name).split())
    return f'"{plain}"' if SPECIAL.search(plain) else plain


def _visible(catalog: Catalog, actor: Actor, about: Record | None) -> dict[str, object]:
    """The links of the mail, as far as she may set them."""
    known = catalog.module(MODULE).fields
    return {key: value for key, value in links_of(catalog, about).items() if key in known} if about else {}


def _thread(about: Record | None) -> str:
    """The conversation that an answer belongs to."""
    return str(about["thread"] or about["message_id"] or "") if about is not None and about.module == MODULE else ""


def _answering(about: Record | None) -> dict[str, str]:
    """The headers by which mailboxes put an answer to what it answers."""
    thread = _thread(about)
    if about is None or not thread or not about["message_id"]:
        return {}
    id = str(about["message_id"])
    if not (id.isascii() and thread.isascii() and id.isprintable() and thread.isprintable()):
        return {}
    return {"In-Reply-To": id, "References": id if thread == id else f"{thread} {id}"}


def _copies(conn: sa.Connection, actor: Actor, held: Sequence[Stored]) -> list[UUID]:
    """The same files once more, for the record of the mail to hold."""
    now, ids = datetime.now(UTC), [new_id() for _ in held]
    rows = [{"id": id, "sha256": one.sha256, "size": one.size, "name": one.name, "type": one.type,
             "thumbnail": one.thumbnail, "state": PENDING, "module": None, "record": None, "field": None,
             "created_at": now, "created_by": actor.id, "until": now + WAITS}
            for id, one in zip(ids, held, strict=True)]  # fmt: skip
    if rows:
        conn.execute(file.insert(), rows)
    return ids
