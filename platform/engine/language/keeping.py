"""What a survey of documents leaves for the next: what did not change is neither read nor laid together again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hanok.engine.errors import Problem
from hanok.engine.language.kinds import Kind
from hanok.engine.language.reading import Reading

if TYPE_CHECKING:
    from hanok.engine.language.documents import Document
    from hanok.engine.language.stacks import Sheet, Stack, Stacks

#: A document by its kind and its key; a file by its layer and the name that is shown.
Ref = tuple[str, str]


@dataclass(slots=True)
class Work:
    """How many files were parsed, and how many documents were laid together and checked."""

    parsed: int = 0
    merged: int = 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file that was parsed."""

    text: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Laid:
    """A document, the sheets that it was made of, and the documents that it names (`named`) with theirs (`brought`)."""

    sheets: tuple[Sheet, ...]
    named: tuple[Ref, ...]
    brought: tuple[Sheet, ...]
    document: Document
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """Files and documents, and what all of them were read with."""

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    language: str = ""
    bundles: frozenset[str] = frozenset()
    files: Mapping[Ref, Parsed] = field(default_factory=dict)
    documents: Mapping[Ref, Laid] = field(default_factory=dict)

    def reading(self, place: Ref, text: str) -> Reading | None:
        """What the file held when it had the same text."""
        found = self.files.get(place)
        return found.reading if found is not None and found.text == text else None

    def serves(self, stacks: Stacks, kinds: Mapping[str, Kind]) -> bool:
        """Whether documents of these stacks would be laid together by the same rules."""
        return self.kinds is kinds and self.language == stacks.language and self.bundles == stacks.bundles

    def laid(self, stack: Stack, stacks: Stacks) -> Laid | None:
        """The document of this stack, when it would become the same again."""
        found = self.documents.get((stack.kind.key, stack.key))
        if found is None or not _same(found.sheets, stack.sheets):
            return None
        brought = [sheet for wanted in found.named if wanted in stacks.found for sheet in stacks.found[wanted].sheets]
        return found if _same(found.brought, brought) else None


def _same(before: tuple[Sheet, ...], now: list[Sheet]) -> bool:
    """The same readings in the same layers."""
    return len(before) == len(now) and all(
        old.reading is new.reading and old.layer == new.layer for old, new in zip(before, now, strict=True)
    )
