"""The secret of a site: what its cookies and forms are signed with, on every machine that serves it."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from hanok.engine.store import Store
from hanok.engine.store.tables import setting

KEY = "secret"


def site_secret(store: Store) -> str:
    """The secret that stands in the database; made when it is asked for the first time."""
    known = sa.select(setting.c.value).where(setting.c.key == KEY)
    with store.read() as conn:
        found = conn.scalar(known)
    if found is None:
        with store.write() as conn:
            found = conn.scalar(known)
            if found is None:
                found = secrets.token_urlsafe(48)
                conn.execute(setting.insert().values(key=KEY, value=found))
    return str(found)
