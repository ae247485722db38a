"""Pictures: what is one, and what stays of it in a thumbnail."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from hanok.engine.store.pictures import FORMATS, SIDE, NoPicture, thumbnail


def picture(type: str = "image/png", *, mode: str = "RGB", **options: object) -> bytes:
    target = io.BytesIO()
    Image.new(mode, (900, 300), 1).save(target, FORMATS[type], **options)
    return target.getvalue()


def small(data: bytes, type: str = "image/png") -> Image.Image:
    return Image.open(io.BytesIO(thumbnail(io.BytesIO(data), type)))


@pytest.mark.parametrize("type", FORMATS)
def test_a_thumbnail_is_a_small_webp(type: str) -> None:
    made = small(picture(type), type)
    assert (made.format, made.size) == ("WEBP", (SIDE, SIDE // 3))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pictures_of_every_mode_get_one(mode: str) -> None:
    assert small(picture(mode=mode)).size == (SIDE, SIDE // 3)


def test_a_picture_is_turned_upright_and_says_nothing_of_its_camera() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    made = small(picture("image/jpeg", exif=exif), "image/jpeg")
    assert made.size == (SIDE // 3, SIDE)
    assert not made.getexif() and "exif" not in made.info


def test_a_cut_off_picture_is_none() -> None:
    with pytest.raises(NoPicture):
        thumbnail(io.BytesIO(picture()[:200]), "image/png")


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<html>", b"\x89PNG\r\n\x1a\n" + b"\0" * 100])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NoPicture):
        thumbnail(io.BytesIO(data), "image/png")


def test_a_picture_of_another_type_than_said_is_refused() -> None:
    with pytest.raises(NoPicture):
        thumbnail(io.BytesIO(picture("image/gif")), "image/png")


@pytest.mark.parametrize("side", [8_000, 10_000, 20_000, 60_000])
def test_a_bomb_of_pixels_is_refused_before_it_is_unpacked(side: int) -> None:
    with pytest.raises(NoPicture):
        thumbnail(io.BytesIO(bomb(side)), "image/png")


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head, body = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0), zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
