"""What is in uploaded files: bytes under the name of their SHA-256, in a folder or wherever fsspec reaches.

A blob appears whole or not at all: it is written under a name of its own and then moved. Two equal ones are one. Which
of them are needed is the table's to say (`tables.file`), and only `remove` takes one away.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Protocol

import fsspec

from hanok.engine.errors import HanokError, Refused, say
from hanok.engine.store.ids import new_id

PIECE = 256 * 1024
COMING, GOING = "coming", "going"
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
#: After this a half-written blob is nobody's any more.
ABANDONED = timedelta(days=1)


class TooLarge(HanokError):
    """More bytes than fit were sent; nothing of them is left."""

    code = "too_large"
    status = 413


class Source(Protocol):
    """What can be read piece by piece."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Coming:
    """Bytes that were written and are not kept yet. `path` is where they wait."""

    path: str
    sha256: str
    size: int
    head: bytes


class Blobs:
    """The blobs in one folder of one file system. `open_blobs` makes it."""

    def __init__(self, system: Any, root: str) -> None:
        self.system = system
        self.root = root.rstrip("/")

    def receive(self, source: Source, *, most: int, head: int = 0) -> Coming:
        """Writes what is read, at most `most` bytes. Raises TooLarge as soon as there are more.

        `head` is how many of the first bytes the answer has. Give it to `keep` or `discard`.
        """
        path = self._new(COMING)
        try:
            return self._written(path, source, most, head)
        except BaseException:
            self.discard(path)
            raise

    def _written(self, path: str, source: Source, most: int, head: int) -> Coming:
        digest, size, first = hashlib.sha256(), 0, b""
        with self._open(path, "wb") as target:
            while piece := source.read(PIECE):
                size += len(piece)
                if size > most:
                    raise TooLarge(say("This is larger than what may be uploaded."))
                first += piece[: max(0, head - len(first))]
                digest.update(piece)
                target.write(piece)
            _to_disk(target)
        return Coming(path, digest.hexdigest(), size, first)

    def keep(self, coming: Coming) -> None:
        """Takes received bytes in. Call it when a row that names them is there: see `remove`."""
        if self.exists(coming.sha256):
            self.discard(coming.path)
        else:
            self._move(coming.path, self._place(coming.sha256))

    def discard(self, path: str) -> None:
        """Forgets bytes that wait at this path."""
        with suppress(FileNotFoundError):
            self.system.rm_file(path)

    def waiting(self, coming: Coming) -> BinaryIO:
        """Opens received bytes."""
        return self._open(coming.path, "rb")

    def open(self, sha256: str) -> BinaryIO:
        """Opens a blob to read. Raises FileNotFoundError."""
        return self._open(self._place(sha256), "rb")

    def exists(self, sha256: str) -> bool:
        return bool(self.system.exists(self._place(sha256)))

    def remove(self, sha256: str, *, needed: Callable[[], bool]) -> bool:
        """Removes a blob unless it is needed; whether it went.

        It is set aside before `needed` is asked: whoever writes a row and then looks for the blob either is seen by
        `needed`, and it comes back, or does not find the blob and keeps his own.
        """
        place = self._place(sha256)
        aside = f"{self._new(GOING)}.{sha256}"
        if not self.system.exists(place):
            return False
        self._move(place, aside)
        if needed():
            self._move(aside, place)
            return False
        self.discard(aside)
        return True

    def sweep(self, now: datetime | None = None) -> int:
        """Ends what was begun and left long ago: half-written bytes go, what was set aside comes back. How many."""
        before = (now or datetime.now(UTC)) - ABANDONED
        coming, going = ([path for path in self._ls(folder) if _begun(path) < before] for folder in (COMING, GOING))
        for path in coming:
            self.discard(path)
        for path in going:
            self._move(path, self._place(path.rpartition(".")[2]))
        return len(coming) + len(going)

    def __iter__(self) -> Iterator[str]:
        """The hashes of all blobs."""
        found = self.system.find(self.root) if self.system.exists(self.root) else []
        names = (path.rpartition("/")[2] for path in found)
        return (name for name in names if HASH.fullmatch(name))

    def _place(self, sha256: str) -> str:
        if not HASH.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        return f"{self.root}/{sha256[:2]}/{sha256}"

    def _new(self, folder: str) -> str:
        return f"{self.root}/{folder}/{new_id()}"

    def _open(self, path: str, mode: str) -> BinaryIO:
        if mode == "wb":
            self.system.makedirs(self.system._parent(path), exist_ok=True)
        found: BinaryIO = self.system.open(path, mode)
        return found

    def _move(self, path: str, target: str) -> None:
        self.system.makedirs(self.system._parent(target), exist_ok=True)
        self.system.mv(path, target)

    def _ls(self, folder: str) -> list[str]:
        try:
            found: list[str] = self.system.ls(f"{self.root}/{folder}", detail=False)
        except FileNotFoundError:
            return []
        return found


def open_blobs(url: str) -> Blobs:
    """The blobs at a path or an address of fsspec (`s3://bucket/folder`). Raises Refused where that is not possible."""
    try:
        system, root = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise Refused(say("The files cannot be reached at {url}: {reason}", url=url, reason=str(error))) from None
    return Blobs(system, root)


def _begun(path: str) -> datetime:
    """When a name was made: ids have it in their first 48 bits (RFC 9562)."""
    number = int(path.rpartition("/")[2].replace("-", "")[:12], 16)
    return datetime.fromtimestamp(number / 1000, UTC)


def _to_disk(target: Any) -> None:
    """On a disk the bytes are safe before anybody is told so."""
    with suppress(OSError, AttributeError):
        target.flush()
        os.fsync(target.fileno())
