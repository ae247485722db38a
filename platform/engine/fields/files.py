"""Several uploaded files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import marshmallow as ma

from hanok.engine.errors import say
from hanok.engine.fields.field import Cell, Field, Labels, Widget
from hanok.engine.fields.file import Attached, File, FileValue
from hanok.engine.fields.text import fold
from hanok.engine.fields.value import refuse

USUAL_MOST = 20


class FilesValue(FileValue):
    """A tuple of files, each once, in the order in which they were added. None is empty."""

    def __init__(self, *, most: int = 0, **rest: Any) -> None:
        super().__init__(**rest)
        self.most = most

    def load(self, value: Any, **known: Any) -> tuple[Attached, ...] | None:
        if isinstance(value, str) and value.strip().startswith("[") and value.strip().endswith("]"):
            value = self._parsed(value.strip())
        listed = value if isinstance(value, list | tuple) else [value]
        found = tuple(dict.fromkeys(file for one in listed if one not in (None, "") for file in self.each(one)))
        if self.most and len(found) > self.most:
            raise refuse(say("These are {found} files; at most {most} fit.", found=len(found), most=self.most))
        return found or None


class Files(File):
    """Values are tuples of Attached. `contains` finds a part of any of the names."""

    key = "files"
    label: ClassVar[Labels] = {"en": "Files", "ko": "여러 파일"}
    icon = "files"
    widget = "files"
    options: ClassVar[Mapping[str, Any]] = {
        **File.options,
        "max": {"description": "How many files.", "type": "integer", "minimum": 1, "maximum": 100,
                "default": USUAL_MOST},
    }  # fmt: skip
    operators = ("contains", "not_contains", "empty")
    sortable = False

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return FilesValue(no_file=self.no_file, most=self.most(field))

    def former(self, field: Field) -> ma.fields.Field[Any]:
        return FilesValue(no_file=self.no_file)

    def most(self, field: Field) -> int:
        return int(field.settings.get("max", USUAL_MOST))

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else [file.dump() for file in value]

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else ", ".join(file.written for file in value)

    def comparable(self, field: Field, value: Any) -> Any:
        return fold(value) if isinstance(value, str) else "\n".join(fold(file.name) for file in value)

    def files_of(self, field: Field, value: Any) -> tuple[Attached, ...]:
        return value or ()

    def with_files(self, field: Field, value: Any, known: Mapping[Any, Any]) -> Any:
        return tuple(self._fitting(field, known[file.id]) for file in value)

    def input(self, field: Field) -> Widget:
        found = super().input(field)
        return Widget(found.name, {**found.facts, "many": True, "count": self.most(field)})

    def cell(self, field: Field) -> Cell:
        return Cell("files", width="text", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        one, two, three, four = super().samples(field)
        return ([one], [one, two], [two, one, one], f"{three}, {four}", json.dumps([one, two]), [])

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"max": 5, "max_size": 1_000_000, "types": ["image", "text"]})
