"""Address rules: from which networks people may come. Where no rule is about somebody, she may come from anywhere.

The rules that are about her (those for everybody and those for her roles) are all of it together: her address has to
be in one of their networks. They are few, so each process keeps them; the version of what it keeps is read along with
the session or the token, and costs no statement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from hanok.engine.access import ADMINISTRATOR, Actor
from hanok.engine.accounts.sessions import RULES
from hanok.engine.catalog import Catalog
from hanok.engine.errors import Denied, Invalid, NotFound, Refused, say
from hanok.engine.records.deeds import tell
from hanok.engine.store import new_id
from hanok.engine.store.account_tables import address_rule
from hanok.engine.store.tables import setting

Network = IPv4Network | IPv6Network
EVERYBODY = ""
MOST, LONGEST_NOTE = 500, 200
WRONG = say("Write an address like 203.0.113.7 or 2001:db8::7, or a network like 203.0.113.0/24 or 2001:db8::/32.")
FOR_ADMINISTRATORS = say("Only administrators change the address rules.")


@dataclass(frozen=True, slots=True)
class Rule:
    """One network, for everybody (`role` is empty) or for whoever has a role."""

    id: UUID
    network: Network
    role: str
    note: str
    created: datetime
    created_by: str


def read_network(text: str) -> Network:
    """A network or a single address. IPv4 in IPv6 is IPv4. Raises Invalid."""
    try:
        found = ip_network(text.strip(), strict=False)
    except ValueError:
        raise Invalid({"network": [WRONG]}) from None
    mapped = found.network_address.ipv4_mapped if isinstance(found, IPv6Network) else None
    if mapped is not None and found.prefixlen >= 96:
        return IPv4Network((mapped, found.prefixlen - 96))
    return found


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """The address that a request came from, None where it has none."""
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def allows(rules: Iterable[Rule], roles: Collection[str], address: str) -> bool:
    """Whether somebody with these roles may come from this address."""
    about = [rule for rule in rules if rule.role == EVERYBODY or rule.role in roles]
    here = read_address(address)
    return not about or (here is not None and any(here in rule.network for rule in about))


def rules_of(conn: sa.Connection) -> tuple[Rule, ...]:
    """All rules: those for everybody first, then by role and network."""
    rows = conn.execute(sa.select(address_rule)).mappings()
    found = [Rule(row["id"], ip_network(row["network"]), row["role"], row["note"], row["created"], row["created_by"])
             for row in rows]  # fmt: skip
    return tuple(sorted(found, key=_place))


def _place(rule: Rule) -> tuple[Any, ...]:
    return rule.role, rule.network.version, int(rule.network.network_address), rule.network.prefixlen


def check(conn: sa.Connection, actor: Actor, address: str) -> None:
    """Raises Denied where this actor may not log in from there: who knows her password is told so."""
    if not allows(rules_of(conn), actor.roles, address):
        raise Denied(say("You may not log in from this address ({address}). Ask an administrator.", address=address))


class Known:
    """The rules as this process knows them."""

    def __init__(self) -> None:
        self._found: tuple[str, tuple[Rule, ...]] = "", ()

    def of(self, conn: sa.Connection, version: str) -> tuple[Rule, ...]:
        """The rules of this version or a newer one; read only where it is another than before."""
        if not version:
            return ()
        known, rules = self._found
        if known != version:
            rules = rules_of(conn)
            self._found = version, rules
        return rules


# -- changing ----------------------------------------------------------------------------------------------------------
def add(
    conn: sa.Connection, catalog: Catalog, actor: Actor, *, network: str, role: str = EVERYBODY, note: str = "",
    here: str | None = None,
) -> Rule:  # fmt: skip
    """A new rule. `here` is the address of whoever makes it, None on the machine itself. Raises Denied, Invalid, and
    Refused where it would lock her out."""
    found, rules = read_network(network), _rules(conn, actor)
    if role not in (EVERYBODY, ADMINISTRATOR, *catalog.roles):
        raise Invalid({"role": [say("There is no role {role}.", role=role)]})
    if len(note) > LONGEST_NOTE:
        raise Invalid({"note": [say("At most {most} characters.", most=LONGEST_NOTE)]})
    if any(rule.network == found and rule.role == role for rule in rules):
        raise Refused(say("There is this rule already."))
    if len(rules) >= MOST:
        raise Refused(say("There are at most {most} rules. Join networks into larger ones.", most=MOST))
    at = datetime.now(UTC)
    made = Rule(new_id(at), found, role, note.strip(), at, str(actor))
    _keep_in(actor, (*rules, made), here)
    row: dict[str, Any] = {"id": made.id, "network": str(found), "role": role, "note": made.note, "created": at,
                           "created_by": made.created_by}  # fmt: skip
    conn.execute(address_rule.insert().values(row))
    _renew(conn)
    tell(conn, actor, "rule", "made", about=str(found), title=made.note, changes={"role": [None, role]}, at=at)
    return made


def remove(conn: sa.Connection, actor: Actor, id: UUID, *, here: str | None = None) -> Rule:
    """Takes a rule away. Raises Denied, NotFound, and Refused where what is left would lock its remover out."""
    rules = _rules(conn, actor)
    gone = next((rule for rule in rules if rule.id == id), None)
    if gone is None:
        raise NotFound(say("There is no such rule; perhaps it was removed already."))
    _keep_in(actor, [rule for rule in rules if rule.id != id], here)
    conn.execute(address_rule.delete().where(address_rule.c.id == id))
    _renew(conn)
    tell(conn, actor, "rule", "removed", about=str(gone.network), title=gone.note, changes={"role": [gone.role, None]})
    return gone


def _rules(conn: sa.Connection, actor: Actor) -> tuple[Rule, ...]:
    """What there is now, for somebody who may change it; on PostgreSQL nobody else changes it meanwhile."""
    if not actor.governs:
        raise Denied(FOR_ADMINISTRATORS)
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(setting.c.key).where(setting.c.key == RULES).with_for_update())
    return rules_of(conn)


def _keep_in(actor: Actor, rules: Iterable[Rule], here: str | None) -> None:
    if here is not None and not allows(rules, actor.roles, here):
        raise Refused(say("This would lock you out: you come from {address}. Add a rule with your own address first.",
                          address=here or "?"))  # fmt: skip


def _renew(conn: sa.Connection) -> None:
    """Another version: every process reads the rules anew."""
    version = str(new_id())
    if not conn.execute(setting.update().where(setting.c.key == RULES).values(value=version)).rowcount:
        conn.execute(setting.insert().values(key=RULES, value=version))
