"""One call to another system over HTTP: never into a private network, never for long, and little is read of the answer.

It stands on httpcore, the transport below httpx: there the connection itself can be made by us. So the host is looked
up once and the connection goes to the very address that was looked at; every wait is cut at one common end; and
nothing is followed, unpacked or taken from the environment (proxies) unasked.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpcore
import httpx

from hanok.engine.automation.addresses import Allowed, Forbidden, resolved
from hanok.engine.errors import Message, say

#: Seconds for the whole call, and of them for one connection; bytes that are sent, and of the answer that are kept.
PATIENCE, CONNECTING = 10.0, 5.0
MOST_SENT, KEPT = 256 * 1024, 2048
LONGEST_URL = 4096


class Unanswered(Exception):
    """Nobody answered; that may pass."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the first bytes of the body as text, and the header Retry-After."""

    status: int
    text: str
    retry_after: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent. `until` is when it is over, on the clock of time.monotonic."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    until: float = 0.0


def call(one: Call, may: Allowed) -> Answer:
    """Calls, and gives up at its end. Raises Forbidden where it must not be called, Unanswered where nobody answers."""
    url = address(one.url)
    until = one.until or time.monotonic() + PATIENCE
    try:
        with _pool(may, until) as pool, pool.stream(
            one.method.encode(), _target(url), headers=_headers(one, url), content=one.body or None
        ) as answer:  # fmt: skip
            return Answer(answer.status, _read(answer), _header(answer.headers, b"retry-after"))
    except httpcore.LocalProtocolError:  # it tells the value, in which a secret may stand
        raise Forbidden(say("This cannot be sent as a header or an address.")) from None
    except httpcore.TimeoutException:
        raise Unanswered(say("{host} takes too long to answer.", host=url.host)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        certificate = "CERTIFICATE" in str(error).upper()
        told = say("The certificate of {host} is not valid.", host=url.host) if certificate else (
            say("{host} cannot be reached.", host=url.host))  # fmt: skip
        raise Unanswered(told) from None


def address(written: str) -> httpx.URL:
    """The address, read. Raises Forbidden for what is no address of a web server."""
    try:
        url = httpx.URL(written) if len(written) <= LONGEST_URL else None
    except (httpx.InvalidURL, ValueError):
        url = None
    host = url.host if url else ""
    if url is None or url.scheme not in ("http", "https") or not host or "%" in host or url.port == 0:
        raise Forbidden(say("“{url}” is no address of a web server.", url=written[:200]))
    if url.userinfo:
        raise Forbidden(say("A password does not belong into an address; a header takes it."))
    return url


def _target(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _headers(one: Call, url: httpx.URL) -> list[tuple[bytes, bytes]]:
    sized = {"Content-Length": str(len(one.body))} if one.body or one.method not in ("GET", "DELETE") else {}
    # The address and the end of the connection are ours to say, whatever else is.
    every = {"Host": url.netloc.decode(), "Connection": "close", "Accept-Encoding": "identity", **sized, **one.headers}
    return [(name.encode("ascii"), value.encode("latin-1", "replace")) for name, value in every.items()]


def _read(answer: httpcore.Response) -> str:
    """The beginning of the body; what follows is left unread."""
    body = bytearray()
    for piece in answer.iter_stream():
        body += piece
        if len(body) >= KEPT:
            break
    return bytes(body[:KEPT]).decode("utf-8", "replace").replace("\x00", "\ufffd")


def _header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    return next((value.decode("latin-1")[:100] for key, value in headers if key.lower() == name), "")


def _pool(may: Allowed, until: float) -> httpcore.ConnectionPool:
    guarded = _Guarded(may, until)
    return httpcore.ConnectionPool(ssl.create_default_context(), max_connections=1, network_backend=guarded)


# -- the connection ------------------------------------------------------------------------------------------------
def _left(until: float, most: float = PATIENCE) -> float:
    """Seconds that remain. Raises ReadTimeout where none do."""
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return min(left, most)


class _Guarded(httpcore.NetworkBackend):
    """Connects to addresses that were looked at."""

    def __init__(self, may: Allowed, until: float) -> None:
        self._may, self._until = may, until
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        last: Exception = httpcore.ConnectError()
        for one in resolved(host, port, self._may):
            try:
                stream = self._inner.connect_tcp(str(one), port, timeout=_left(self._until, CONNECTING))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refused:
                last = refused
            else:
                return _Bounded(stream, self._until)
        raise last


class _Bounded(httpcore.NetworkStream):
    """A stream that ends when the call does, however slowly it drips."""

    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self._inner, self._until = inner, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._until))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Bounded(self._inner.start_tls(ssl_context, server_hostname, _left(self._until)), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
