"""A real IMAP server: Dovecot of the system, with a mailbox in a folder of its own."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imap_tools import MailBoxUnencrypted

NEEDED = "this needs a Dovecot: apt-get install dovecot-imapd"
PASSWORD = "celadon-tiger-42"
CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
auth_mechanisms = plain login
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class House:
    """The server: its ports, and a mailbox into which letters are put."""

    folder: Path
    plain: int
    tls: int

    def put(self, raw: bytes, *, user: str = "crm", folder: str = "INBOX") -> None:
        with self.entered(user) as box:
            box.append(raw, folder)

    def renumber(self, user: str = "crm") -> None:
        """Gives the mailbox another UIDVALIDITY, as after a restore of the server."""
        for name in ("dovecot-uidlist", "dovecot-uidvalidity"):
            (self.folder / "mail" / user / name).unlink(missing_ok=True)
        for file in (self.folder / "mail" / user).glob("dovecot*"):
            file.unlink()

    def make(self, folder: str, user: str = "crm") -> None:
        with self.entered(user) as box:
            box.folder.create(folder)

    @contextmanager
    def entered(self, user: str) -> Iterator[MailBoxUnencrypted]:
        with MailBoxUnencrypted("127.0.0.1", self.plain).login(user, PASSWORD) as box:
            yield box


def is_there() -> bool:
    return shutil.which("dovecot") is not None or Path("/usr/sbin/dovecot").exists()


@contextmanager
def open_house(folder: Path, certificate: Path) -> Iterator[House]:
    """Starts the server in this folder, with the certificate and its key of it."""
    ports = [_free(), _free()]
    own = os.getuid() == 0
    user = "dovecot" if own else pwd.getpwuid(os.getuid()).pw_name
    group = "dovecot" if own else grp.getgrgid(os.getgid()).gr_name
    mail = pwd.getpwnam("mail") if own else pwd.getpwuid(os.getuid())
    (folder / "mail").mkdir(parents=True)
    (folder / "run").mkdir()
    config = folder / "dovecot.conf"
    said = {"folder": folder, "user": user, "group": group, "uid": mail.pw_uid, "gid": mail.pw_gid}
    config.write_text(CONFIG.format(**said, password=PASSWORD, plain=ports[0], tls=ports[1]))
    for source in (certificate, certificate.with_name("key.pem")):
        if source.parent != folder:
            shutil.copy(source, folder / source.name)
    if own:
        os.chown(folder / "mail", mail.pw_uid, mail.pw_gid)
        for each in (folder, *folder.parents):
            if str(each).startswith("/tmp/"):
                each.chmod(each.stat().st_mode | 0o711)
    binary = shutil.which("dovecot") or "/usr/sbin/dovecot"
    server = subprocess.Popen([binary, "-F", "-c", str(config)])
    try:
        _wait(ports[0], server)
        yield House(folder, *ports)
    finally:
        server.terminate()
        server.wait(20)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert server.poll() is None, "Dovecot ended at once"
        with socket.socket() as found:
            if found.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("Dovecot did not start")


def _free() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


