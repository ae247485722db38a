"""Who looks at a value, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from markupsafe import Markup

from hanok.engine.fields import Field
from hanok.web.formats import Formats
from hanok.web.marks import Icon

LIST, RECORD = "list", "record"


@dataclass(frozen=True, slots=True)
class Look:
    """Who looks and where: the reader's formats, `list` or `record`, the facts of the cell, and what draws icons.

    `inside` shows a value within another: a field of a line; `people` tells what the users of these ids are called.
    """

    formats: Formats
    place: str = LIST
    facts: Mapping[str, Any] = field(default_factory=dict)
    icon: Icon = lambda name: Markup("")
    inside: Callable[[Field, Any], str] | None = None
    people: Callable[[Iterable[UUID]], Mapping[UUID, str]] = lambda ids: {}

    @property
    def language(self) -> str:
        return self.formats.language

    @property
    def wide(self) -> bool:
        """True on a record, where there is room for long dates and whole texts."""
        return self.place == RECORD


Draw = Callable[[Any, Field, Look], str]


def address(module: str, key: Any = "") -> str:
    """Where a module's list, or one of its records, is found."""
    return f"/{module}/{key}" if key else f"/{module}"
