"""The file with the keys of a site's encrypted fields: beside the settings, never in the database or the metadata."""

from __future__ import annotations

import os
from pathlib import Path

from hanok.engine.errors import Refused, say
from hanok.engine.fields.keys import Keys, keys_in, new_key

FILE = "encryption-keys.txt"
HEAD = """\
# The keys of this site's encrypted fields, the newest first: it encrypts, all of them decrypt.
# Keep a copy in a safe place apart from the backups of the database: without them these fields are lost.
"""


def site_keys(folder: Path, said: str = "") -> Keys:
    """The keys of the site in this folder; `said` (commas between them) instead of the file's.

    None where nothing is said and there is no file. Raises Refused for what cannot be read.
    """
    if said:
        return keys_in(said.split(","))
    try:
        return keys_in((folder / FILE).read_text(encoding="utf-8").splitlines())
    except FileNotFoundError:
        return Keys()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "UTF-8"
        raise Refused(say("{file} cannot be read: {reason}", file=(folder / FILE).as_posix(), reason=reason)) from None


def add_key(folder: Path) -> Path:
    """Puts a new key before those that there are, in a file that only its owner reads; says which file."""
    file = folder / FILE
    known = site_keys(folder).written
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(HEAD + "".join(f"{key}\n" for key in (new_key(), *known)))
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
    return file
