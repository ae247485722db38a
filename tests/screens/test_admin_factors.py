"""Second factors of others: administrators see and remove them, nobody else does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest
import sqlalchemy as sa

from hanok.engine import accounts
from hanok.engine.access import Actor
from hanok.engine.accounts import factors, totp
from hanok.engine.catalog import Catalog
from hanok.engine.fields.keys import Keys, new_key
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed
from hanok.engine.store.job_tables import job
from hanok.engine.store.tables import session
from tests.screens.conftest import Browser, Enter


@pytest.fixture
def rep_id(site: Store, catalog: Catalog) -> UUID:
    with site.read() as conn:
        found = accounts.find_user(conn, catalog, "rep")
    assert found
    return found


@pytest.fixture
def enrolled(site: Store, rep_id: UUID) -> UUID:
    """rep has an authenticator app called "rep's phone"; her id."""
    keys, now = Keys((new_key(),)), datetime.now(UTC)
    actor = Actor(id=rep_id, username="rep", title="Rep")
    with site.write() as conn:
        id = totp.begin_totp(conn, keys, rep_id, "phone", now=now)
        code = pyotp.TOTP(totp.waiting_secret(conn, keys, rep_id, id, now=now)).at(now)
        assert totp.confirm_totp(conn, keys, actor, id, code, "rep's phone", now=now)
    return rep_id


def test_an_administrator_removes_them_for_who_lost_her_device(
    enter: Enter, admin: Browser, site: Store, catalog: Catalog, rep_id: UUID, enrolled: UUID
) -> None:
    page = f"/admin/logins/{rep_id}"
    assert "rep&#39;s phone" in admin.page(page)
    with site.write() as conn:
        token = accounts.enter(conn, catalog, rep_id, means="passkey", address="", agent="", now=datetime.now(UTC))
        assert accounts.session_of(conn, catalog, token)
    assert admin.send(f"{page}/factors/remove").location == page
    assert "rep&#39;s phone" not in admin.page(page)
    with site.read() as conn:
        assert factors.factors_of(conn, rep_id) == () and accounts.sessions_of(conn, rep_id) == ()
        told = conn.scalars(sa.select(job.c.payload).where(job.c.kind == "accounts.factor")).all()
        did = conn.execute(
            sa.select(deed.c.actor_name, deed.c.action, deed.c.about).where(deed.c.subject == "factor")
            .order_by(deed.c.id)
        ).all()  # fmt: skip
    assert [one["what"] for one in told] == ["cleared"]
    assert did[-1][1:] == ("removed", str(rep_id))
    assert enter("rep").get("/").status_code == 200


def test_she_proves_first_that_it_is_her(admin: Browser, site: Store, rep_id: UUID, enrolled: UUID) -> None:
    with site.write() as conn:
        conn.execute(session.update().values(created=datetime.now(UTC) - timedelta(minutes=30)))
    asked = admin.send(f"/admin/logins/{rep_id}/factors/remove")
    assert asked.location.startswith("/me/prove")
    with site.read() as conn:
        assert factors.has_factor(conn, rep_id)


def test_nobody_else_removes_them(enter: Enter, site: Store, rep_id: UUID) -> None:
    assert enter("rep").send(f"/admin/logins/{rep_id}/factors/remove").status_code == 403
