"""Talking to the server of an account: one connection, many letters, and a sentence for whatever goes wrong."""

from __future__ import annotations

import smtplib
import socket
import ssl
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO

from email_validator import EmailNotValidError

from hanok.engine.errors import Message, say
from hanok.engine.jobs.mail.accounts import Account
from hanok.engine.jobs.mail.letter import ascii_address
from hanok.engine.jobs.mail.rows import Answer, Sent

#: Seconds for each answer, and for the one to a whole letter (RFC 5321, 4.5.3.2.6, allows ten minutes).
TIMEOUT, PATIENCE = 30.0, 180.0
PIECE = 64 * 1024
LONGEST_ANSWER = 300
TOO_LARGE, CLOSING = 552, 421


class Down(Exception):
    """The account cannot send now: its server, its certificate or its password. All its mail waits."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class Broken(Down):
    """The connection ended in the middle of a letter: perhaps it was the letter's fault."""


@contextmanager
def connected(account: Account, *, timeout: float | None = None) -> Iterator[Connection]:
    """An open connection, encrypted and logged in as the account says. Raises Down."""
    with _told(account, Down):
        smtp = _open(account, timeout or TIMEOUT)
    try:
        yield Connection(smtp, account)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()
        smtp.close()


class Connection:
    """A connection that was opened by `connected`."""

    def __init__(self, smtp: smtplib.SMTP, account: Account) -> None:
        self._smtp = smtp
        self._account = account

    def send(
        self, recipients: Sequence[str], source: BinaryIO, *, size: int, international: bool = False
    ) -> Sent:
        """Sends the message in `source` to whom the server takes it for. Raises Down and Broken."""
        fault = self._unfit(size, international)
        if fault is not None:
            return fault
        with _told(self._account, Down):
            fault = self._begin(size, international)
        if fault is not None:
            return fault
        with _told(self._account, Broken):
            return self._to(recipients, source)

    def _unfit(self, size: int, international: bool) -> Sent | None:
        """What the server would not take anyway."""
        most = self._smtp.esmtp_features.get("size", "")
        if most.isdigit() and 0 < int(most) < size:
            return Sent(error=say("The server takes letters of {most} MB at most.", most=int(most) // 1024**2),
                        final=True)  # fmt: skip
        if international and not self._smtp.has_extn("smtputf8"):
            return Sent(error=say("The server takes no addresses with letters beyond ASCII."), final=True)
        return None

    def _begin(self, size: int, international: bool) -> Sent | None:
        options = [f"SIZE={size}"] if self._smtp.has_extn("size") else []
        options += ["SMTPUTF8", "BODY=8BITMIME"] if international else []
        code, text = self._smtp.mail(ascii_address(self._account.from_address), options)
        if code == 250:
            return None
        answer = self._answer(code, text)
        self._forget(code)
        if code == TOO_LARGE:
            return Sent(error=say("The server answered: {answer}", answer=str(answer)), final=True)
        raise Down(say("The server does not take mail from {address}: {answer}",
                       address=self._account.from_address, answer=str(answer)))  # fmt: skip

    def _to(self, recipients: Sequence[str], source: BinaryIO) -> Sent:
        reached, refused = [], {}
        for address in recipients:
            code, text = self._smtp.rcpt(address)
            if code in (250, 251):
                reached.append(address)
                continue
            refused[address] = self._answer(code, text)
            if code == CLOSING:
                raise Broken(say("The server answered: {answer}", answer=str(refused[address])))
        if not reached:
            self._forget(0)
            return Sent(via=self._account.host, refused=refused)
        code, text = self._data(source)
        if code == 250:
            return Sent(via=self._account.host, reached=tuple(reached), refused=refused)
        answer = self._answer(code, text)
        if code == CLOSING:
            raise Broken(say("The server answered: {answer}", answer=str(answer)))
        self._forget(code)
        return Sent(via=self._account.host, refused=refused | dict.fromkeys(reached, answer))

    def _data(self, source: BinaryIO) -> tuple[int, bytes]:
        """Sends the message line by line, dots at the beginning of a line doubled (RFC 5321, 4.5.2)."""
        smtp = self._smtp
        smtp.putcmd("data")
        code, text = smtp.getreply()
        if code != 354:
            return code, text
        piece = bytearray()
        for line in source:
            piece += b"." + line if line.startswith(b".") else line
            if len(piece) >= PIECE:
                smtp.send(bytes(piece))
                piece.clear()
        smtp.send(bytes(piece) + b".\r\n")
        if smtp.sock is not None:
            smtp.sock.settimeout(PATIENCE)
        found = smtp.getreply()
        if smtp.sock is not None:
            smtp.sock.settimeout(smtp.timeout)
        return found

    def _forget(self, code: int) -> None:
        """Makes the connection ready for the next letter, which learns it if that fails."""
        if code != CLOSING:
            with suppress(smtplib.SMTPException, OSError):
                self._smtp.rset()

    def _answer(self, code: int, text: bytes) -> Answer:
        return Answer(code, _plain(text, self._account))


def _open(account: Account, timeout: float) -> smtplib.SMTP:
    if not account.is_readable:
        raise Down(say("The password of the account cannot be read with the keys of this site. Enter it again."))
    if not (account.username + account.password).isascii():
        raise Down(say("User name and password of an account are in ASCII."))
    here = ascii_address(account.from_address).rpartition("@")[2]
    smtp: smtplib.SMTP
    if account.security == "tls":
        smtp = smtplib.SMTP_SSL(account.host, account.port, here, timeout=timeout, context=_context())
    else:
        smtp = smtplib.SMTP(account.host, account.port, here, timeout=timeout)
    try:
        smtp.ehlo_or_helo_if_needed()
        if account.security == "starttls":
            smtp.starttls(context=_context())
            smtp.ehlo()
        if account.username:
            smtp.login(account.username, account.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _context() -> ssl.SSLContext:
    """Certificates are verified against those that the machine trusts (SSL_CERT_FILE names others)."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def _told(account: Account, kind: type[Down]) -> Iterator[None]:
    """Turns whatever a connection raises into a sentence. None of them tells the password."""
    try:
        yield
    except Down:
        raise
    except EmailNotValidError:
        raise kind(say("“{address}” is not an e-mail address.", address=account.from_address)) from None
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise kind(_sentence(account, error)) from None


def _sentence(account: Account, error: Exception) -> Message:
    where = f"{account.host}:{account.port}"
    match error:
        case smtplib.SMTPAuthenticationError():
            return say("The server {where} refuses user name and password: {answer}", where=where,
                       answer=_answered(account, error))  # fmt: skip
        case smtplib.SMTPNotSupportedError():
            return _unsupported(account, where)
        case smtplib.SMTPServerDisconnected() if "timed out" in str(error):  # the library knows it as no other
            return say("The server {where} does not answer.", where=where)
        case smtplib.SMTPServerDisconnected() | ConnectionResetError() | BrokenPipeError():
            return say("The server {where} ended the connection.", where=where)
        case smtplib.SMTPResponseException() if error.smtp_code < 200:
            return say("What answers at {where} is no mail server.", where=where)
        case smtplib.SMTPResponseException():
            return say("The server {where} answered: {answer}", where=where, answer=_answered(account, error))
        case smtplib.SMTPException():
            return say("The server {where} offers no way to log in that we know.", where=where)
        case ssl.SSLCertVerificationError():
            return say("The certificate of {where} is not trusted: {reason}", where=where, reason=error.verify_message)
        case ssl.SSLError():
            return say("The server {where} does not speak TLS as it should. Port 465 is usual for TLS, 587 for "
                       "STARTTLS.", where=where)  # fmt: skip
        case socket.gaierror() | UnicodeError():
            return say("There is no server called {host}.", host=account.host)
        case TimeoutError():
            return say("The server {where} does not answer.", where=where)
        case ConnectionRefusedError():
            return say("Nothing listens at {where}.", where=where)
        case _:
            return say("The server {where} cannot be reached: {reason}", where=where,
                       reason=getattr(error, "strerror", None) or type(error).__name__)  # fmt: skip


def _unsupported(account: Account, where: str) -> Message:
    if account.security == "starttls":
        return say("The server {where} offers no STARTTLS, or no login after it. Nothing was sent in the clear.",
                   where=where)  # fmt: skip
    return say("The server {where} offers no login. Leave the user name empty if it needs none.", where=where)


def _answered(account: Account, error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
    return str(Answer(error.smtp_code, _plain(text, account)))


def _plain(text: bytes, account: Account) -> str:
    """What a server said, on one line, and never our password back."""
    found = text.decode("utf-8", errors="replace")
    if account.password:
        found = found.replace(account.password, "••••••")
    seen = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in found)
    return " ".join(seen.split())[:LONGEST_ANSWER]


