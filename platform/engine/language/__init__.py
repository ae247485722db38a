"""The language: kinds of documents, reading them, their places, layers.

This room turns YAML files into checked, merged data and knows nothing of what the data means: kinds and their schemas
are given to it. Whatever is wrong in any file becomes a Problem with a place, all of one run together, and nothing in a
file can raise anything else. The rules of merging are annotations in the schemas; `kinds` lists them.
"""

from hanok.engine.language.documents import Document, Documents, read, survey
from hanok.engine.language.editors import for_editors
from hanok.engine.language.keeping import Kept
from hanok.engine.language.kinds import Kind
from hanok.engine.language.layers import Layer, read_folder
from hanok.engine.language.ordering import Anchor
from hanok.engine.language.words import (
    KEY,
    KEY_PATTERN,
    KEY_SCHEMA,
    OPERATORS,
    RESERVED_FIELD_KEYS,
    RESERVED_MODULE_KEYS,
    SYSTEM_FIELDS,
    did_you_mean,
    field_key_fault,
    key_fault,
    module_key_fault,
    unknown,
)

__all__ = [
    "KEY",
    "KEY_PATTERN",
    "KEY_SCHEMA",
    "OPERATORS",
    "RESERVED_FIELD_KEYS",
    "RESERVED_MODULE_KEYS",
    "SYSTEM_FIELDS",
    "Anchor",
    "Document",
    "Documents",
    "Kept",
    "Kind",
    "Layer",
    "did_you_mean",
    "field_key_fault",
    "for_editors",
    "key_fault",
    "module_key_fault",
    "read",
    "read_folder",
    "survey",
    "unknown",
]
