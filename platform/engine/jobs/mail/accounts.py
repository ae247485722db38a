"""Outbound accounts as records, and how long one that cannot send pauses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from hanok.engine.access import SYSTEM
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Message, NotFound, Refused, message_of, say, written
from hanok.engine.fields import Linked
from hanok.engine.fields.encrypted import UNREADABLE
from hanok.engine.records import Query, Record, page
from hanok.engine.store.moments import now as now_of
from hanok.engine.store.tables import setting

MODULE = "outbound_account"
MOST = 500
#: Waits after the first failure of an account, doubled with each further one up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
AUTO, FOLDER, SMTP = MODES = ("auto", "folder", "smtp")


@dataclass(frozen=True, slots=True)
class Account:
    """What it takes to send through a server. `id` is None for one that is tried before it is saved.

    `security` is none, starttls or tls; `per_hour` 0 any number; `team` those who may write through it (None: all).
    """

    id: UUID | None
    version: int
    name: str
    from_address: str
    host: str
    from_name: str = ""
    reply_to: str = ""
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    batch_size: int = 50
    per_hour: int = 0
    primary: bool = False
    active: bool = True
    team: Linked | None = None

    @property
    def is_readable(self) -> bool:
        """Whether the site has the key of its password."""
        return self.password != UNREADABLE


COLUMNS = tuple(name for name in Account.__slots__ if name not in ("id", "version"))


@dataclass(frozen=True, slots=True)
class Pause:
    """An account sends nothing until then; `error` is its fault, None where its limit is used up."""

    until: datetime
    failures: int
    error: Message | None


def account_of(record: Record) -> Account:
    """The account that a record of the module says."""
    said = {name: record[name] for name in COLUMNS if record[name] is not None}
    return Account(id=record.id, version=record.version, **said)


def accounts(conn: sa.Connection, catalog: Catalog) -> tuple[Account, ...]:
    """All outbound accounts, the oldest first; none where the live revision does not know them yet."""
    if MODULE not in catalog.modules:
        return ()
    found = page(conn, catalog, SYSTEM, Query(module=MODULE, columns=COLUMNS, sort=("created_at",), size=MOST))
    return tuple(account_of(record) for record in found.rows)


def primary(known: Sequence[Account]) -> Account | None:
    """The account of what names none: of the active ones the primary one made last, else the first."""
    active = [one for one in known if one.active]
    return next((one for one in reversed(active) if one.primary), active[0] if active else None)


def chosen(known: Sequence[Account], wanted: UUID | None) -> Account:
    """The account that sends. Raises NotFound where it was deleted, Refused where it is not active."""
    if wanted is None:
        found = primary(known)
        if found is None:
            raise Refused(say("There is no active outbound account."))
        return found
    found = next((one for one in known if one.id == wanted), None)
    if found is None:
        raise NotFound(say("The outbound account was deleted. Restore it, and try again."))
    if not found.active:
        raise Refused(say("The outbound account is not active."))
    return found


def mode_of(settings: Mapping[str, Any]) -> str:
    """How the site sends mail. Raises Refused for what is none of MODES."""
    said = str(settings.get("mail", AUTO)).strip().lower()
    if said not in MODES:
        known = ", ".join(MODES)
        raise Refused(say("The setting `mail` is one of {known}; “{said}” is none of them.", known=known, said=said))
    return said


# -- pauses --------------------------------------------------------------------------------------------------------
def pause_of(conn: sa.Connection, account: Account) -> Pause | None:
    """Its pause; one of an earlier version of the record is over."""
    found = kept(conn, _key(account))
    if not found or found["version"] != account.version:
        return None
    return Pause(datetime.fromisoformat(found["until"]), found["failures"], message_of(found["error"]))


def pause(
    conn: sa.Connection, account: Account, *, error: Message | None = None, wait: timedelta | None = None
) -> Pause:
    """Lets it rest: for `wait`, or longer with each failure in a row."""
    known = pause_of(conn, account)
    failures = (known.failures if known else 0) + (error is not None)
    wait = wait or min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)
    made = Pause(now_of(conn) + wait, failures, error)
    value = {"version": account.version, "until": made.until.isoformat(), "failures": failures, "error": written(error)}
    keep(conn, _key(account), value)
    return made


def resume(conn: sa.Connection, account: Account) -> None:
    """Ends its pause: it sent something, or somebody tried it with success."""
    conn.execute(setting.delete().where(setting.c.key == _key(account)))


def kept(conn: sa.Connection, key: str) -> Any:
    """A value that the platform keeps; None where there is none."""
    return conn.scalar(sa.select(setting.c.value).where(setting.c.key == key))


def keep(conn: sa.Connection, key: str, value: Any) -> None:
    """Writes a value that the platform keeps."""
    insert = (sqlite.insert if conn.dialect.name == "sqlite" else postgresql.insert)(setting)
    conn.execute(insert.values(key=key, value=value).on_conflict_do_update(
        index_elements=[setting.c.key], set_={"value": insert.excluded.value}
    ))  # fmt: skip


def _key(account: Account) -> str:
    return f"mail:{account.id}"
