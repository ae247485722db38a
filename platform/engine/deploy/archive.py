"""An archive: one file that holds a site, with a manifest that names every file in it with its hash."""

from __future__ import annotations

import hashlib
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import orjson

from hanok.engine.errors import Refused, say

MANIFEST = "manifest.json"
FORMAT = 1
CHUNK = 1 << 20
#: What files raise that are no archives of ours: cut off, of another shape, encrypted, packed in a way of their own.
BROKEN = (
    OSError, EOFError, zipfile.BadZipFile, zlib.error, KeyError, TypeError, ValueError, AttributeError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was read to its end and is whole. `facts` is what its manifest says of the site."""

    file: Path
    members: tuple[str, ...]
    facts: Mapping[str, Any]

    def extract(self, folder: Path) -> None:
        """Puts its files into a new folder that only its owner may read."""
        folder.mkdir(mode=0o700)
        with zipfile.ZipFile(self.file) as packed:
            for name in self.members:
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(name) as source, os.fdopen(_private(target), "wb") as out:
                    while chunk := source.read(CHUNK):
                        out.write(chunk)


def write_archive(file: Path, members: Iterable[tuple[str, Path]], facts: Mapping[str, Any]) -> None:
    """Writes the members (name in the archive, file) beside the wanted place and takes it at the end.

    Only its owner may read it. Raises Refused when there is such a file already, or it cannot be written.
    """
    if file.exists():
        raise Refused(say("There is a file already: {file}", file=file.as_posix()))
    beside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(_private(beside), "wb") as out:
            _pack(out, members, facts)
            out.flush()
            os.fsync(out.fileno())
        beside.rename(file)
        _sync_folder(file.parent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused(say("{file} cannot be written: {reason}", file=file.as_posix(), reason=reason)) from None
    finally:
        beside.unlink(missing_ok=True)


def _private(file: Path) -> int:
    return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _pack(out: IO[bytes], members: Iterable[tuple[str, Path]], facts: Mapping[str, Any]) -> None:
    listed = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, path in members:
            with path.open("rb") as source, packed.open(name, "w", force_zip64=True) as inside:
                listed[name] = _copied(source, inside)
        manifest = {**facts, "format": FORMAT, "members": listed}
        packed.writestr(MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))


def _copied(source: IO[bytes], target: IO[bytes]) -> dict[str, Any]:
    found, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        found.update(chunk)
        size += len(chunk)
        target.write(chunk)
    return {"sha256": found.hexdigest(), "size": size}


def read_archive(file: Path) -> Archive:
    """The archive, after every file in it was compared with its manifest. Raises Refused for what is not whole."""
    try:
        with zipfile.ZipFile(file) as packed:
            manifest = orjson.loads(packed.read(MANIFEST))
            if manifest["format"] > FORMAT:
                newer = say("{file} is of a newer version of Hanok than this program. Install that version.",
                            file=file.as_posix())  # fmt: skip
                raise Refused(newer)
            members = manifest["members"]
            whole = {name for name in packed.namelist() if name != MANIFEST} == set(members) and all(
                _is_safe(name, members) and _matches(packed, name, said) for name, said in members.items()
            )
    except BROKEN as error:
        raise _damaged(file, f"{type(error).__name__}: {error}") from None
    if not whole:
        raise _damaged(file, MANIFEST)
    return Archive(file, tuple(members), {key: value for key, value in manifest.items() if key != "members"})


def _damaged(file: Path, reason: str) -> Refused:
    return Refused(say("{file} is damaged or no backup of Hanok: {reason}", file=file.as_posix(), reason=reason))


def _is_safe(name: str, members: Mapping[str, Any]) -> bool:
    """Whether it is a place within the folder, written plainly, and no other member would have to be a folder there."""
    path = PurePosixPath(name)
    plain = path.as_posix() == name and "\\" not in name and bool(path.parts)
    inside = not path.is_absolute() and ".." not in path.parts
    return plain and inside and not members.keys() & set(map(str, path.parents))


def _matches(packed: zipfile.ZipFile, name: str, said: Mapping[str, Any]) -> bool:
    if packed.getinfo(name).file_size != said["size"]:
        return False
    found = hashlib.sha256()
    with packed.open(name) as inside:
        while chunk := inside.read(CHUNK):
            found.update(chunk)
    return bool(found.hexdigest() == said["sha256"])
