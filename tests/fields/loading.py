"""What the tests of single types share: a field of a type, and what it makes of raw input."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from hanok.engine.fields import Field
from tests.fields.fields import TYPES, a_field

ZONE = "Asia/Seoul"


def field(key: str, **settings: Any) -> Field:
    return a_field(TYPES[key], **settings)


def load(found: Field, raw: Any) -> Any:
    return found.type.value(found).deserialize(raw, zone=ZONE)


def refusal(found: Field, raw: Any) -> str:
    """The sentences of a refusal."""
    with pytest.raises(ValidationError) as caught:
        load(found, raw)
    return " ".join(map(str, caught.value.messages))


def read_back(found: Field, raw: Any, language: str = "ko") -> Any:
    """What an import makes of the exported cell of this value."""
    return load(found, found.type.from_text(found, found.type.export(found, load(found, raw), language)))
