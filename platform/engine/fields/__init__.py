"""The field types: one file each, holding every facet of one type.

A type returns data (columns, validators, names of widgets and cells), never HTML and never addresses.
Nowhere else does code ask for the type of a field; it asks the type.
"""

from hanok.engine.fields.base import (
    Cell,
    Choice,
    Counter,
    Field,
    FieldType,
    Labels,
    Linked,
    Part,
    Widget,
    in_language,
)
from hanok.engine.fields.text import Text

BUILT_IN: tuple[type[FieldType], ...] = (Text,)

__all__ = ["BUILT_IN", "Cell", "Choice", "Counter", "Field", "FieldType", "Labels", "Linked", "Part", "Widget", "in_language"]
