"""Address rules: from which networks people may come, who says so, and that nobody locks herself out."""

from __future__ import annotations

from datetime import UTC, datetime
from ipaddress import ip_network
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from hanok.engine import accounts
from hanok.engine.access import ADMINISTRATOR, SYSTEM, Actor, Behind
from hanok.engine.accounts import addresses
from hanok.engine.accounts.addresses import Known, Rule, allows
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, NotFound, Refused
from hanok.engine.store import Store
from hanok.engine.store.account_tables import deed
from tests.accounts.conftest import PASSWORD
from tests.builders import Statements, an_administrator


def a_rule(network: str, role: str = "") -> Rule:
    return Rule(uuid4(), ip_network(network), role, "", datetime(2031, 5, 4, tzinfo=UTC), "Admin")


def add(store: Store, catalog: Catalog, network: str, role: str = "", *, actor: Actor = SYSTEM,
        here: str | None = None) -> Rule:  # fmt: skip
    with store.write() as conn:
        return addresses.add(conn, catalog, actor, network=network, role=role, here=here)


def test_where_no_rule_is_about_her_she_may_come_from_anywhere() -> None:
    assert allows([], ("sales",), "192.0.2.1")
    assert allows([a_rule("10.0.0.0/8", "support")], ("sales",), "192.0.2.1")
    assert allows([], (), "")


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True), ("11.1.2.3", False), ("192.0.2.7", True), ("192.0.2.8", False), ("::ffff:10.1.2.3", True),
        ("2001:db8:1::1", True), ("2001:db8:2::1", False), ("fe80::1%eth0", True), ("", False), ("unknown", False),
        ("10.1.2.3, 11.1.2.3", False), ("0x0a010203", False),
    ],
)  # fmt: skip
def test_else_her_address_is_in_one_of_the_networks(address: str, allowed: bool) -> None:
    rules = [a_rule("10.0.0.0/8"), a_rule("192.0.2.7"), a_rule("2001:db8:1::/48", "sales"), a_rule("fe80::/10")]
    assert allows(rules, ("sales",), address) is allowed


def test_rules_for_a_role_widen_and_bind_whoever_has_it() -> None:
    rules = [a_rule("10.0.0.0/8"), a_rule("192.0.2.0/24", "sales")]
    assert allows(rules, ("sales",), "192.0.2.1")
    assert allows(rules, ("sales",), "10.0.0.1")
    assert not allows(rules, ("support",), "192.0.2.1")
    assert not allows([a_rule("192.0.2.0/24", ADMINISTRATOR)], (ADMINISTRATOR,), "10.0.0.1")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" 10.1.2.3/8 ", "10.0.0.0/8"), ("192.0.2.7", "192.0.2.7/32"), ("2001:DB8::/32", "2001:db8::/32"),
        ("::1", "::1/128"), ("::ffff:192.0.2.0/120", "192.0.2.0/24"), ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
    ],
)  # fmt: skip
def test_networks_are_kept_in_one_way_of_writing(written: str, kept: str) -> None:
    assert str(addresses.read_network(written)) == kept


@pytest.mark.parametrize("written", ["", "office", "10.0.0", "10.0.0.0/33", "1.2.3.4/", "10.0.0.0/8,", "::/129", "*"])
def test_what_is_no_network_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        addresses.read_network(written)


def test_a_rule_is_made_once_and_leaves_a_deed(filled: Store, catalog: Catalog) -> None:
    made = add(filled, catalog, "10.0.0.0/8", "owner_only")
    with pytest.raises(Refused):
        add(filled, catalog, "10.1.0.0/8", "owner_only")
    with pytest.raises(Invalid):
        add(filled, catalog, "10.0.0.0/8", "nobody")
    with filled.write() as conn:
        addresses.remove(conn, SYSTEM, made.id)
    with filled.write() as conn, pytest.raises(NotFound):
        addresses.remove(conn, SYSTEM, made.id)
    with filled.read() as conn:
        told = conn.execute(sa.select(deed.c.subject, deed.c.action, deed.c.about).order_by(deed.c.id)).all()
    assert [tuple(row) for row in told] == [("rule", "made", "10.0.0.0/8"), ("rule", "removed", "10.0.0.0/8")]


def test_only_whoever_runs_the_site_changes_them(filled: Store, catalog: Catalog, mina: UUID) -> None:
    made = add(filled, catalog, "10.0.0.0/8")
    others = (
        Actor(id=mina, username="mina", title="Mina"),
        an_administrator(scopes=("read", "write")),
        an_administrator(by=Behind(mina, "Mina")),
    )
    for actor in others:
        with pytest.raises(Denied):
            add(filled, catalog, "192.0.2.0/24", actor=actor)
        with filled.write() as conn, pytest.raises(Denied):
            addresses.remove(conn, actor, made.id)


def test_nobody_locks_herself_out(filled: Store, catalog: Catalog) -> None:
    admin = an_administrator()
    with pytest.raises(Refused, match=r"192\.0\.2\.1"):
        add(filled, catalog, "10.0.0.0/8", actor=admin, here="192.0.2.1")
    with pytest.raises(Refused):
        add(filled, catalog, "10.0.0.0/8", ADMINISTRATOR, actor=admin, here="192.0.2.1")
    add(filled, catalog, "10.0.0.0/8", "owner_only", actor=admin, here="192.0.2.1")
    mine = add(filled, catalog, "192.0.2.0/24", actor=admin, here="192.0.2.1")
    office = add(filled, catalog, "10.0.0.0/8", actor=admin, here="192.0.2.1")
    with filled.write() as conn, pytest.raises(Refused):
        addresses.remove(conn, admin, mine.id, here="192.0.2.1")
    with filled.write() as conn:
        addresses.remove(conn, admin, office.id, here="192.0.2.1")
        addresses.remove(conn, admin, mine.id, here="192.0.2.1")
    add(filled, catalog, "10.0.0.0/8", here=None)


def test_who_may_not_come_from_there_is_told_so_after_the_right_password_only(
    filled: Store, catalog: Catalog, mina: UUID
) -> None:
    add(filled, catalog, "10.0.0.0/8")

    def log_in(password: str, address: str) -> str:
        return accounts.log_in(filled, catalog, "mina", password, address=address, agent="a browser")[0]

    with pytest.raises(Denied, match=r"192\.0\.2\.1"):
        log_in(PASSWORD, "192.0.2.1")
    with pytest.raises(Denied) as wrong:
        log_in("wrong", "192.0.2.1")
    assert "192.0.2.1" not in str(wrong.value)
    with filled.read() as conn:
        found = accounts.logins(conn, catalog, accounts.LoginSearch(user_id=mina)).logins
        assert [one.ok for one in found] == [False, False]
        assert accounts.sessions_of(conn, mina) == ()
    assert log_in(PASSWORD, "10.0.0.1")


def test_a_session_brings_the_version_along_and_rules_are_read_once(
    filled: Store, catalog: Catalog, mina: UUID
) -> None:
    token = accounts.log_in(filled, catalog, "mina", PASSWORD, address="10.0.0.1", agent="")[0]
    known = Known()

    def may_come(address: str) -> bool:
        with filled.read() as conn:
            found = accounts.session_of(conn, catalog, token)
            assert found is not None
            return allows(known.of(conn, found.rules), found.actor.roles, address)

    counted = Statements(filled)
    assert may_come("192.0.2.1")
    assert len(counted.queries) == 1
    first = add(filled, catalog, "10.0.0.0/8")
    assert not may_come("192.0.2.1")
    counted = Statements(filled)
    assert not may_come("192.0.2.1")
    assert may_come("10.0.0.1")
    assert len(counted.queries) == 2, "one a request: that of the session"
    with filled.write() as conn:
        addresses.remove(conn, SYSTEM, first.id)
    assert may_come("192.0.2.1")
