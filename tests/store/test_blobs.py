"""Blobs are whole, stored once, and gone only when nobody needs them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import fsspec
import pytest

from hanok.engine.errors import Refused
from hanok.engine.store.blobs import Blobs, TooLarge, open_blobs

LATER = datetime.now(UTC) + timedelta(days=2)


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Blobs]:
    """A folder, and another file system of fsspec."""
    if request.param == "folder":
        yield open_blobs(str(tmp_path / "files"))
        return
    yield open_blobs("memory://blobs-of-a-test/files")
    fsspec.filesystem("memory").store.clear()


def kept(blobs: Blobs, data: bytes) -> str:
    coming = blobs.receive(io.BytesIO(data), most=10**7)
    blobs.keep(coming)
    return coming.sha256


def every_path(blobs: Blobs) -> list[str]:
    return list(blobs.system.find(blobs.root)) if blobs.system.exists(blobs.root) else []


class Endless:
    """Bytes without end; counts what was asked."""

    asked = 0

    def read(self, size: int) -> bytes:
        self.asked += size
        return b"x" * size


class Torn:
    """A connection that breaks after some bytes."""

    pieces = 2

    def read(self, size: int) -> bytes:
        self.pieces -= 1
        if not self.pieces:
            raise ConnectionResetError
        return b"x" * size


def test_a_blob_is_read_back_by_its_hash(blobs: Blobs) -> None:
    coming = blobs.receive(io.BytesIO(b"abc" * 200_000), most=600_000, head=4)
    assert (coming.size, coming.head) == (600_000, b"abca")
    assert not blobs.exists(coming.sha256)
    blobs.keep(coming)
    with blobs.open(coming.sha256) as source:
        assert source.read() == b"abc" * 200_000


def test_equal_bytes_are_stored_once(blobs: Blobs) -> None:
    assert kept(blobs, b"one") == kept(blobs, b"one") != kept(blobs, b"two")
    assert len(every_path(blobs)) == len(list(blobs)) == 2


def test_too_many_bytes_are_refused_while_they_are_read_and_leave_nothing(blobs: Blobs) -> None:
    source = Endless()
    with pytest.raises(TooLarge):
        blobs.receive(source, most=1_000_000)
    assert source.asked < 2_000_000
    assert not every_path(blobs)


def test_what_breaks_off_leaves_nothing(blobs: Blobs) -> None:
    with pytest.raises(ConnectionResetError):
        blobs.receive(Torn(), most=10**7)
    assert not every_path(blobs)


def test_a_blob_that_is_needed_comes_back(blobs: Blobs) -> None:
    hash = kept(blobs, b"one")
    assert not blobs.remove(hash, needed=lambda: not blobs.exists(hash))
    assert blobs.exists(hash)
    assert blobs.remove(hash, needed=lambda: False)
    assert not every_path(blobs)
    assert not blobs.remove(hash, needed=lambda: False)


def test_an_upload_that_comes_while_its_blob_is_removed_keeps_its_own(blobs: Blobs) -> None:
    hash = kept(blobs, b"one")

    def somebody_uploads_the_same() -> bool:
        kept(blobs, b"one")
        return False

    assert blobs.remove(hash, needed=somebody_uploads_the_same)
    assert blobs.exists(hash)


def test_what_was_left_half_done_is_swept_after_a_day(blobs: Blobs) -> None:
    hash = kept(blobs, b"one")
    blobs.receive(io.BytesIO(b"two"), most=10)
    with pytest.raises(KeyboardInterrupt):
        blobs.remove(hash, needed=broken_off)
    assert not blobs.exists(hash)
    assert blobs.sweep() == 0
    assert blobs.sweep(LATER) == 2
    assert blobs.exists(hash)
    assert len(every_path(blobs)) == 1


def broken_off() -> bool:
    raise KeyboardInterrupt


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "", "/" * 64])
def test_only_hashes_lead_anywhere(blobs: Blobs, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        blobs.open(name)


def test_an_address_that_nobody_knows_is_refused_in_a_sentence() -> None:
    with pytest.raises(Refused, match="cannot be reached"):
        open_blobs("nowhere://bucket/folder")
