"""Names of files, as they may be shown, stored and sent."""

from __future__ import annotations

import re
import unicodedata

from hanok.engine.fields.text import EMPTY, IGNORED, TURNING, normalized

#: Signs; more than file systems take is of no use. The ending stays when a name is cut.
LONGEST = 150
NAMELESS = "file"
#: What some file system keeps for itself, and what would end a header.
TAKEN = re.compile(r'[<>:"|?*;\\/]')


def clean_name(text: str) -> str:
    """The last part of a path as a name: NFC, without signs that are unseen, turn the direction or mean a folder."""
    last = text.replace("\\", "/").rstrip("/").rpartition("/")[2]
    plain = IGNORED.sub("", normalized("NFC", last).translate(TURNING))
    seen = "".join(sign for sign in plain if unicodedata.category(sign)[0] != "C")
    name = TAKEN.sub("_", " ".join(seen.split())).strip(EMPTY + ".")
    return _cut(name) or NAMELESS


def _cut(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:LONGEST]
    return f"{stem[: LONGEST - len(ending) - 1].rstrip()}.{ending}"


def plain_name(name: str) -> str:
    """The name in ASCII, for those who read no other: 계약서.pdf is _.pdf."""
    return re.sub(r"_+", "_", "".join(sign if sign.isascii() and sign.isprintable() else "_" for sign in name))
