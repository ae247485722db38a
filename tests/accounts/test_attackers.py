"""Logging in, for those who should not: many addresses, long names, zones that there are not."""

from __future__ import annotations

import pytest

from hanok.engine import accounts, records
from hanok.engine.accounts import login as door
from hanok.engine.accounts.login import network_of
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid
from hanok.engine.store import Store
from tests.accounts.test_login import enter, refusal
from tests.builders import a_record, an_administrator

pytestmark = pytest.mark.usefixtures("mina")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"), ("", ""), ("unix:", "unix:"),
    ],
)  # fmt: skip
def test_a_network_of_ipv6_counts_as_one_address(address: str, counted: str) -> None:
    assert network_of(address) == counted


def test_whoever_owns_a_network_does_not_guess_from_each_of_its_addresses(filled: Store, catalog: Catalog) -> None:
    for number in range(door.FAILURES_OF_A_NAME):
        refusal(filled, catalog, address=f"2001:db8::{number}")
    assert "Too many" in refusal(filled, catalog, address="2001:db8::ffff")
    assert enter(filled, catalog, address="2001:db8:0:1::1")


def test_a_name_of_a_megabyte_is_wrong_like_any_other(filled: Store, catalog: Catalog) -> None:
    assert refusal(filled, catalog, "é" * 1_000_000) == str(door.WRONG)


@pytest.mark.parametrize("zone", ["Nope/Zone", "Asia", "../../etc/passwd", "/etc/passwd", "Asia/Seoul;"])
def test_a_zone_that_there_is_not_locks_nobody_out(
    filled: Store, catalog: Catalog, hashed: str, zone: str
) -> None:
    made = a_record(filled, catalog, "user", username="zed", last_name="Z")
    user = catalog.module("user")
    with filled.write() as conn:  # as it was typed before zones were checked
        written = {user.field("time_zone").columns[""]: zone}
        conn.execute(user.table.update().where(user.table.c.id == made.id).values(written))
        accounts.set_password(conn, made.id, hashed)
    token = enter(filled, catalog, "zed")
    with filled.read() as conn:
        found = accounts.actor_of(conn, catalog, token)
    assert found
    assert found.zone == catalog.app.zone


@pytest.mark.parametrize(
    "name", ["mina\u200b", "mi\u00adna", "\u202emina", "ｍｉｎａ", "min\u034fa", "mina\ufe0f", "MINA"]
)
def test_nobody_can_be_called_like_somebody_else_to_the_eye(filled: Store, catalog: Catalog, name: str) -> None:
    with pytest.raises(Invalid, match="has this value already"):
        a_record(filled, catalog, "user", username=name, last_name="X")


def test_a_name_that_cannot_be_seen_is_none(filled: Store, catalog: Catalog) -> None:
    for name in ("\u200b", "\u3164", "\u202e\u202c", "\u2800", "\u3164 \ufeff"):
        with pytest.raises(Invalid, match=r"cannot be shown|required"):
            a_record(filled, catalog, "user", username=name, last_name="X")


def test_somebody_who_was_set_inactive_is_out_at_once(filled: Store, catalog: Catalog) -> None:
    token = enter(filled, catalog)
    with filled.write() as conn:
        found = accounts.actor_of(conn, catalog, token)
        assert found
        records.update(conn, catalog, an_administrator(), "user", str(found.id), {"active": False}, version=1)
    with filled.read() as conn:
        assert accounts.actor_of(conn, catalog, token) is None
    with pytest.raises(Denied):
        enter(filled, catalog)
