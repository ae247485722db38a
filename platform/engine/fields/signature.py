"""A signature that was drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from hanok.engine.errors import say
from hanok.engine.fields.field import Cell, Field, Labels
from hanok.engine.fields.image import Image

LARGEST = 1024**2


class Signature(Image):
    """A picture of a signature, drawn in the form, written there as a name, or uploaded."""

    key = "signature"
    label: ClassVar[Labels] = {"en": "Signature", "ko": "서명"}
    icon = "signature"
    options: ClassVar[Mapping[str, Any]] = {}
    widget = "signature"
    no_file = say("A signature is drawn in the form; it cannot be taken from text.")

    def largest(self, field: Field) -> int:
        return LARGEST

    def cell(self, field: Field) -> Cell:
        return Cell("signature", width="text")

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({},)
