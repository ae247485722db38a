"""`hanok user factors`, and what `hanok keys renew` does to the secrets of authenticator apps."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
from click.testing import CliRunner

from hanok.app import live_of, opened
from hanok.cli import hanok
from hanok.engine import accounts
from hanok.engine.access import Actor
from hanok.engine.accounts import factors, totp
from hanok.engine.deploy.keys import site_keys
from tests.served import new_site


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site whose administrator has an authenticator app."""
    monkeypatch.setenv("HANOK_LANGUAGE", "en")
    made = tmp_path / "site"
    new_site(made)
    live, keys, now = live_of(opened(made)), site_keys(made), datetime.now(UTC)
    with live.store.write() as conn:
        id = accounts.find_user(conn, live.catalog, "admin")
        assert id
        app = totp.begin_totp(conn, keys, id, "phone", now=now)
        code = pyotp.TOTP(totp.waiting_secret(conn, keys, id, app, now=now)).at(now)
        assert totp.confirm_totp(conn, keys, Actor(id=id, username="admin", title="Admin"), app, code, "phone", now=now)
    live.store.dispose()
    return made


def ask(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(hanok, ["--site", str(folder), *words])
    return done.output


def test_factors_are_shown_and_removed(folder: Path) -> None:
    assert "totp  phone" in ask(folder, "user", "factors", "admin")
    assert "1 second factors of admin were removed" in ask(folder, "user", "factors", "admin", "--remove")
    assert "admin has no second factor" in ask(folder, "user", "factors", "admin")
    assert "There is no active user nobody" in ask(folder, "user", "factors", "nobody", "--remove")


def test_secrets_outlive_the_key_that_they_were_locked_with(folder: Path) -> None:
    ask(folder, "keys", "new")
    assert "encrypted with the newest key" in ask(folder, "keys", "renew")
    newest = type(site_keys(folder))(site_keys(folder).written[:1])
    live = live_of(opened(folder))
    with live.store.write() as conn:
        id = accounts.find_user(conn, live.catalog, "admin")
        assert id and factors.has_factor(conn, id)
        assert totp.renew_secrets(conn, newest) == 1
    live.store.dispose()
