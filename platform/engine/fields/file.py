"""One uploaded file."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as also
from typing import Any, ClassVar
from uuid import UUID

import marshmallow as ma

from hanok.engine.errors import Message, say
from hanok.engine.fields.base import FieldType
from hanok.engine.fields.columns import plain_text
from hanok.engine.fields.field import Cell, Field, Labels, Part, Widget
from hanok.engine.fields.file_kinds import GROUPS, chooser, is_accepted
from hanok.engine.fields.file_names import clean_name
from hanok.engine.fields.text import LONGEST_OPERAND, TextValue, fold
from hanok.engine.fields.value import Value, refuse

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
SIZE = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?([KMG]?B)")
UNITS = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
KEYS = {"id", "name", "size", "type"}
SIZES: Mapping[str, Any] = {
    "description": "The largest file: bytes, or text such as 10 MB.",
    "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": f"^{SIZE.pattern}$"}],
}
TYPES: Mapping[str, Any] = {
    "description": f"What is taken: {', '.join(GROUPS)}, or endings of names.",
    "type": "array", "minItems": 1, "uniqueItems": True, "x-replace": True,
    "items": {"type": "string", "pattern": "^[a-z0-9]{1,10}$"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attached:
    """An uploaded file as a record names it. Two with the same id are the same file.

    `type` is the content type that was found in it, not what its sender said; `size` is in bytes.
    """

    id: UUID
    name: str = also(default="", compare=False)
    size: int = also(default=0, compare=False)
    type: str = also(default="", compare=False)

    def __str__(self) -> str:
        return self.name

    @property
    def written(self) -> str:
        """For a spreadsheet: the name for readers, the id that leads back."""
        return f"{self.name} ({self.id})" if self.name else str(self.id)

    def dump(self) -> dict[str, Any]:
        return {"id": str(self.id), "name": self.name, "size": self.size, "type": self.type}


@dataclass(frozen=True, slots=True)
class Unusable:
    """What a form sends in place of a file that could not be taken, and why."""

    message: Message


def octets(size: Any) -> int:
    """Bytes of a size as it is written: 500, "10 MB"."""
    if isinstance(size, int):
        return size
    found = SIZE.fullmatch(size)
    return int(float(found[1]) * UNITS[found[2]]) if found else 0


def said_size(size: int) -> str:
    """10 MB."""
    unit = next((unit for unit in ("GB", "MB", "KB") if size >= UNITS[unit]), "B")
    return f"{size / UNITS[unit]:.1f}".removesuffix(".0") + f" {unit}"


NO_FILE = say("This is no file of this site. Upload it here: spreadsheets carry names of files, not what is in them.")


class FileValue(Value):
    """A file from its id, from `{id: …}` (also as JSON text), or from "name (id)". What else is said is not trusted."""

    def __init__(self, *, no_file: Message = NO_FILE, **rest: Any) -> None:
        super().__init__(**rest)
        self.no_file = no_file

    def load(self, value: Any, **known: Any) -> Any:
        found = self.each(value)
        if len(found) > 1:
            raise refuse(say("Only one file fits here."))
        return found[0]

    def each(self, value: Any) -> list[Attached]:
        """All files that a raw value names."""
        if isinstance(value, Attached):
            return [value]
        if isinstance(value, Unusable):
            raise refuse(value.message)
        if isinstance(value, str):
            return self._of_text(value.strip())
        if isinstance(value, Mapping) and "id" in value and set(value) <= KEYS:
            return [self._of_map(value)]
        raise refuse(self.no_file)

    def _of_text(self, text: str) -> list[Attached]:
        if text.startswith("{") and text.endswith("}"):
            return self.each(self._parsed(text))
        found, start = [], 0
        for id in ID.finditer(text):
            name = text[start : id.start()].lstrip("), ").removesuffix("(").rstrip()
            found.append(Attached(UUID(id[0]), clean_name(name) if name else ""))
            start = id.end()
        if not found or text[start:] not in ("", ")"):
            raise refuse(self.no_file)
        return found

    def _parsed(self, text: str) -> Any:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise refuse(self.no_file) from None

    def _of_map(self, value: Mapping[Any, Any]) -> Attached:
        id, name, size, type = (value.get(key) for key in ("id", "name", "size", "type"))
        if not ID.fullmatch(str(id)):
            raise refuse(self.no_file)
        whole = size if isinstance(size, int) and size >= 0 else 0
        cleaned = clean_name(name) if isinstance(name, str) and name else ""
        return Attached(UUID(str(id)), cleaned, whole, str(type or "")[:100])


class File(FieldType):
    """Values are Attached. The column keeps them as JSON text; what is compared and sorted by is the folded name.

    A file is uploaded first and belongs to its uploader; the save that names it gives it to the record. Whoever may
    see the record may then have the file.
    """

    key = "file"
    label: ClassVar[Labels] = {"en": "File", "ko": "파일"}
    icon = "paperclip"
    group = "file"
    options: ClassVar[Mapping[str, Any]] = {"max_size": SIZES, "types": TYPES}
    operators: ClassVar[tuple[str, ...]] = ("contains", "not_contains", "starts_with", "ends_with", "empty")
    holds_files = True
    widget: ClassVar[str] = "file"
    #: What the type takes when the field does not say it; nothing: any file.
    usual_types: ClassVar[tuple[str, ...]] = ()
    no_file: ClassVar[Message] = NO_FILE

    def parts(self, field: Field) -> tuple[Part, ...]:
        return (Part("", plain_text()), Part("folded", plain_text()))

    def write(self, field: Field, value: Any) -> dict[str, Any]:
        if not value:
            return {"": None, "folded": None}
        kept = json.dumps(self.dump(field, value), ensure_ascii=False, sort_keys=True)
        return {"": kept, "folded": self.comparable(field, value)}

    def read(self, field: Field, parts: Mapping[str, Any]) -> Any:
        return None if parts[""] is None else self.former(field).deserialize(json.loads(parts[""]))

    def value(self, field: Field) -> ma.fields.Field[Any]:
        return FileValue(no_file=self.no_file)

    def unchanged(self, field: Field, raw: Any, present: Any) -> bool:
        """The same file, whatever else is said of it."""
        try:
            return present is not None and self.former(field).deserialize(raw) == present
        except ma.ValidationError:
            return False

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else value.dump()

    def export(self, field: Field, value: Any, language: str) -> Any:
        return None if value is None else value.written

    def compared(self, field: Field) -> str:
        return "folded"

    def comparable(self, field: Field, value: Any) -> Any:
        return fold(value if isinstance(value, str) else value.name)

    def operand(self, field: Field, operator: str) -> ma.fields.Field[Any]:
        """Names are compared as text; what `eq` stands beside is a file (conflicts of two people show one so)."""
        return self.former(field) if operator == "eq" else TextValue(length=LONGEST_OPERAND)

    def operand_samples(self, field: Field, operator: str) -> Sequence[Any]:
        return ("계약", "약서.pdf", ".PDF", "%", "_", "scan")

    def search_text(self, field: Field, value: Any) -> str:
        return " ".join(file.name for file in self.files_of(field, value))

    # -- files -------------------------------------------------------------------------------------------------
    def files_of(self, field: Field, value: Any) -> tuple[Attached, ...]:
        return () if value is None else (value,)

    def with_files(self, field: Field, value: Any, known: Mapping[Any, Any]) -> Any:
        """Raises ValidationError when a file does not fit this field."""
        return self._fitting(field, known[value.id])

    def _fitting(self, field: Field, file: Attached) -> Attached:
        fault = self.fault(field, name=file.name, size=file.size, type=file.type)
        if fault:
            raise refuse(fault)
        return file

    def fault(self, field: Field, *, name: str, size: int, type: str) -> Message | None:
        """Why a file does not fit this field, None when it does."""
        most = self.largest(field)
        if most and size > most:
            return say("“{name}” is too large: it has {size}, and at most {most} fit.",
                       name=name, size=said_size(size), most=said_size(most))  # fmt: skip
        return self.misfit(field, name=name, type=type)

    def misfit(self, field: Field, *, name: str, type: str) -> Message | None:
        """Why a file of this type does not fit this field."""
        accepted = self.accepted(field)
        if accepted and not is_accepted(type, name, accepted):
            return say("“{name}” does not fit here. Possible are: {types}.", name=name, types=", ".join(accepted))
        return None

    def largest(self, field: Field) -> int:
        """Bytes; 0 where the field does not say it."""
        return octets(field.settings.get("max_size", 0))

    def accepted(self, field: Field) -> tuple[str, ...]:
        """Groups and endings; none: any file."""
        return tuple(field.settings.get("types", self.usual_types))

    # -- faces -------------------------------------------------------------------------------------------------
    def input(self, field: Field) -> Widget:
        return Widget(self.widget, {
            "accept": chooser(self.accepted(field)), "types": self.accepted(field), "most": self.largest(field),
            "many": False,
        })  # fmt: skip

    def cell(self, field: Field) -> Cell:
        return Cell("file", width="text", role="sub")

    def samples(self, field: Field) -> Sequence[Any]:
        """Files as the browser names them; the last ones as text names them."""
        ids = [f"0199c7e4-7a3b-7c00-8000-00000000000{number}" for number in range(4)]
        return (
            {"id": ids[0], "name": "계약서.pdf", "size": 48_213, "type": "application/pdf"},
            {"id": ids[1], "name": "Scan (2), 100%.png", "size": 1, "type": "image/png"},
            f"계약서 사본.hwp ({ids[2]})",
            ids[3],
        )

    def settings_samples(self) -> Sequence[Mapping[str, Any]]:
        return ({}, {"max_size": "10 MB", "types": ["image", "pdf", "office", "dwg"]})
