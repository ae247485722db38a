"""Passwords: stored as argon2id, checked at the same cost for everybody."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from hanok.engine import accounts
from hanok.engine.accounts import passwords
from hanok.engine.catalog import Catalog
from hanok.engine.store import Store
from hanok.engine.store.tables import credential
from tests.accounts.conftest import PASSWORD
from tests.quick import REAL


def test_a_password_is_stored_as_argon2id_with_its_salt(hashed: str) -> None:
    assert extract_parameters(hashed).type is Type.ID
    assert accounts.hash_password(PASSWORD) != hashed
    assert accounts.check_password(hashed, PASSWORD)
    assert not accounts.check_password(hashed, PASSWORD + "x")


def test_it_does_not_matter_how_the_keyboard_composes_a_letter() -> None:
    assert accounts.check_password(accounts.hash_password("Ångström 각"), "A\u030angstro\u0308m \u1100\u1161\u11a8")


def test_a_stranger_costs_the_same_work_as_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", REAL)
    hashed = accounts.hash_password(PASSWORD)
    assert extract_parameters(passwords.NOBODY) == extract_parameters(hashed)
    assert not passwords.outdated(passwords.NOBODY)
    assert not accounts.check_password(passwords.NOBODY, "")


@pytest.mark.parametrize("known", ["", "plain text", "$argon2id$v=19$m=1$broken"])
def test_what_is_no_hash_fits_no_password(known: str) -> None:
    assert not accounts.check_password(known, known)


def test_a_password_is_longer_than_seven_signs_and_not_endless() -> None:
    assert accounts.password_faults("1234567")
    assert accounts.password_faults("x" * 257)
    assert not accounts.password_faults("달빛아래기와집풀")
    hashed = accounts.hash_password("x" * 256)
    assert not accounts.check_password(hashed, "x" * 257)


def test_only_a_hash_can_be_stored(filled: Store, mina: UUID) -> None:
    with pytest.raises(ValueError, match="hash"), filled.write() as conn:
        accounts.set_password(conn, mina, "plain text")


def test_an_old_hash_is_renewed_by_the_next_login(filled: Store, catalog: Catalog, mina: UUID) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash("opensesame")
    with filled.write() as conn:
        accounts.set_password(conn, mina, weak)
    accounts.log_in(filled, catalog, "mina", "opensesame", address="::1", agent="")
    with filled.read() as conn:
        stored = conn.scalar(sa.select(credential.c.password))
    assert stored is not None
    assert stored != weak
    assert accounts.check_password(stored, "opensesame")
