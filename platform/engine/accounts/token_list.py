"""The tokens of all users, for whoever runs the site; and when each was last used, written in batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.accounts.people import UserColumns, folded_username
from hanok.engine.accounts.tokens import Program, Token, token_from
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.engine.store.account_tables import token

SIZE = 50
#: How old `used` may grow before it is written again.
USED_EVERY = timedelta(minutes=5)
LIVING, EXPIRED, UNUSED = "living", "expired", "unused"
#: A token that nobody used for so long is unused.
IDLE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Owned:
    """A token with its user; `active` says whether she may log in, without which the token is dead."""

    token: Token
    username: str
    title: str
    active: bool


@dataclass(frozen=True, slots=True)
class TokenPage:
    """Tokens, the newest first; `last` is the place after which others follow, None at the end."""

    tokens: Sequence[Owned]
    last: UUID | None


def tokens(
    conn: sa.Connection, catalog: Catalog, *, words: str = "", state: str = "", after: UUID | None = None,
    size: int = SIZE, now: datetime | None = None,
) -> TokenPage:  # fmt: skip
    """A page of tokens: of users whose name or title begins so; living, expired, or unused for a month."""
    now = now or datetime.now(UTC)
    user, words = UserColumns.of(catalog), words.replace("\x00", "")
    columns = (*token.c, user.username.label("username"), user.title.label("title"),
               sa.case((user.present, True), else_=False).label("active"))  # fmt: skip
    statement = sa.select(*columns).select_from(token.join(user.id.table, user.id == token.c.user_id))
    if words:
        name = user.folded.startswith(folded_username(catalog, words), autoescape=True)
        statement = statement.where(sa.or_(name, user.title.startswith(words, autoescape=True)))
    if state == LIVING:
        statement = statement.where(token.c.expires > now, user.present)
    if state == EXPIRED:
        statement = statement.where(token.c.expires <= now)
    if state == UNUSED:
        rested = sa.func.coalesce(token.c.used, token.c.created) <= now - IDLE
        statement = statement.where(token.c.expires > now, rested)
    if after is not None:
        statement = statement.where(token.c.id < after)
    rows = conn.execute(statement.order_by(token.c.id.desc()).limit(size + 1)).mappings().all()
    found = [Owned(token_from(row), row["username"], row["title"], bool(row["active"])) for row in rows]
    return TokenPage(found[:size], found[size - 1].token.id if len(rows) > size else None)


class Uses:
    """When and from where tokens were last used, remembered in this process and written together by a clock."""

    def __init__(self) -> None:
        self._noted: dict[UUID, tuple[datetime, str]] = {}
        self._lock = Lock()

    def note(self, found: Program, address: str, *, now: datetime | None = None) -> None:
        """Remembers that a token came; costs nothing."""
        now = now or datetime.now(UTC)
        if found.used is None or now - found.used >= USED_EVERY:
            with self._lock:
                self._noted[found.id] = now, address

    def write(self, store: Store) -> int:
        """Writes what was noted, in one transaction and only when there is something; returns how many."""
        with self._lock:
            noted, self._noted = self._noted, {}
        if not noted:
            return 0
        later = token.update().where(token.c.id == sa.bindparam("key"))
        later = later.values(used=sa.bindparam("now"), address=sa.bindparam("from"))
        with store.write() as conn:
            conn.execute(later, [{"key": key, "now": at, "from": where} for key, (at, where) in sorted(noted.items())])
        return len(noted)
