"""Real SMTP servers on loopback for tests: they keep what they took, and refuse what a test wants refused."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "kim", "s3cret: no-one"


@dataclass
class Taken:
    """A letter that the server took."""

    sender: str
    recipients: list[str]
    options: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        found = BytesParser(policy=default).parsebytes(self.raw)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class Office:
    """The handler of a server. `answers` are by address, or by DATA; `logins` counts who tried to log in."""

    answers: dict[str, str] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    logins: list[bool] = field(default_factory=list)
    connections: int = 0
    at_data: Callable[[SMTP], None] = lambda server: None
    port: int = 0
    refuse_sender: str = ""

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse_sender:
            return self.refuse_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.at_data(server)
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.taken.append(Taken(
            str(envelope.mail_from), list(envelope.rcpt_tos), list(envelope.mail_options),
            bytes(envelope.original_content or b""),
        ))  # fmt: skip
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, auth: Any) -> AuthResult:
        fits = isinstance(auth, LoginPassword) and auth.login == USER.encode() and auth.password == PASSWORD.encode()
        self.logins.append(fits)
        return AuthResult(success=fits, handled=False)


@contextmanager
def open_office(office: Office | None = None, *, port: int = 0, **options: Any) -> Iterator[Office]:
    """A server on a free port; `options` are those of aiosmtpd."""
    office = office or Office()
    office.port = port or free_port()
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **options)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def with_login(office: Office) -> Mapping[str, Any]:
    return {"authenticator": office.authenticate, "auth_required": True, "auth_require_tls": False}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def a_certificate(folder: Path, *, name: str = "localhost", address: bool = True) -> tuple[Path, ssl.SSLContext]:
    """A certificate that signs itself, as a file to trust and as what a server speaks TLS with."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    names += [x509.IPAddress(ip_address("127.0.0.1"))] if address else []
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1)).add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    file, secret = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file, secret)
    return file, context
