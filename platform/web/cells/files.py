"""The cells of files: a name that leads to the file, and a picture where there is one."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from hanok.engine.fields import Field
from hanok.engine.fields.file import Attached
from hanok.engine.fields.file_kinds import PICTURES, group_of
from hanok.web.cells.look import Draw, Look
from hanok.web.marks import safe

ICONS = {
    "image": "photo", "pdf": "file-text", "office": "file-text", "text": "file-text", "audio": "microphone",
    "video": "video", "archive": "archive",
}  # fmt: skip
USUAL = "paperclip"


def icon_of(type: str) -> str:
    """The icon of a content type."""
    return ICONS.get(group_of(type), USUAL)


def file_address(file: Attached, *, small: bool = False) -> str:
    return f"/files/{file.id}" + ("/thumbnail" if small else "")


def one(value: Any, field: Field, look: Look) -> str:
    if not isinstance(value, Attached):
        return escape(str(value or ""))
    size = f' <small>{escape(look.formats.size(value.size))}</small>' if value.size else ""
    name = f'<span class="clip">{escape(value.name or value.id)}</span>'
    return safe(f'<a class="attached" href="{file_address(value)}">{_sign(value, look)}{name}{size}</a>')


def several(value: Any, field: Field, look: Look) -> str:
    files = [file for file in value if isinstance(file, Attached)] if isinstance(value, tuple) else []
    if look.wide:
        return safe('<span class="attached-all">' + "".join(one(file, field, look) for file in files) + "</span>")
    if not files:
        return ""
    more = f' <span class="muted">+{len(files) - 1}</span>' if len(files) > 1 else ""
    return safe(f'<span class="who">{one(files[0], field, look)}{more}</span>')


def picture(value: Any, field: Field, look: Look) -> str:
    return _picture(value, look, "picture")


def signature(value: Any, field: Field, look: Look) -> str:
    return _picture(value, look, "picture signed")


def _picture(value: Any, look: Look, name: str) -> str:
    if not isinstance(value, Attached):
        return escape(str(value or ""))
    place = "" if look.wide else " small"
    return Markup(
        '<a class="{}{}" href="{}"><img src="{}" alt="{}" loading="lazy" decoding="async"></a>'
    ).format(name, place, file_address(value), file_address(value, small=True), value.name or value.id)


def _sign(value: Attached, look: Look) -> str:
    if value.type in PICTURES:
        there = file_address(value, small=True)
        return f'<img class="file-thumb" src="{there}" alt="" loading="lazy" decoding="async">'
    return look.icon(icon_of(value.type))


FILES: tuple[tuple[str, Draw], ...] = (("file", one), ("files", several), ("image", picture), ("signature", signature))
