"""Where letters land that leave by no server: a folder of the site, a file each, for development and for copies."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from hanok.engine.jobs.mail.letter import Letter
from hanok.engine.jobs.mail.mime import Envelope, Opening, write
from hanok.engine.jobs.mail.rows import Mail, Sent

NAME = "mail"
#: Who writes where no account says it.
NOBODY = ("Hanok", "hanok@hanok.localhost")


def put(folder: Path, one: Mail, letter: Letter, envelope: Envelope, open_file: Opening) -> Sent:
    """Writes the letter into the folder of the site, whole or not at all; again where it was written before."""
    place = folder / NAME
    place.mkdir(mode=0o700, exist_ok=True)
    name = f"{one.created_at:%Y%m%d-%H%M%S}-{one.id}.eml"
    coming = place / f".{one.id}.coming"
    try:
        with os.fdopen(os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            write(out, letter, envelope, open_file)
            out.flush()
            os.fsync(out.fileno())
        coming.replace(place / name)
    finally:
        coming.unlink(missing_ok=True)
    return Sent(via=f"{NAME}/{name}", reached=letter.recipients())


def forget(folder: Path, before: datetime) -> int:
    """Removes letters that were written before that; how many."""
    old = [file for file in (folder / NAME).glob("*.eml")
           if datetime.fromtimestamp(file.stat().st_mtime, UTC) < before]  # fmt: skip
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
