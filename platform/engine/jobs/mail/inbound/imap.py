"""A mailbox over IMAP (RFC 3501), read without changing it. What goes wrong is a sentence, without the password."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError, MailboxFolderSelectError, MailboxLoginError

from hanok.engine.errors import Message, say
from hanok.engine.fields.encrypted import UNREADABLE
from hanok.engine.jobs.mail.inbound.accounts import STARTTLS, TLS, Inbox

#: Seconds that a server may take to answer.
TIMEOUT = 30.0
NUMBER = re.compile(rb"RFC822\.SIZE (\d+)")


class Down(Exception):
    """The mailbox cannot be read now; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Box:
    """An open mailbox: its UIDVALIDITY, and the UID that the next letter will have."""

    mailbox: BaseMailBox
    validity: int
    next: int

    def uids(self, after: int, since: str = "") -> list[int]:
        """The UIDs behind this one, in order. `since` is a day as IMAP writes it (21-Nov-2026)."""
        words = [f"UID {after + 1}:*", *([f"SINCE {since}"] if since else [])]
        found = self._uid("SEARCH", *words)
        uids = [int(each) for line in found if isinstance(line, bytes) for each in line.split()]
        return sorted({uid for uid in uids if uid > after})  # `n:*` always finds the last one

    def size(self, uid: int) -> int:
        """Its bytes; 0 where it is gone."""
        for line in self._uid("FETCH", str(uid), "(RFC822.SIZE)"):
            text = line[0] if isinstance(line, tuple) else line
            found = NUMBER.search(text) if isinstance(text, bytes) else None
            if found:
                return int(found[1])
        return 0

    def letter(self, uid: int, *, whole: bool = True) -> bytes:
        """The letter, or its headers alone; nothing where it is gone."""
        part = "" if whole else "HEADER"
        for line in self._uid("FETCH", str(uid), f"(BODY.PEEK[{part}])"):
            if isinstance(line, tuple) and isinstance(line[1], bytes):
                return line[1]
        return b""

    def _uid(self, command: str, *words: str) -> list[object]:
        try:
            state, found = self.mailbox.client.uid(command, *words)
        except (OSError, imaplib.IMAP4.error) as error:
            raise Down(_broken(error)) from None
        if state != "OK":
            raise Down(say("The server does not answer as a mailbox does."))
        return [each for each in found if each is not None]


@contextmanager
def connected(inbox: Inbox) -> Iterator[Box]:
    """The mailbox of an account, opened for reading. Raises Down."""
    if inbox.password == UNREADABLE:
        raise Down(say("The password cannot be read: the key of the site is missing."))
    mailbox = _opened(inbox)
    try:
        yield _entered(mailbox, inbox)
    finally:
        with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):  # it is over either way
            mailbox.logout()


def _opened(inbox: Inbox) -> BaseMailBox:
    context = ssl.create_default_context()
    try:
        if inbox.security == TLS:
            return MailBox(inbox.host, inbox.port, timeout=TIMEOUT, ssl_context=context)
        if inbox.security == STARTTLS:
            return MailBoxStartTls(inbox.host, inbox.port, timeout=TIMEOUT, ssl_context=context)
        return MailBoxUnencrypted(inbox.host, inbox.port, timeout=TIMEOUT)
    except ssl.SSLCertVerificationError as error:
        raise Down(say("The certificate of {host} cannot be trusted: {reason}", host=inbox.host,
                       reason=error.verify_message)) from None  # fmt: skip
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        raise Down(say("{host} cannot be reached: {reason}", host=inbox.host, reason=_reason(error))) from None


def _entered(mailbox: BaseMailBox, inbox: Inbox) -> Box:
    try:
        mailbox.login(inbox.username, inbox.password, initial_folder=None)
        mailbox.folder.set(inbox.folder, readonly=True)
        said = mailbox.folder.status(inbox.folder, ["UIDVALIDITY", "UIDNEXT"])
    except MailboxLoginError:
        raise Down(say("The server refuses the user name or the password.")) from None
    except MailboxFolderSelectError:
        raise Down(say("There is no folder “{folder}”.", folder=inbox.folder)) from None
    except (OSError, imaplib.IMAP4.error, ImapToolsError, UnicodeError) as error:
        raise Down(_broken(error)) from None
    return Box(mailbox, said["UIDVALIDITY"], said["UIDNEXT"])


def _broken(error: Exception) -> Message:
    return say("The connection broke: {reason}", reason=_reason(error))


def _reason(error: Exception) -> str:
    found = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(found).split())[:200]
