"""Parts of a value as fields of their own: `billing.city` is text, `visit.start` a moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hanok.engine.fields.base import FieldType
from hanok.engine.fields.field import NOTHING, Field, Labels


def part_of(
    field: Field,
    part: str,
    type: FieldType,
    label: Labels,
    columns: Mapping[str, str],
    settings: Mapping[str, Any] = NOTHING,
) -> Field:
    """The field of one part. `columns` says which part of `field` stands for each part of `type`.

    Its label is the field's and the part's own.
    """
    return Field(
        field.module,
        f"{field.key}.{part}",
        type,
        {language: f"{field.label_in(language)} · {word}" for language, word in label.items()},
        settings,
        columns={name: field.columns[there] for name, there in columns.items()},
        place=field.place,
        system=field.system,
        app=field.app,
    )


def value_of(field: Field, values: Mapping[str, Any]) -> Any:
    """The value of a field, or of a part of one (its key is a path), among the values of a record by key."""
    key, _, part = field.key.partition(".")
    value = values.get(key)
    return getattr(value, part, None) if part else value
