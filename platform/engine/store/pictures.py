"""Pictures: whether one is what it says, and a small copy of it without whatever else stood in the file."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from hanok.engine.errors import HanokError, say

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
#: Decoded, each of these takes up to four bytes of memory.
MOST_PIXELS = 50_000_000
SIDE = 480


class NoPicture(HanokError):
    """These bytes are no picture of the type that they begin as, or one that is too large to look into."""

    code = "no_picture"
    status = 422


def thumbnail(source: BinaryIO, type: str) -> bytes:
    """A small WebP of a picture, turned upright, without EXIF. Raises NoPicture."""
    from PIL import Image, UnidentifiedImageError  # only who makes a picture waits for it

    bombs = (Image.DecompressionBombError, Image.DecompressionBombWarning)
    try:
        return _small(source, FORMATS[type])
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, *bombs) as error:
        raise NoPicture(say("This picture cannot be read.")) from error


def _small(source: BinaryIO, found: str) -> bytes:
    from PIL import Image, ImageOps

    with Image.open(source, formats=[found]) as whole:
        if whole.width * whole.height > MOST_PIXELS:
            raise NoPicture(say("This picture has too many pixels: at most {most} million.",
                                most=MOST_PIXELS // 1_000_000))  # fmt: skip
        whole.verify()
    source.seek(0)
    with Image.open(source, formats=[found]) as whole:
        whole.draft("RGB", (SIDE * 2, SIDE * 2))
        upright: Any = ImageOps.exif_transpose(whole)
        upright.thumbnail((SIDE, SIDE))
        has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        kept = upright.convert("RGBA" if has_alpha else "RGB")
    target = io.BytesIO()
    kept.info.clear()
    kept.save(target, "WEBP", quality=80, method=4)
    return target.getvalue()
