"""Who tried to log in, when and from where: one's own attempts, and those of all for administrators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.accounts.people import UserColumns, folded_username
from hanok.engine.catalog import Catalog
from hanok.engine.store.tables import login

SIZE = 50


@dataclass(frozen=True, slots=True)
class Login:
    """One attempt. `username` is folded, as it was tried; `title` the user's, "" where nobody is called so; `by_name`
    the administrator who came in her place (`means` is then "as")."""

    id: UUID
    at: datetime
    username: str
    user_id: UUID | None
    ok: bool
    address: str
    agent: str
    title: str
    means: str = ""
    by_name: str = ""


@dataclass(frozen=True, slots=True)
class LoginSearch:
    """Which attempts: of this user, of names or titles that begin so, from this address, failed ones only."""

    user_id: UUID | None = None
    words: str = ""
    address: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class LoginPage:
    """Attempts, the newest first; `last` is the place after which others follow, None at the end."""

    logins: Sequence[Login]
    last: UUID | None


def logins(
    conn: sa.Connection, catalog: Catalog, search: LoginSearch, *, after: UUID | None = None, size: int = SIZE
) -> LoginPage:
    """A page of attempts."""
    user = UserColumns.of(catalog)
    texts = [sa.func.coalesce(one, "") for one in (login.c.agent, user.title, login.c.means, login.c.by_name)]
    columns: list[sa.ColumnElement[Any]] = [
        login.c.id, login.c.at, login.c.username, login.c.user_id, login.c.ok, login.c.address, *texts,
    ]  # fmt: skip
    joined = login.outerjoin(user.id.table, user.id == login.c.user_id)
    statement = sa.select(*columns).select_from(joined).where(*_wheres(catalog, user, search))
    if after is not None:
        statement = statement.where(login.c.id < after)
    found = [Login(*row) for row in conn.execute(statement.order_by(login.c.id.desc()).limit(size + 1))]
    return LoginPage(found[:size], found[size - 1].id if len(found) > size else None)


def forget_logins(conn: sa.Connection, before: datetime, *, most: int) -> int:
    """Deletes up to so many attempts that are older; how many."""
    old = sa.select(login.c.id).where(login.c.at < before).order_by(login.c.id).limit(most)
    return conn.execute(login.delete().where(login.c.id.in_(old))).rowcount


def _wheres(catalog: Catalog, user: UserColumns, search: LoginSearch) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    words, address = (text.replace("\x00", "") for text in (search.words, search.address))
    if search.user_id is not None:
        found.append(login.c.user_id == search.user_id)
    if words:
        name = login.c.username.startswith(folded_username(catalog, words), autoescape=True)
        found.append(sa.or_(name, user.title.startswith(words, autoescape=True)))
    if address:
        found.append(login.c.address.startswith(address, autoescape=True))
    if search.failed:
        found.append(sa.not_(login.c.ok))
    return found
