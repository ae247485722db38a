"""The inputs of files: what is kept stands in boxes that may be unticked, what is new comes in a part beside them."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hanok.engine.errors import Message
from hanok.engine.fields.file import Unusable
from hanok.web.controls import Control, Form, Input
from hanok.web.formats import Formats

ONE = "{message}"


def fill_files(control: Control, value: Any, formats: Formats) -> Control:
    held = control.field.type.files_of(control.field, value)
    return replace(control, picked=tuple(json.dumps(file.dump(), ensure_ascii=False) for file in held))


def read_files(form: Form, name: str, formats: Formats) -> Any:
    """Every file that is still named; a sentence about one that could not be taken comes first."""
    named = [found for found in form.getlist(name) if found.strip()]
    refused = [message for text in named if (message := _refused(text))]
    if refused:
        return Unusable(Message(ONE, {"message": " ".join(refused)}))
    return named


def read_file(form: Form, name: str, formats: Formats) -> Any:
    """The last one that is named: a new file takes the place of the one before."""
    found = read_files(form, name, formats)
    return found if isinstance(found, Unusable) else found[-1] if found else None


def _refused(text: str) -> str:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return str(told.get("refused", "")) if isinstance(told, dict) else ""


FILES: tuple[Input, ...] = (
    Input("file", fill_files, read_file),
    Input("files", fill_files, read_files, wide=True),
    Input("image", fill_files, read_file),
    Input("signature", fill_files, read_file, wide=True),
)
