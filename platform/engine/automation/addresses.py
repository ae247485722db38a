"""Which addresses of the network other systems may be called at: public ones, and those that the site allows."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from hanok.engine.errors import Message, Refused, say

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
#: Where public addresses of IPv6 are (RFC 4291); what translates IPv4, local ones and groups stand outside of it.
PUBLIC = IPv6Network("2000::/3")
#: Public by number, but of nobody: examples (RFC 9637) and tunnels into networks of IPv4 (RFC 4380).
NOBODYS = tuple(map(IPv6Network, ("3fff::/20", "2001::/32")))


class Forbidden(Exception):
    """An address that is not called."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Allowed:
    """What of a private network may be called all the same: hosts by their names, and networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def lets(self, host: str, address: Address) -> bool:
        """Whether a connection to this address of the host may be made.

        An allowed name never leads to addresses of one's own link, where clouds keep their secrets: only a network
        that holds them does.
        """
        plain = plain_of(address)
        if any(plain in one for one in self.networks if one.version == plain.version):
            return True
        if plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain.is_reserved:
            return False
        return host.lower() in self.hosts or is_public(plain)


def is_public(address: Address) -> bool:
    """Whether everybody may know what answers there."""
    plain = plain_of(address)
    if plain.is_multicast or not plain.is_global:
        return False
    if isinstance(plain, IPv4Address):
        return True
    return plain in PUBLIC and not any(plain in one for one in NOBODYS)


def plain_of(address: Address) -> Address:
    """The IPv4 address that is written as one of IPv6, else that itself."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or address.sixtofour or address


def allowed(written: str) -> Allowed:
    """What a setting allows: names of hosts, addresses and networks, with commas between them. Raises Refused."""
    hosts, networks = set(), []
    for word in filter(None, (each.strip() for each in written.split(","))):
        try:
            networks.append(ip_network(word.strip("[]"), strict=False))
        except ValueError:
            if not _is_name(word):
                told = say("The setting {name} lists hosts and networks; “{word}” is neither.",
                           name="webhook_allow", word=word)  # fmt: skip
                raise Refused(told) from None
            hosts.add(word.lower())
    return Allowed(frozenset(hosts), tuple(networks))


def resolved(host: str, port: int, may: Allowed) -> tuple[Address, ...]:
    """The addresses that a host has now and that may be called. Raises Forbidden, and OSError where it has none.

    A host with an address that must not be called is not called at all: which of them answers is for others to say.
    """
    found = {ip_address(str(each[4][0]).partition("%")[0]) for each in _looked_up(host, port)}
    if not all(may.lets(host, one) for one in found):
        raise Forbidden(say("{host} leads into a private network, which is not called. The setting webhook_allow "
                            "names exceptions.", host=host))  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.version, int(one))))


def _looked_up(host: str, port: int) -> Iterable[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _is_name(word: str) -> bool:
    return word.isascii() and all(part and part.replace("-", "").replace("_", "").isalnum() for part in word.split("."))
