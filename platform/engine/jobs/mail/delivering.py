"""Delivering: one job at a time for each account takes what is due, and marks it before and after it leaves.

A letter is marked `sending` in a transaction before the server hears of it, and `sent` in one after it took it; the
latter marks the next one, too. So whoever dies in between, or was thought dead, leaves a letter that is sent again with
the same Message-ID: at least once.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import BinaryIO, NoReturn
from uuid import UUID

import sqlalchemy as sa
import structlog

from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, NotFound, Refused, say, written
from hanok.engine.jobs import rates
from hanok.engine.jobs.claiming import holding
from hanok.engine.jobs.housekeeping import BATCH, in_batches
from hanok.engine.jobs.kinds import Kind
from hanok.engine.jobs.mail import accounts, folder, rows, smtp
from hanok.engine.jobs.mail.accounts import AUTO, FOLDER, Account, mode_of
from hanok.engine.jobs.mail.letter import Letter, ascii_address
from hanok.engine.jobs.mail.mime import Envelope, is_international, write
from hanok.engine.jobs.mail.posting import DOMAIN, KIND, let_go
from hanok.engine.jobs.mail.rows import Mail, Sent
from hanok.engine.jobs.work import Cancelled, Later, Work
from hanok.engine.store.job_tables import job, mail
from hanok.engine.store.moments import now as now_of

log = structlog.get_logger(__name__)
#: How long one run takes at most, in seconds: a worker that ends waits for no more.
RUN = 10.0
#: What waits is looked for again after so long at the latest.
LOOK = timedelta(minutes=15)
#: Letters up to this many bytes are put together in memory.
IN_MEMORY = 1024**2
#: So many letters turned away in a row, and the server is left alone for a while.
TURNED_AWAY = 5

#: Letters that are put into the folder in one run.
IN_FOLDER = 100
USED_UP = say("The limit of the hour is used up.")

Carry = Callable[[Mail, Letter], Sent]


@dataclass(frozen=True, slots=True)
class Turn:
    """What comes next: a mail to send, or how long to wait because the limit of the hour is used up."""

    mail: Mail | None = None
    wait: timedelta | None = None


def deliver(work: Work) -> dict[str, int]:
    """Sends what one account has to send, a batch of it. Raises Later where something is left."""
    said = work.payload.get("account")
    wanted = UUID(said) if said else None
    try:
        account = _account(work, wanted)
    except NotFound as error:
        return {"failed": _fail_all(work, wanted, error.message)}
    except Refused as error:
        return _wait(work, wanted, error.message)
    with work.read() as (conn, _):
        ids = rows.next_ids(conn, wanted, account.batch_size if account else IN_FOLDER)
        rest = accounts.pause_of(conn, account) if account else None
        now = now_of(conn)
    if not ids:
        return _over(work, wanted, {})
    if account and wanted is None:
        _keep_domain(work, account)
    if rest and rest.until > now:
        work.progress(0, None, rest.error or USED_UP)
        raise Later(rest.until - now)
    return _over(work, wanted, _run(work, account, ids, paused=rest is not None))


def _account(work: Work, wanted: UUID | None) -> Account | None:
    """The account to send through; None for the folder."""
    mode = mode_of(work.surroundings.settings)
    if mode == FOLDER:
        return None
    with work.read() as (conn, catalog):
        known = accounts.accounts(conn, catalog)
    return accounts.chosen(known, wanted) if known or mode != AUTO else None


# -- one run -------------------------------------------------------------------------------------------------------
def _run(work: Work, account: Account | None, ids: Sequence[UUID], *, paused: bool) -> dict[str, int]:
    """Sends one after the other over one connection; how many came to which state. Raises Later."""
    try:
        with _carrier(work, account) as carry:
            return _each(work, account, ids, carry, paused=paused)
    except smtp.Down as error:  # nobody was there, or did not let us in
        _pause(work, account, error.message)


def _each(
    work: Work, account: Account | None, ids: Sequence[UUID], carry: Carry, *, paused: bool
) -> dict[str, int]:  # fmt: skip
    counts: dict[str, int] = {}
    done: tuple[Mail, Sent] | None = None
    ends, away = time.monotonic() + RUN, 0
    for id in (*ids, None):
        over = id is None or time.monotonic() > ends or away >= TURNED_AWAY
        turn = _turn(work, account, done, None if over else id, counts, first=paused)
        done, paused = None, paused and not counts
        if turn.wait:
            _pause(work, account, None, wait=turn.wait)
        if over:
            break
        if turn.mail is not None:
            done = (turn.mail, _carried(work, account, turn.mail, carry))
            away = away + 1 if done[1].is_passing else 0
    if away >= TURNED_AWAY:
        _pause(work, account, say("The server turned {count} letters away, one after the other.", count=away))
    return counts


def _turn(
    work: Work, account: Account | None, done: tuple[Mail, Sent] | None, id: UUID | None, counts: dict[str, int],
    *, first: bool,
) -> Turn:  # fmt: skip
    """Settles what was sent and takes the next, in one transaction."""

    def effect(conn: sa.Connection, catalog: Catalog) -> tuple[str, Turn]:
        state = _settled(conn, work, account, done, first=first) if done else ""
        return state, _taken(conn, account, id) if id else Turn()

    try:
        work.progress(sum(counts.values()))
        state, turn = work.write(effect)
    except Cancelled:
        if done:
            _settle_at_last(work, account, done)
        raise
    if state:
        counts[state] = counts.get(state, 0) + 1
    return turn


def _taken(conn: sa.Connection, account: Account | None, id: UUID) -> Turn:
    if account and account.per_hour:
        free = sa.select(mail.c.id).where(mail.c.id == id, mail.c.state.in_((rows.WAITING, rows.SENDING)))
        if conn.execute(free.with_for_update()).first() is None:
            return Turn()
        given, wait = rates.take(conn, f"mail:{account.id}", most=account.per_hour)
        if not given:
            return Turn(wait=wait)
    return Turn(rows.take(conn, id))


def _settled(
    conn: sa.Connection, work: Work, account: Account | None, done: tuple[Mail, Sent], *, first: bool
) -> str:
    one, sent = done
    state = rows.settle(conn, one, sent)
    if one.private and state not in (rows.WAITING, rows.SENDING):
        let_go(conn, [one.id])
    if account and first:
        accounts.resume(conn, account)
    if work.job.crashes:  # a job that comes forward is none that kills its workers
        conn.execute(job.update().where(job.c.id == work.job.id).values(crashes=0))
    log.info("mail", state=state, mail=str(one.id), tries=one.tries, account=account.name if account else "")
    return state


def _settle_at_last(work: Work, account: Account | None, done: tuple[Mail, Sent]) -> None:
    """The job shall end, but this letter has left: that is written down if the job is still ours."""

    def effect(conn: sa.Connection, _: Catalog) -> None:
        if conn.execute(sa.select(job.c.id).where(holding(work.job)).with_for_update()).first():
            _settled(conn, work, account, done, first=False)

    work.surroundings.live.write(effect)


# -- one letter ----------------------------------------------------------------------------------------------------
@contextmanager
def _carrier(work: Work, account: Account | None) -> Iterator[Carry]:
    """What brings a letter away: a connection, or the folder of the site. Raises Down."""
    if account is None:
        yield partial(_into_folder, work)
        return
    with smtp.connected(account) as connection:
        yield partial(_over_connection, work, account, connection)


def _carried(work: Work, account: Account | None, one: Mail, carry: Carry) -> Sent:
    """Sends it. What is the account's fault, or a broken connection, ends the run by Later."""
    letter = one.content()
    if letter is None:
        return Sent(error=say("What this mail said is gone."), final=True)
    if one.tries > rows.MOST_TRIES:
        return Sent(error=say("Workers died while they sent this mail."), final=True)
    try:
        return carry(one, letter)
    except smtp.Broken as error:
        broken = Sent(error=error.message)
        work.write(lambda conn, _: _settled(conn, work, None, (one, broken), first=False))
        _pause(work, account, error.message)
    except smtp.Down as error:
        down = error.message
        work.write(lambda conn, _: rows.give_back(conn, one, down))
        _pause(work, account, down)
    except FileNotFoundError:
        return Sent(error=say("A file of this mail is gone."), final=True)
    except sa.exc.DBAPIError:
        raise
    except Exception as error:  # one letter that cannot be put together must not hold up all others
        log.error("mail not put together", mail=str(one.id), exc_info=error)
        return Sent(error=say("This mail could not be put together; the log of the server has the details."))


def _into_folder(work: Work, one: Mail, letter: Letter) -> Sent:
    envelope = _envelope(work, one, folder.NOBODY, "")
    try:
        return folder.put(work.surroundings.folder, one, letter, envelope, partial(_opened, work))
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Sent(error=say("The folder of mail cannot be written: {reason}", reason=reason))


def _over_connection(work: Work, account: Account, connection: smtp.Connection, one: Mail, letter: Letter) -> Sent:
    sender = (account.from_name, ascii_address(account.from_address))
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as source:
        write(source, letter, _envelope(work, one, sender, account.reply_to), partial(_opened, work))  # type: ignore[arg-type]  # it is a BinaryIO in all but name
        size = source.tell()
        source.seek(0)
        international = is_international(letter, sender[1])
        return connection.send(one.left(letter), source, size=size, international=international)  # type: ignore[arg-type]  # as above


def _envelope(work: Work, one: Mail, sender: tuple[str, str], reply_to: str) -> Envelope:
    with work.read() as (conn, _):
        date = now_of(conn)
    return Envelope(sender, reply_to, one.message_id, date.replace(microsecond=0))


def _opened(work: Work, hash: str) -> BinaryIO:
    if work.surroundings.blobs is None:
        raise FileNotFoundError(hash)
    return work.surroundings.blobs.open(hash)


# -- when nothing leaves -------------------------------------------------------------------------------------------
def _over(work: Work, wanted: UUID | None, counts: dict[str, int]) -> dict[str, int]:
    """What this run did; Later where more waits."""
    with work.read() as (conn, _):
        following, now = rows.next_due(conn, wanted), now_of(conn)
    if following is not None:
        raise Later(max(min(following - now, LOOK), timedelta(0)))
    return counts


def _wait(work: Work, wanted: UUID | None, message: Message) -> dict[str, int]:
    """No account can send: what is due says why. Raises Later where there is any."""

    def effect(conn: sa.Connection, _: Catalog) -> None:
        due = sa.and_(rows.of_account(wanted), mail.c.state.in_((rows.WAITING, rows.SENDING)),
                      mail.c.due <= now_of(conn))  # fmt: skip
        said = sa.literal(written(message), mail.c.error.type)
        other = sa.or_(mail.c.error.is_distinct_from(said), mail.c.state != rows.WAITING)
        conn.execute(mail.update().where(due, other).values(state=rows.WAITING, error=said))

    work.write(effect)
    work.progress(0, None, message)
    with work.read() as (conn, _):
        waits = rows.next_due(conn, wanted) is not None
    if waits:
        raise Later(LOOK)
    return {}


def _fail_all(work: Work, wanted: UUID | None, message: Message) -> int:
    """Nobody can send what this account has to send any more; how many letters that were."""

    def some(conn: sa.Connection) -> int:
        these = sa.and_(rows.of_account(wanted), mail.c.state.in_((rows.WAITING, rows.SENDING)))
        first = conn.execute(sa.select(mail.c.id).where(these).limit(BATCH)).scalars().all()
        for id in first:
            rows.settle(conn, rows.mail_of(conn, id), Sent(error=message, final=True))
        return len(first)

    return in_batches(work, some)


def _pause(
    work: Work, account: Account | None, error: Message | None, *, wait: timedelta | None = None
) -> NoReturn:  # fmt: skip
    """Lets the account rest, its fault where everybody looks. Raises Later."""
    if account is None:
        raise Later(accounts.FIRST_PAUSE)
    made, now = work.write(lambda conn, _: (accounts.pause(conn, account, error=error, wait=wait), now_of(conn)))
    work.progress(0, None, error or USED_UP)
    if error:
        log.warning("outbound account cannot send", account=account.name, failures=made.failures, error=error.text)
    raise Later(made.until - now)


def _keep_domain(work: Work, account: Account) -> None:
    """What Message-IDs end with from now on."""
    domain = ascii_address(account.from_address).rpartition("@")[2]
    with work.read() as (conn, _):
        known = accounts.kept(conn, DOMAIN)
    if known != domain:
        work.write(lambda conn, _: accounts.keep(conn, DOMAIN, domain))


#: It is tried again for as long as there is a queue: a server that is down for a day loses no mail.
KINDS = (Kind(KIND, say("Send mail"), deliver, attempts=1_000_000),)
