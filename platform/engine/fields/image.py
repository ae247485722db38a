"""One picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from hanok.engine.errors import Message, say
from hanok.engine.fields.field import Cell, Field, Labels
from hanok.engine.fields.file import SIZES, File
from hanok.engine.fields.file_kinds import PICTURES


class Image(File):
    """A file that every browser shows: PNG, JPEG, GIF or WebP."""

    key = "image"
    label: ClassVar[Labels] = {"en": "Picture", "ko": "이미지"}
    icon = "photo"
    options: ClassVar[Mapping[str, Any]] = {"max_size": SIZES}
    widget = "image"
    usual_types = ("png", "jpg", "jpeg", "gif", "webp")

    def misfit(self, field: Field, *, name: str, type: str) -> Message | None:
        if type in PICTURES:
            return None
        return say("“{name}” is no picture that can be shown. Possible are PNG, JPEG, GIF and WebP.", name=name)

    def cell(self, field: Field) -> Cell:
        return Cell("image", width="text")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"max_size": "2 MB"})
