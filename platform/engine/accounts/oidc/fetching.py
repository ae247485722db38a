"""Asking a provider over HTTP, and nobody else: which addresses are asked, how long, and how much is read.

The host that an administrator typed may stand in a private network; whatever else the provider names must not. Each
name is looked up once and the connection goes to the very address that was looked at, so that a name which changes
meanwhile leads nowhere else. Redirects are not followed, proxies of the environment not used.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from hanok.engine.errors import Message, say

#: Seconds for each step of an answer, and for the whole of it; its bytes.
TIMEOUT, PATIENCE = 5.0, 10.0
LARGEST = 512 * 1024
Address = IPv4Address | IPv6Address
#: Addresses of IPv6 whose last 32 bits are one of IPv4 to a translator (RFC 6052, RFC 8215), or were once (RFC 4291).
TRANSLATED = tuple(map(IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))


class Unusable(Exception):
    """A provider that cannot be used: away, slow, or saying what must not be believed. `detail` is for the log."""

    def __init__(self, message: Message, detail: str = "") -> None:
        super().__init__(str(message))
        self.message = message
        self.detail = detail


class Guarded(httpx.BaseTransport):
    """Connections to what may be asked. `trusted` is the host that was typed; `local` lets in this very machine."""

    def __init__(self, trusted: str, *, local: bool) -> None:
        self._trusted, self._local = trusted.lower(), local
        self._inner = httpx.HTTPTransport(verify=ssl.create_default_context(), trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        until = time.monotonic() + PATIENCE
        check_address(str(request.url), local=self._local)
        last: httpx.TransportError | None = None
        for address in self._addresses(request.url.host, request.url.port or 443):
            try:
                return _read(self._inner.handle_request(_pinned(request, address)), until)
            except httpx.ConnectError as refused:
                last = refused
        raise last or httpx.ConnectError("no address")

    def close(self) -> None:
        self._inner.close()

    def _addresses(self, host: str, port: int) -> Iterator[Address]:
        """The addresses of a host that may be asked. Raises Unusable where there are none of them."""
        try:
            found = {ip_address(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except (OSError, ValueError):
            raise Unusable(say("There is no server called {host}.", host=host)) from None
        trusted = host.lower() == self._trusted
        open_ones = [each for each in sorted(found, key=str) if may_be_asked(each, trusted=trusted, local=self._local)]
        if not open_ones:
            raise Unusable(say("{host} leads into a private network, where nobody is asked.", host=host))
        yield from open_ones


def may_be_asked(address: Address, *, trusted: bool, local: bool) -> bool:
    """Whether a connection may go there. Addresses of one's own link, where clouds keep their secrets, never."""
    plain = _plain(address) if isinstance(address, IPv6Address) else address
    if plain.is_loopback:
        return local
    if plain.is_link_local or plain.is_multicast or plain.is_unspecified:
        return False
    return plain.is_global or (trusted and plain.is_private)


def _plain(address: IPv6Address) -> Address:
    """The IPv4 address that a network behind it would make of an address of IPv6, else that itself."""
    if not address.is_loopback and any(address in one for one in TRANSLATED):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def check_address(url: str, *, local: bool) -> None:
    """Raises Unusable for what is not https; `local` lets http to this machine pass."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise Unusable(say("“{url}” is no address.", url=url[:200])) from None
    loopback = host == "localhost" or _is_loopback(host)
    if not host or parts.username or not (parts.scheme == "https" or (parts.scheme == "http" and loopback and local)):
        raise Unusable(say("{url} does not begin with https://, so it is not asked.", url=url[:200]))


def client(issuer: str, *, local: bool) -> httpx.Client:
    """What asks the provider with this issuer. It is closed by who opened it."""
    transport = Guarded(urlsplit(issuer).hostname or "", local=local)
    return httpx.Client(transport=transport, timeout=TIMEOUT, follow_redirects=False,
                        headers={"Accept": "application/json", "Accept-Encoding": "identity"})  # fmt: skip


def get_json(asking: httpx.Client, url: str, *, bearer: str = "") -> dict[str, Any]:
    """The JSON object at an address. Raises Unusable."""
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    host = urlsplit(url).hostname or url[:200]
    try:
        answer = asking.get(url, headers=headers)
    except httpx.HTTPError as error:
        raise away(host, error) from None
    if answer.status_code != 200:
        raise Unusable(say("{host} answered with the status {status}.", host=host, status=answer.status_code), url)
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unusable(say("What {host} answered is no JSON.", host=host), url)
    return found


def away(host: str, error: httpx.HTTPError) -> Unusable:
    """Why nothing came, in words."""
    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, httpx.TimeoutException):
        return Unusable(say("{host} takes too long to answer.", host=host), detail)
    if "CERTIFICATE" in detail.upper():
        return Unusable(say("The certificate of {host} is not valid.", host=host), detail)
    return Unusable(say("{host} cannot be reached.", host=host), detail)


def _pinned(request: httpx.Request, address: Address) -> httpx.Request:
    """The request to the address itself; the certificate and the header are still those of the name."""
    extensions = {**request.extensions, "sni_hostname": request.url.host}
    url = request.url.copy_with(host=str(address))
    return httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=extensions)


def _read(answer: httpx.Response, until: float) -> httpx.Response:
    """The answer with its bytes, as many as may come and as long as they may take."""
    body = bytearray()
    try:
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise httpx.RemoteProtocolError("an encoded answer was not asked for")
        for piece in answer.stream:  # type: ignore[union-attr]  # a transport that does not wait has a stream like that
            body += piece
            if len(body) > LARGEST:
                raise httpx.RemoteProtocolError("the answer is too large")
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the answer takes too long")
    finally:
        answer.close()
    kept = [(name, value) for name, value in answer.headers.raw if name.lower() not in (b"transfer-encoding",)]
    return httpx.Response(answer.status_code, headers=kept, content=bytes(body))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
